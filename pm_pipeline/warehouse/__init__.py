"""DuckDB: opening it, the single-writer lock, units of work, the outside anchor, schema versions, published copies.

Knows no stage. A stage gets a connection and never a path.
"""

from pm_pipeline.warehouse.sql import load_rows, number, records, run_sql
from pm_pipeline.warehouse.store import Schema, Warehouse
from pm_pipeline.warehouse.unit import Unit, little_memory, unit, utc_now

__all__ = [
    "Schema",
    "Unit",
    "Warehouse",
    "little_memory",
    "load_rows",
    "number",
    "records",
    "run_sql",
    "unit",
    "utc_now",
]
