"""Columns of the warehouse's tables for the Dagster UI: names, types, meaning, and the X12 element each one comes from.

Everything is read out of the stages' schema.sql, where the comment behind a column says what it is: `-- CLP04` and
`-- CLP04: paid` name the element a column is read from, `-- sum of CLP04` what it is made of. An element shows as a
column of transport/transaction_set, whose text holds it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import dagster as dg

from pm_pipeline.home import SCHEMAS
from pm_pipeline.warehouse.sql import sql_text

SETS = dg.AssetKey(["transport", "transaction_set"])
READ_FROM_X12 = ("remittance", "acknowledgments")

_TABLE = re.compile(r"^CREATE TABLE IF NOT EXISTS (\w+)\.(\w+) \(\n(.*?)^\);", re.MULTILINE | re.DOTALL)
_STANDING = re.compile(r"^CREATE OR REPLACE VIEW (\w+)\.(\w+) AS SELECT \* FROM \1\.(\w+) WHERE", re.MULTILINE)
_COLUMN = re.compile(
    r"^    ([a-z]\w*)\s+([A-Z][A-Z]+(?:\(\d+(?:, \d+)?\))?(?:\[\])?)(?:(?!--)[^\n])*?(?:--\s*(.*))?$", re.MULTILINE
)
_ELEMENT = r"(?:[A-Z][A-Z0-9]{1,2}[0-9]{2}(?:-[0-9]{1,2})?|(?:AMT|DTM|LQ|N1|NM1|REF|QTY)\*[A-Z0-9]{1,3}|MIA|MOA)"
_NAMED = re.compile(rf"(?:sum of )?({_ELEMENT}(?:(?:, or |, | or | and | ){_ELEMENT})*)(?![A-Za-z0-9])")


@dataclass(frozen=True)
class Column:
    """One column; elements are those of the X12 it is read from, as `CLP04` or `REF*6R`."""

    name: str
    type: str
    meaning: str
    elements: tuple[str, ...]


@cache
def columns() -> dict[tuple[str, str], tuple[Column, ...]]:
    """(schema, table) -> its columns in order, of every table a schema.sql makes, and of the views of its rows that stand."""
    found: dict[tuple[str, str], tuple[Column, ...]] = {}
    for schema in SCHEMAS:
        text = sql_text(schema.package, "schema.sql")
        for stage, table, body in _TABLE.findall(text):
            found[stage, table] = tuple(_columns(stage, body))
        for stage, view, table in _STANDING.findall(text):
            found[stage, view] = found[stage, table]
    return found


def column_schema(stage: str, table: str) -> dg.TableSchema | None:
    """The columns of a table as the UI shows them; None for a table no schema.sql makes (a view, a mart)."""
    known = columns().get((stage, table))
    if known is None:
        return None
    shown = [dg.TableColumn(one.name, one.type, description=one.meaning or None) for one in known]
    if dg.AssetKey([stage, table]) == SETS:
        elements = sorted({element for row in columns().values() for one in row for element in one.elements})
        shown += [dg.TableColumn(one, "X12 element", description="In the text of the set.") for one in elements]
    return dg.TableSchema(shown)


def column_lineage(stage: str, table: str) -> dg.TableColumnLineage | None:
    """Which X12 elements the columns of a table are read from; None when none is."""
    deps = {
        one.name: [dg.TableColumnDep(SETS, element) for element in one.elements]
        for one in columns().get((stage, table), ())
        if one.elements
    }
    return dg.TableColumnLineage(deps) if deps else None


def _columns(stage: str, body: str) -> Iterator[Column]:
    for name, kind, meaning in _COLUMN.findall(body):
        named = _NAMED.match(meaning) if stage in READ_FROM_X12 else None
        elements = tuple(dict.fromkeys(re.findall(_ELEMENT, named.group(1)))) if named else ()
        yield Column(name, kind, meaning, elements)
