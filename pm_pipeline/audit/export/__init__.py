"""A period of the ledger as CSV files that can be verified without the warehouse. README.txt, which goes with them, says how.

One .sql file here is one CSV of an export. The verifier (audit/verify_export.py) goes with them too.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
import shutil
import tempfile
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb

from pm_pipeline.audit import verify_export
from pm_pipeline.config import Config
from pm_pipeline.errors import PmError
from pm_pipeline.warehouse import records, utc_now

HERE = resources.files(__package__ or "")
# what a spreadsheet would compute, or take for an apostrophe of ours, gets an apostrophe; README.txt tells
GUARDED = "CASE WHEN regexp_matches(\"{name}\", '^[=+\\-@''\\t\\r]') THEN '''' || \"{name}\" ELSE \"{name}\" END AS \"{name}\""
PEOPLE = ("person", "name", "title", "roles", "may_approve_cents")


@dataclass(frozen=True)
class Exported:
    """What was written: the folder, sha256 of its manifest, the end of the chain, and rows by file."""

    folder: Path
    manifest_sha256: str
    head_seq: int
    head_hash: str
    rows: dict[str, int]


def export(con: duckdb.DuckDBPyConnection, config: Config, first: dt.date, last: dt.date, folder: Path) -> Exported:
    """Write what was posted from `first` to `last` (business days, both included) into `folder`, which must be new or empty.

    It is written beside it and renamed when it is whole. Raises PmError when it cannot be written or nothing was ever committed.
    """
    if first > last:
        raise PmError(f"The period ends before it begins: {first} to {last}.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise PmError(
            f"{folder} is there already, with something in it. An export is never mixed with other files: name a new folder."
        )
    head = records(con, "SELECT seq, hash FROM warehouse.chain ORDER BY seq DESC LIMIT 1")
    if not head:
        raise PmError(
            "The warehouse holds nothing yet, so there is nothing to export. Run `pm demo` or `pm run` first."
        )
    part: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", suffix=".part", dir=folder.parent))
        files = [_table(con, name, first, last, part) for name in _tables()]
        files.append(_people(config, part))
        for name, text in (
            ("README.txt", _read("README.txt")),
            ("verify.py", Path(verify_export.__file__).read_text(encoding="utf-8")),
        ):
            (part / name).write_text(text, encoding="utf-8")
            files.append({"name": name, "rows": 0, "sums": {}})
        digest = _manifest(config, first, last, head[0], files, part)
        if folder.exists():
            folder.rmdir()
        part.rename(folder)
    except (OSError, duckdb.IOException) as problem:
        if part is not None:
            shutil.rmtree(part, ignore_errors=True)
        raise PmError(
            f"The export could not be written to {folder} ({type(problem).__name__}); nothing of it was kept. Look at the room and "
            "the rights there (`df`, `ls -ld`), then say it again."
        ) from None
    return Exported(
        folder,
        digest,
        head[0]["seq"],
        head[0]["hash"],
        {one["name"]: one["rows"] for one in files if one["name"].endswith(".csv")},
    )


def _tables() -> list[str]:
    return sorted(file.name.removesuffix(".sql") for file in HERE.iterdir() if file.name.endswith(".sql"))


def _read(name: str) -> str:
    return HERE.joinpath(name).read_text(encoding="utf-8")


def _table(con: duckdb.DuckDBPyConnection, name: str, first: dt.date, last: dt.date, part: Path) -> dict[str, Any]:
    """One CSV; DuckDB's COPY takes no parameters, so the two days are written into its text."""
    query = (
        _read(f"{name}.sql")
        .strip()
        .removesuffix(";")
        .replace("$first", f"DATE '{first}'")
        .replace("$last", f"DATE '{last}'")
    )
    columns = records(con, f"DESCRIBE {query}")
    names = [one["column_name"] for one in columns]
    texts = {one["column_name"] for one in columns if one["column_type"] == "VARCHAR"}
    shown = ", ".join(GUARDED.format(name=one) if one in texts else f'"{one}"' for one in names)
    path = part / f"{name}.csv"
    target = str(path).replace("'", "''")
    con.execute(f"COPY (SELECT {shown} FROM ({query}\n)) TO '{target}' (FORMAT csv, HEADER, NULL '')")
    money = [f'coalesce(sum("{one}"), 0) AS "{one}"' for one in names if verify_export.is_money(one)]
    sums = records(con, f"SELECT {', '.join(['count(*) AS n', *money])} FROM ({query}\n)")[0]
    rows = int(sums.pop("n"))
    return {"name": path.name, "rows": rows, "sums": {key: int(value) for key, value in sums.items()}}


def _people(config: Config, part: Path) -> dict[str, Any]:
    people = config.people.people
    with (part / "people.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(PEOPLE)
        for one in people:
            out.writerow(
                [*map(_guarded, (one.person, one.name, one.title, " ".join(one.roles))), one.may_approve_cents]
            )
    return {
        "name": "people.csv",
        "rows": len(people),
        "sums": {"may_approve_cents": sum(one.may_approve_cents for one in people)},
    }


def _guarded(text: str) -> str:
    return f"'{text}" if text[:1] in tuple("=+-@'\t\r") else text


def _manifest(
    config: Config, first: dt.date, last: dt.date, head: dict[str, Any], files: list[dict[str, Any]], part: Path
) -> str:
    """Write manifest.json; returns its sha256."""
    for one in files:
        path = part / one["name"]
        with path.open("rb") as file:
            one["sha256"] = hashlib.file_digest(file, "sha256").hexdigest()
        one["bytes"] = path.stat().st_size
    document = {
        "kind": verify_export.KIND, "format": verify_export.FORMAT, "practice_id": config.practice.practice_id, "practice": config.practice.name,
        "from": first.isoformat(), "to": last.isoformat(), "exported_at": f"{utc_now():%Y-%m-%dT%H:%M:%SZ}", "head": head, "files": files,
    }  # fmt: skip
    data = (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()
    (part / "manifest.json").write_bytes(data)
    return hashlib.sha256(data).hexdigest()
