"""What a practice feed is: data. One YAML file per feed, in the `feeds` folder of the stage it feeds, checked at load.

A feed names its target table, its columns in order with the kind of cell each holds, and rules over a whole row. The
kinds are in kinds.yaml beside this file. Adding a column or a feed needs no Python.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Annotated, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from pm_pipeline.errors import ConfigError
from pm_pipeline.yaml_file import read_yaml

Shape = TypeVar("Shape")
Reason = Annotated[str, Field(pattern=r"^[A-Z][A-Z_]{2,40}$")]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class Strict(BaseModel):
    """A mapping that refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Kind(Strict):
    """A kind of cell: the pattern it must fit as a whole, and what the sender reads when it does not."""

    pattern: str
    reason: Reason
    expected: str
    remedy: str
    is_day: bool = False
    is_npi: bool = False

    def sized(self, max_length: int | None) -> Kind:
        """This kind with the column's own length put in."""
        if max_length is None:
            return self
        size = str(max_length)
        return self.model_copy(
            update={"pattern": self.pattern.replace("MAX", size), "expected": self.expected.replace("MAX", size)}
        )


class Column(Strict):
    """One column of a feed. Several columns with the same `fills` become one list, in order, empty cells left out."""

    name: Name
    kind: str | None = None
    one_of: list[str] | None = None
    max_length: Annotated[int, Field(gt=0, le=80)] | None = None
    required: bool = False
    fills: Name
    means: str

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.kind is None) == (self.one_of is None):
            raise ValueError("give either kind (see intake/kinds.yaml) or one_of (a list of values)")
        if self.kind is not None and self.kind not in kinds():
            raise ValueError(f"kind {self.kind!r} is not in intake/kinds.yaml; known: {', '.join(kinds())}")
        if (self.kind == "text") != (self.max_length is not None):
            raise ValueError("max_length: give it for kind text, and only for kind text")
        return self

    @property
    def cell(self) -> Kind:
        """What a cell of this column must be."""
        if self.kind is not None:
            return kinds()[self.kind].sized(self.max_length)
        return Kind(
            pattern="|".join(self.one_of or []),
            reason="BAD_CHOICE",
            expected="one of " + ", ".join(self.one_of or []),
            remedy="Send one of these values exactly; map your system's own codes to them in the export.",
        )


class RowRule(Strict):
    """A rule over several columns of one row; a finding is reported at each of `columns` that breaks it.

    required_when  `columns` have a value when the column `when` is one of `is` (or is given and not one of `is_not`)
    empty_when     `columns` are empty then
    together       all of `columns` have a value, or none has
    no_gap         no empty one of `columns` before one with a value
    not_before     `columns` (dates) are not before the date in `other`
    different      `columns` differ from `other`
    """

    rule: Literal["required_when", "empty_when", "together", "no_gap", "not_before", "different"]
    reason: Reason
    columns: Annotated[list[Name], Field(min_length=1)]
    when: Name | None = None
    is_: Annotated[list[str], Field(alias="is")] = []
    is_not: list[str] = []
    other: Name | None = None
    expected: str
    remedy: str

    @model_validator(mode="after")
    def _check(self) -> Self:
        conditional = self.rule in ("required_when", "empty_when")
        if conditional != (self.when is not None and bool(self.is_) != bool(self.is_not)):
            raise ValueError("required_when and empty_when, and only they, need `when` with either `is` or `is_not`")
        if (self.rule in ("not_before", "different")) != (self.other is not None):
            raise ValueError("not_before and different, and only they, need `other`")
        return self


class Feed(Strict):
    """One practice feed, as its YAML file says."""

    feed: Name
    title: str
    one_row_is: str
    table: Annotated[str, Field(pattern=r"^[a-z_]+\.[a-z_]+$")]
    key: Annotated[list[Name], Field(min_length=1)]
    dated_by: Name  # files are taken in the order of the greatest value in this column
    to_change: str  # the remedy when a known key comes with other content
    columns: Annotated[list[Column], Field(min_length=1)]
    rules: list[RowRule] = []

    @property
    def header(self) -> list[str]:
        """The exact first line."""
        return [column.name for column in self.columns]

    @property
    def filled(self) -> dict[str, list[str]]:
        """Table column -> the feed columns that fill it, in the feed's order."""
        columns: dict[str, list[str]] = {}
        for column in self.columns:
            columns.setdefault(column.fills, []).append(column.name)
        return columns

    @model_validator(mode="after")
    def _check(self) -> Self:
        names = self.header
        if len(set(names)) != len(names):
            raise ValueError("columns: two have the same name")
        for rule in self.rules:
            for name in (*rule.columns, rule.when, rule.other):
                if name is not None and name not in names:
                    raise ValueError(f"rules: {rule.reason} names {name!r}, which is no column of this feed")
        required = {column.name for column in self.columns if column.required}
        for name in (*self.key, self.dated_by):
            if name not in required or self.filled.get(name) != [name]:
                raise ValueError(
                    f"{name}: key and dated_by columns must be required and fill a column of their own name"
                )
        return self


@cache
def kinds() -> dict[str, Kind]:
    """The kinds of cell, by name. Raises ConfigError."""
    return _checked("pm_pipeline.intake", "kinds.yaml", TypeAdapter(dict[str, Kind]))


@cache
def load_feed(package: str, name: str) -> Feed:
    """The feed `name` of a stage's package. Raises ConfigError naming the file, the key and what is expected."""
    return _checked(package, f"feeds/{name}.yaml", TypeAdapter(Feed))


@cache
def known_feeds() -> tuple[Feed, ...]:
    """Every feed of the program: each stage keeps its own in its folder `feeds`."""
    root = resources.files("pm_pipeline")
    found = [
        load_feed(f"pm_pipeline.{stage.name}", entry.name.removesuffix(".yaml"))
        for stage in root.iterdir()
        if stage.is_dir() and (folder := stage.joinpath("feeds")).is_dir()
        for entry in folder.iterdir()
        if entry.name.endswith(".yaml")
    ]
    return tuple(sorted(found, key=lambda feed: feed.feed))


def _checked(package: str, name: str, shape: TypeAdapter[Shape]) -> Shape:
    root, _, folder = package.partition(".")
    place = f"{package.replace('.', '/')}/{name}"
    try:
        data = resources.files(root).joinpath(folder, name).read_bytes()
        return shape.validate_python(read_yaml(data, place, ConfigError))
    except FileNotFoundError:
        raise ConfigError(f"{place} does not exist.") from None
    except ValidationError as problem:
        lines = [
            f"  {'.'.join(str(part) for part in error['loc']) or '(the whole file)'}: "
            + error["msg"].removeprefix("Value error, ")
            for error in problem.errors()
        ]
        raise ConfigError(f"{place} is not right:\n" + "\n".join(lines)) from None
