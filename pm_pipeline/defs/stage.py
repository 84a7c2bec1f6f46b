"""What every stage's asset shares: keys, groups, the open warehouse, metadata, checks.

An asset here opens the warehouse, calls the stage's plain function, and reports. It holds no domain logic, and puts no
data of a person into metadata: ids, counts, hashes and amounts only.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb

from pm_pipeline.audit.verify import Violation, verify
from pm_pipeline.defs.columns import column_lineage, column_schema
from pm_pipeline.defs.resources import PmResource
from pm_pipeline.desk import ActionLog
from pm_pipeline.errors import WarehouseError
from pm_pipeline.exchange import Exchange
from pm_pipeline.home import Home

OWNER = "team:billing"
POOL = "duckdb"


@dataclass(frozen=True)
class Window:
    """The business dates of one run: what landed up to `today` (the last date) is handled; `run_id` marks its rows."""

    first: dt.date
    today: dt.date
    run_id: str


def window(context: dg.AssetExecutionContext) -> Window:
    """The dates this run covers. A range of partitions is one window."""
    keys = context.partition_key_range
    return Window(dt.date.fromisoformat(keys.start), dt.date.fromisoformat(keys.end), context.run.run_id)


@contextmanager
def opened(pm: PmResource) -> Iterator[tuple[Home, duckdb.DuckDBPyConnection]]:
    """The installation and the run's writing connection.

    An error of the database is told without its text, which may quote a row: what goes into Dagster's event log holds
    no data of a person. The statement and its error stay in this process.
    """
    try:
        yield pm.home(), pm.connection()
    except duckdb.Error as problem:
        place = traceback.extract_tb(problem.__traceback__)[-1]
        raise WarehouseError(
            f"The database refused a statement ({type(problem).__name__}, {Path(place.filename).name} line {place.lineno}). "
            "Nothing of this step was saved. Its words are left out because they can quote a row; to see them, run the "
            "same dates again in a terminal with PM_SHOW_DATABASE_ERRORS=1."
        ) from (problem if os.environ.get("PM_SHOW_DATABASE_ERRORS") == "1" else None)


def exchange(pm: PmResource, when: Window) -> Exchange | None:
    """Contact with partners, or None when this run must not reach out: offline, or only past days are handled."""
    home = pm.home()
    return Exchange(home, when.today) if pm.may_exchange(when.today) else None


def spec(
    stage: str,
    table: str,
    description: str,
    deps: Sequence[tuple[str, str]] = (),
    kinds: set[str] | None = None,
) -> dg.AssetSpec:
    """One table as an asset: key [stage, table], in the group of its stage."""
    return dg.AssetSpec(
        key=[stage, table],
        group_name=stage,
        description=description,
        deps=[dg.AssetKey(list(dep)) for dep in deps],
        owners=[OWNER],
        kinds=kinds or {"duckdb"},
        code_version="1",
        metadata={} if (schema := column_schema(stage, table)) is None else {"dagster/column_schema": schema},
    )


def results(specs: Sequence[dg.AssetSpec], metadata: Mapping[str, Mapping[str, Any]]) -> Iterator[dg.MaterializeResult]:
    """One materialisation per table, with its metadata (by table name)."""
    for one in specs:
        said = dict(metadata.get(one.key.path[-1], {}))
        if (lineage := column_lineage(*one.key.path)) is not None:
            said["dagster/column_lineage"] = lineage
        yield dg.MaterializeResult(asset_key=one.key, metadata=said)


def facts(result: Any) -> dict[str, Any]:
    """The numbers of a stage's result as metadata; dictionaries become small tables, lists of files their own entry."""
    found: dict[str, Any] = {}
    for field in dataclasses.fields(result):
        value = getattr(result, field.name)
        if isinstance(value, bool | int | str):
            found[field.name] = value
        elif isinstance(value, dict):
            found[field.name] = table(["name", "count"], sorted(value.items()))
    return found


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> dg.TableMetadataValue:
    """Rows as a metadata table. Only ids, codes, counts, hashes and amounts may be given."""
    return dg.MetadataValue.table(
        records=[dg.TableRecord(dict(zip(columns, map(_cell, row), strict=True))) for row in rows],
        schema=dg.TableSchema([dg.TableColumn(name) for name in columns]),
    )


def file_table(con: duckdb.DuckDBPyConnection, file_ids: Sequence[str]) -> dg.TableMetadataValue:
    """The files a step handled: id, kind, bytes."""
    rows = con.execute(
        "SELECT file_id, kind, bytes FROM transport.file WHERE file_id IN (SELECT unnest(?)) ORDER BY 1",
        [list(dict.fromkeys(file_ids))],
    ).fetchall()
    return table(["file_id", "kind", "bytes"], rows)


def check_spec(stage: str, table_name: str, name: str, description: str) -> dg.AssetCheckSpec:
    """A blocking check on [stage, table]."""
    return dg.AssetCheckSpec(name, asset=dg.AssetKey([stage, table_name]), description=description, blocking=True)


def invariant_check(
    con: duckdb.DuckDBPyConnection,
    check: dg.AssetCheckSpec,
    *invariants: str,
    since_batch: int = 0,
    log: ActionLog | None = None,
) -> dg.AssetCheckResult:
    """Run invariants of audit/invariants as this check; it fails with the rows at fault (ids only). See verify()."""
    found: list[Violation] = [
        one for name in invariants for one in verify(con, only=name, since_batch=since_batch, log=log)
    ]
    return dg.AssetCheckResult(
        asset_key=check.asset_key,
        check_name=check.name,
        passed=not found,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={
            "invariants": ", ".join(invariants),
            "rows_at_fault": len(found),
            "first": table(["invariant", "item", "text"], [(v.invariant, v.item, v.text) for v in found[:20]]),
        },
    )


def _cell(value: Any) -> Any:
    return value if isinstance(value, bool | int | float | str) or value is None else str(value)
