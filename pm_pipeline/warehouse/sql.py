"""Running the .sql files that lie beside the Python that uses them, and loading rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from pm_pipeline.errors import WarehouseError

Connection = duckdb.DuckDBPyConnection
_parsed: dict[str, list[duckdb.Statement]] = {}  # a file's text -> its statements, which belong to no connection
FEW_ROWS = 500  # up to here parameters are five times as fast as a DataFrame


@cache
def sql_text(package: str, name: str) -> str:
    """The text of the file `name` inside `package`, which is found but not imported: tables need no stage's code."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"There is no package {package}, so no {name} in it.", name=package)
    return Path(spec.submodule_search_locations[0]).joinpath(name).read_text(encoding="utf-8")


def run_sql(con: Connection, package: str, name: str, params: Mapping[str, Any] | None = None) -> Connection:
    """Run every statement of package/name in order; each gets those of `params` it names as $parameter.

    Returns the connection, holding the last statement's result.
    """
    given = params or {}
    text = sql_text(package, name)
    if text not in _parsed:
        _parsed[text] = con.extract_statements(text)
    for statement in _parsed[text]:
        wanted = {key: given[key] for key in statement.named_parameters}
        con.execute(statement, wanted) if wanted else con.execute(statement)
    return con


def records(
    con: Connection, sql: str | None = None, params: Sequence[Any] | Mapping[str, Any] = ()
) -> list[dict[str, Any]]:
    """The rows of a statement, or of the connection's last result, each by its columns' names."""
    if sql is not None:
        con.execute(sql, params)
    names = [column[0] for column in con.description or []]
    return [dict(zip(names, row, strict=True)) for row in con.fetchall()]


def number(con: Connection, sql: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> int:
    """The one number a statement gives; 0 for NULL and for no row."""
    row = con.execute(sql, params).fetchone()
    return int(row[0] or 0) if row else 0


def load_rows(con: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert rows into `table` in one statement; returns how many.

    Every value travels as text and is cast to the column's own type, so that nothing is guessed from a sample.
    None is NULL; lists and tuples become DuckDB lists. Raises WarehouseError, without the value, when one does not fit.
    """
    data = [[_text(value) for value in row] for row in rows]
    if not data:
        return 0
    described = con.execute(f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {table})").fetchall()
    types = dict(described)
    names = ", ".join(f'"{name}"' for name in columns)
    selected = ", ".join(
        f'CAST(CAST("{name}" AS JSON) AS {types[name]})'
        if types[name].endswith("[]")
        else f'CAST("{name}" AS {types[name]})'
        for name in columns
    )
    try:
        if len(data) <= FEW_ROWS:
            listed = ", ".join(f'unnest(CAST(? AS VARCHAR[])) AS "{name}"' for name in columns)
            by_column = [list(values) for values in zip(*data, strict=True)]
            con.execute(f"INSERT INTO {table} ({names}) SELECT {selected} FROM (SELECT {listed})", by_column)
        else:
            con.register("pm_incoming_rows", pd.DataFrame(data, columns=pd.Index(columns), dtype="str"))
            con.execute(f"INSERT INTO {table} ({names}) SELECT {selected} FROM pm_incoming_rows")
    except duckdb.ConversionException:
        # DuckDB's own text quotes the value, which may be a person's
        raise WarehouseError(
            f"A value for {table} is not of its column's type. It should have been refused when it was read; none "
            f"of these {len(data)} rows was stored."
        ) from None
    finally:
        if len(data) > FEW_ROWS:
            con.unregister("pm_incoming_rows")
    return len(data)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        return json.dumps(list(value), default=str)
    return str(value)
