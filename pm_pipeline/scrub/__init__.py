"""Charges become claims; edits, which are rules kept as data, release, hold or fix them.

    build.py            charges -> scrub.claim, scrub.claim_line; what a fix rule changed; the diary of each claim
    responsibility.py   the ledger's holder of a charge follows its claim until it is sent
    rule.py scope.py    rule files: their shape; which claims they judge
    bench.py            allowed SQL (expression.py), binding, proof by their own examples (examples.py)
    facts.yaml          what a rule may speak of (facts*.sql, draft.sql fill it)
    room.py             the locked-down connection, with a clock, in which rules run
    override.py         a person lets a claim go in spite of a finding, until a day
    person_fix.py       a person sets right what held claims say; fixes.py applies it before the fix rules
    held.py             held claims as work: queues, and what can be done about each
    engine.py           all rules over all waiting claims; findings; held, released, self_pay
    events.py           the diary every later stage writes to as well

Not here: sending (submission), and what payers answer.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import duckdb

from pm_pipeline.config import Config
from pm_pipeline.scrub.build import Built, build_claims
from pm_pipeline.scrub.engine import Judged, scrub
from pm_pipeline.scrub.rulebook import Rulebook, load_rules, rules_in_force, shipped_rules


@dataclass(frozen=True)
class Scrubbed:
    """One run of the stage: what was built, and what the edits made of it."""

    built: Built
    judged: Judged


def run(
    con: duckdb.DuckDBPyConnection, config: Config, today: dt.date, run_id: str, rules: Rulebook | None = None
) -> Scrubbed:
    """Build claims from charges, move balances to who owes them, judge every waiting claim.

    Two units of work (scrub.build, scrub.edits); a crash between them leaves new claims held, and the next run goes on.
    Raises ConfigError, RuleError, PmError.
    """
    book = rules or rules_in_force(config)
    built = build_claims(con, config, book, today, run_id)
    return Scrubbed(built, scrub(con, config, book, today, run_id))


__all__ = [
    "Built", "Judged", "Rulebook", "Scrubbed", "build_claims", "load_rules", "rules_in_force", "run", "scrub", "shipped_rules",
]  # fmt: skip
