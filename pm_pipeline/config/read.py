"""Reading one configuration file into its model; what is wrong is told with the file, the key and what is expected."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pm_pipeline.errors import ConfigError
from pm_pipeline.yaml_file import read_yaml

Model = TypeVar("Model", bound=BaseModel)


def read_model(path: Path, model: type[Model]) -> Model:
    """The file as `model`. Raises ConfigError: file, key, the id of the item the key stands in, what is expected."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise ConfigError(f"{path} does not exist. Copy the shipped one from pm_pipeline/config and edit it.") from None
    found = read_yaml(data, path, ConfigError)
    try:
        return model.model_validate(found)
    except ValidationError as problem:
        lines = [f"  {_place(error['loc'], found)}: {_said(error)}" for error in problem.errors()]
        raise ConfigError(f"{path} is not right:\n" + "\n".join(lines)) from None


def _said(error: ErrorDetails) -> str:
    if error["type"] == "extra_forbidden":  # its value is not shown: somebody may have written a password there
        return "this file has no such key; expected one that the shipped file has"
    found = f" (found {error['input']!r})" if isinstance(error["input"], str | int | float | bool) else ""
    return error["msg"].removeprefix("Value error, ") + found


def _place(location: tuple[int | str, ...], data: Any) -> str:
    """`rules[4].account of CONTRACTUAL`: the key, and the id of the list item it stands in, where it has one."""
    text, named = "", ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
        try:
            data = data[part]
        except (LookupError, TypeError):
            data = None
        if isinstance(data, dict) and isinstance(data.get("id"), str):
            named = f" of {data['id']}"
    return (text or "(the whole file)") + named
