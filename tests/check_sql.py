"""`make lint` for SQL: every .sql file parses as DuckDB, opens by saying what it is, and keeps to the house's form.

Run as `python -m tests.check_sql`; prints each fault with its file and line, exits 1 when there is one.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import sqlglot
from sqlglot.errors import ParseError, TokenError

ROOT = Path(__file__).resolve().parents[1]
LONGEST = 200
# what sqlglot 30 cannot read although DuckDB can; DuckDB's own parser still checks these files
ONLY_DUCKDB = re.compile(
    r"CREATE (OR REPLACE )?(TEMP )?MACRO|lambda \w+:|\bQUALIFY\b|\bASOF\b|arg_m(in|ax)\(|FILTER \((?!WHERE)|USING COMPRESSION",
    re.IGNORECASE,
)
MAKES_SQL = re.compile(r"\{%-?\s*(for|macro)\b|\{\{(?!\s*(ref|source|config|var|dollars)\()")


def files() -> Iterator[Path]:
    for folder in ("pm_pipeline", "dbt_project"):
        for path in sorted((ROOT / folder).rglob("*.sql")):
            if not {"target", "dbt_packages"} & set(path.parts):
                yield path


def plain(text: str) -> str:
    """A dbt file as SQL: comments and statements of Jinja gone, each expression a name."""
    text = re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL)
    text = re.sub(r"\{%.*?%\}", "", text, flags=re.DOTALL)
    return re.sub(r"\{\{.*?\}\}", "jinja_value", text, flags=re.DOTALL)


def faults(path: Path) -> Iterator[str]:
    raw = path.read_text(encoding="utf-8")
    for number, line in enumerate(raw.splitlines(), start=1):
        if "\t" in line:
            yield f"{number}: a tab; use spaces"
        if line != line.rstrip():
            yield f"{number}: blanks at the end of the line"
        if len(line) > LONGEST:
            yield f"{number}: {len(line)} characters; break the line at {LONGEST} or before"
    if not raw.endswith("\n") or raw.endswith("\n\n"):
        yield "end: exactly one newline must end the file"
    in_dbt = "dbt_project" in path.parts
    if in_dbt and ("macros" in path.parts or MAKES_SQL.search(raw)):
        return  # Jinja makes parts of the statement; dbt compiles and runs it in tests/marts
    text = plain(raw) if in_dbt else raw
    if path.parent.name == "sandbox":
        yield from _sqlglot(text, "sqlite")  # the sandbox keeps its books in SQLite
        return
    try:
        duckdb.extract_statements(text)
    except duckdb.Error as problem:
        yield f"DuckDB cannot parse it: {str(problem).splitlines()[0]}"
        return
    if not ONLY_DUCKDB.search(text):
        yield from _sqlglot(text, "duckdb")


def _sqlglot(text: str, dialect: str) -> Iterator[str]:
    try:
        sqlglot.parse(text, dialect=dialect)
    except (ParseError, TokenError) as problem:
        yield f"sqlglot cannot parse it: {str(problem).splitlines()[0]}"


def main() -> int:
    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    count = bad = 0
    for path in files():
        count += 1
        for fault in faults(path):
            bad += 1
            sys.stdout.write(f"{path.relative_to(ROOT)}:{fault}\n")
    sys.stdout.write(f"{count} SQL files checked, {bad} faults.\n")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
