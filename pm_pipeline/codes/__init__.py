"""Code sets, as CSV with effective dates; their one owner.

carc.csv            claim adjustment reason codes: category, denial or not, what to do
rarc.csv            remark codes that refine a category or block a transfer
category.csv        denial and adjustment categories and their priority
plb.csv             provider-level adjustments (PLB03-1), their ledger accounts and what each sign means; one that is not here holds the
                    payment, one of kind hold waits alone for a person
bank_type.csv       transaction types of a bank's BAI2 statement and what each is to the practice
answer.csv          TA104, IK501 and STC01-1 codes and what they do to a claim
place_of_service.csv
bank_holiday.csv    days on which the Federal Reserve settles nothing, year by year (one that falls on a Saturday is none, of one on a
                    Sunday the Monday is); work tells when the last year listed runs out. Other days count by their weekday alone

formats.py          the public edit tables as CMS publishes them (NCCI, MUE, ICD-10-CM, HCPCS ...), one reader per format
tables.py           an edition of one loaded from its files, with its first day (`pm codes load`)

Meanings are in our own words. An empty effective date means the day is not on record, not that there is none.
"""

from __future__ import annotations

import csv
import hashlib
from functools import cache
from importlib import resources

import duckdb

from pm_pipeline.warehouse import load_rows, unit, utc_now

TABLES = ("carc", "rarc", "category", "plb", "answer", "place_of_service", "bank_type", "bank_holiday")


@cache
def _shipped() -> tuple[dict[str, str], str]:
    texts = {name: resources.files(__name__).joinpath(f"{name}.csv").read_text(encoding="utf-8") for name in TABLES}
    return texts, hashlib.sha256("\0".join(texts[name] for name in TABLES).encode()).hexdigest()


@cache
def code_set(name: str) -> frozenset[str]:
    """The codes of one of TABLES: its first column."""
    _, *rows = csv.reader(_shipped()[0][name].splitlines())
    return frozenset(row[0] for row in rows)


@cache
def meanings(name: str) -> dict[str, str]:
    """code -> what it means in our words, of one of TABLES that has one row per code."""
    return {row[next(iter(row))]: row["meaning"] for row in csv.DictReader(_shipped()[0][name].splitlines())}


@cache
def answers() -> dict[str, tuple[str, str]]:
    """ "277CA A7" -> what that answer of a clearinghouse or payer means, and what to do about it."""
    rows = csv.DictReader(_shipped()[0]["answer"].splitlines())
    return {f"{row['transaction']} {row['code']}": (row["meaning"], row["remedy"]) for row in rows}


def refresh_codes(con: duckdb.DuckDBPyConnection, run_id: str) -> bool:
    """Bring the tables of schema `codes` to what the CSV files say; True when something had changed."""
    texts, digest = _shipped()
    if con.execute("SELECT digest FROM codes.edition").fetchone() == (digest,):
        return False
    with unit(con, "codes", run_id) as work:
        work.digest = digest
        for name in TABLES:
            header, *rows = csv.reader(texts[name].splitlines())
            con.execute(f"DELETE FROM codes.{name}")
            load_rows(con, f"codes.{name}", header, [[cell or None for cell in row] for row in rows])
        con.execute("DELETE FROM codes.edition")
        con.execute("INSERT INTO codes.edition VALUES (?, ?)", [digest, utc_now()])
    return True
