"""What the edits found of the mistakes the sandbox planted for them, and what they held though nothing was wrong."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import duckdb

from pm_pipeline.sandbox.world import Sandbox
from pm_pipeline.scrub.rulebook import shipped_rules
from pm_pipeline.warehouse import load_rows, number, run_sql

KNOWN_WITHOUT = ("patient_id", "patient_is_known")  # facts of a patient that need no registration
SOME = 10  # claims shown by name


@dataclass(frozen=True)
class Edit:
    """One edit: how many mistakes were planted for it, how many of these it found, and the items of those it did not. What the
    practice put right before the edit could see it is no mistake to find and is not counted: before the claim was first put
    together or, where the edit goes by what a registration says, before the patient was registered."""

    rule: str
    planted: int
    found: int
    missing: list[str]


@dataclass(frozen=True)
class EditsFound:
    """All edits with a planted mistake; of how many claims that were built how many were held with nothing wrong, some of them."""

    edits: list[Edit]
    claims: int
    held_wrongly: int
    examples: list[str]

    @property
    def agrees(self) -> bool:
        """True when every planted mistake was found."""
        return all(not one.missing for one in self.edits)


def by_patient() -> list[str]:
    """The shipped edits that go by a fact of the patient's registration, and see nothing where there is none."""
    return [
        one.rule.id
        for one in shipped_rules().rules
        if any(name.startswith("patient_") and name not in KNOWN_WITHOUT for name in one.columns)
    ]


def edits_found(con: duckdb.DuckDBPyConnection, world: Sandbox, last: dt.date) -> EditsFound:
    """Hold the findings behind `con` (read-only will do; temporary tables are made) to what was planted up to the day `last`."""
    rows = world.store.all("SELECT item_id, stage, code, fixed_on FROM planted WHERE due_on <= ?", [last.isoformat()])
    con.execute("CREATE OR REPLACE TEMP TABLE planted (item_id VARCHAR, stage VARCHAR, code VARCHAR, fixed_on DATE)")
    load_rows(con, "planted", ["item_id", "stage", "code", "fixed_on"], [list(row) for row in rows])
    con.execute("CREATE OR REPLACE TEMP TABLE edit_by_patient (rule_id VARCHAR)")
    load_rows(con, "edit_by_patient", ["rule_id"], [(rule_id,) for rule_id in by_patient()])
    run_sql(con, __package__ or "", "edits.sql")
    found = con.execute("SELECT code, planted, found, missing FROM edits_found ORDER BY code").fetchall()
    wrongly = con.execute("SELECT claim_id, rules FROM edits_false_hold ORDER BY claim_id").fetchall()
    return EditsFound(
        [Edit(*row) for row in found],
        number(con, "SELECT count(*) FROM scrub.claim"),
        len(wrongly),
        [f"{claim_id} ({', '.join(rules)})" for claim_id, rules in wrongly[:SOME]],
    )
