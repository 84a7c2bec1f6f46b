"""Taking a match back: the remittance claim was not for that claim of ours.

The decision is kept for ever; the next run of posting negates the entries in the person's name (unpost.sql) and puts the
money back into suspense, where it waits as CLAIM_UNMATCHED until a person matches it anew. It does not matter how the match
was made: by a person, by our claim number, by the payer's, or by what only one claim has.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import duckdb

from pm_pipeline.config import Config
from pm_pipeline.errors import PmError
from pm_pipeline.warehouse import load_rows, records, unit, utc_now


def unpost(
    con: duckdb.DuckDBPyConnection, config: Config, item: str, *, actor: str, reason: str, today: dt.date, run_id: str
) -> tuple[str, str]:
    """Keep the decision; returns its unposting_id and the remit_claim_id. Nothing is posted here: posting.run does that.

    item: a remit_claim_id, or the exception_id of one. Raises PmError when the actor is nobody of people.yaml with the role
    exceptions, when nothing of it is posted, or when what is posted stands on it or has taken it back already.
    """
    if not actor.strip() or not reason.strip():
        raise PmError("Taking a match back needs the person who decides and the reason: an auditor will ask for both.")
    actor = config.people.acting(actor, "exceptions").person
    posted = _posted(con, item)
    remit_claim_id = str(posted["remit_claim_id"])
    _check(con, posted)
    row = con.execute(
        "SELECT count(*) + 1, short_id('U', concat_ws('|', $id, count(*) + 1)) FROM posting.unposting WHERE remit_claim_id = $id",
        {"id": remit_claim_id},
    ).fetchone()
    attempt, unposting_id = (int(row[0]), str(row[1])) if row else (1, "")
    with unit(con, "unposting", run_id) as work:
        load_rows(
            con,
            "posting.unposting",
            ["unposting_id", "remit_claim_id", "attempt", "claim_id", "match_by", "actor", "reason", "decided_on", "decided_at", "run_id"],
            [(unposting_id, remit_claim_id, attempt, posted["claim_id"], posted["match_by"], actor, reason.strip(), today,
              utc_now(), run_id)],
        )  # fmt: skip
        work.digest = unposting_id
    return unposting_id, remit_claim_id


def _posted(con: duckdb.DuckDBPyConnection, item: str) -> dict[str, Any]:
    found = records(
        con,
        "SELECT posted.*, later.remit_claim_id AS taken_back_by FROM posting.posting AS posted "
        "LEFT JOIN posting.posting AS later ON later.reverses = posted.posting_key "
        "WHERE posted.kind IN ('post', 'release') AND posted.remit_claim_id IN "
        "(SELECT $item UNION ALL SELECT remit_claim_id FROM posting.exception WHERE exception_id = $item)",
        {"item": item},
    )
    if found:
        return found[0]
    waiting = con.execute(
        "SELECT exception_id FROM posting.open_exception WHERE is_blocking AND $item IN (remit_claim_id, exception_id)",
        {"item": item},
    ).fetchone()
    if waiting is not None:
        raise PmError(
            f"{item} is posted to no claim: it waits in suspense as {waiting[0]}. "
            f"`pm exceptions show {waiting[0]}` says what can be done."
        )
    raise PmError(
        f"No posted remittance claim is called {item!r}. `pm trace CLAIM_ID` lists those of a claim: the part of "
        "the posting key before its colon."
    )


def _check(con: duckdb.DuckDBPyConnection, posted: dict[str, Any]) -> None:
    name = posted["remit_claim_id"]
    if posted["reverses"] is not None:
        raise PmError(
            f"{name} is the payer's own takeback of {str(posted['reverses']).split(':')[0]}, not an answer matched to a "
            "claim. Ask the payer for a corrected remittance."
        )
    twice = con.execute(
        "SELECT actor, decided_on FROM posting.unposting WHERE remit_claim_id = ? AND attempt >= ?",
        [name, posted["attempt"]],
    ).fetchone()
    if twice is not None:
        raise PmError(
            f"{twice[0]} has taken {name} back on {twice[1]} already; the next run of posting negates its entries."
        )
    if posted["taken_back_by"] is not None:
        raise PmError(
            f"The payer took {name} back itself, by {posted['taken_back_by']} (CLP02 22): nothing of it stands to be undone."
        )
    row = con.execute(
        "SELECT later.remit_claim_id, later.payer_turn FROM posting.posting AS later WHERE later.claim_id = $claim_id "
        "AND later.kind IN ('post', 'release') AND later.reverses IS NULL AND scrub.turn_no(later.payer_turn) > scrub.turn_no($turn) "
        "AND NOT EXISTS (SELECT 1 FROM posting.posting AS back WHERE back.reverses = later.posting_key) "
        "ORDER BY scrub.turn_no(later.payer_turn) DESC, later.posting_key LIMIT 1",
        {"claim_id": posted["claim_id"], "turn": posted["payer_turn"]},
    ).fetchone()
    if row is not None:
        raise PmError(
            f"The {row[1]} payer's answer {row[0]} to claim {posted['claim_id']} builds on {name}. "
            f"Take that one back first: pm exceptions unpost {row[0]}"
        )
