"""What an action does beyond being recorded: ledger entries, and the claim taken back to be sent again."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import duckdb

from pm_pipeline import ledger
from pm_pipeline.config import Config
from pm_pipeline.console import dollars
from pm_pipeline.receivables.episodes import Episode
from pm_pipeline.scrub.events import ADJUDICATED, new_events
from pm_pipeline.warehouse import records, run_sql

if TYPE_CHECKING:
    from pm_pipeline.receivables.actions import Request

HERE = __package__ or ""
NEW_CLAIM_REMARKS = ("MA130",)  # never processed, no appeal: to be sent as a new claim
AS_NEW = "denial, as a new claim"  # what submission/select.sql looks for
AS_REPLACEMENT = "denial, as a replacement"


def post_entries(
    con: duckdb.DuckDBPyConnection, config: Config, episode: Episode, moved: Request, action_id: str, actor: str, today: dt.date
) -> None:  # fmt: skip
    """Propose a write-off or transfer of moved.cents out of the payer's A/R, with the refusing CAS as its evidence."""
    is_write_off = moved.action == "write_off"
    refusal = records(
        con, "SELECT file_id, segment_no FROM remittance.adjustment WHERE adjustment_id = ?", [episode.adjustment_id]
    )[0]
    params = {
        **refusal,
        "txn_key": f"denial:{action_id}",
        "txn_kind": f"denial_{moved.action}",
        "actor": actor,
        "entry_kind": "denial_wo" if is_write_off else "transfer",
        "account": "DENIAL_WO" if is_write_off else "AR",
        "sub_account": moved.reason if is_write_off else moved.party,
        "to_payer_id": moved.payer_id,
        "cents": moved.cents,
        "claim_id": episode.claim_id,
        "charge_id": episode.charge_id,
        "party": episode.payer_turn,
        "sign": -1,
        "practice_id": config.practice.practice_id,
        "today": today,
        "policy_id": config.denials.workflow.workflow_id,
        "policy_version": config.denials.workflow.version,
        "rule_id": episode.queue_id,
    }
    run_sql(con, HERE, "move.sql", params)


def undo_posting(con: duckdb.DuckDBPyConnection, target: str, action_id: str, actor: str, today: dt.date) -> str:
    """Propose the exact negation of what an action posted; says what was done."""
    con.execute(
        "INSERT INTO ledger_reversal (txn_key, txn_kind, reverses_txn_key, actor, effective_on, file_id, segment_no) "
        "SELECT DISTINCT $txn_key, 'denial_undo', txn.txn_key, $actor, CAST($today AS DATE), entry.file_id, entry.segment_no "
        "FROM ledger.txn JOIN ledger.entry USING (txn_id) WHERE txn.txn_key = $undone",
        {"txn_key": f"denial:{action_id}", "undone": f"denial:{target}", "actor": actor, "today": today},
    )
    ledger.reverse(con)
    row = con.execute("SELECT coalesce(sum(cents) FILTER (cents > 0), 0) FROM ledger_proposal").fetchone()
    cents = row[0] if row else 0
    if cents:
        return f"{dollars(cents)} went back to the payer's account; the denial is open again."
    return "Taken back; nothing had been posted."


def reopen_claim(
    con: duckdb.DuckDBPyConnection, episode: Episode, action_id: str, frequency: str | None, today: dt.date, run_id: str
) -> str:  # fmt: skip
    """Take the claim back to the edits, so that the next run sends it again; says what was done.

    Only a claim its first payer has adjudicated, and that is not on its way already. A later payer's claim is made from
    the remittances (secondary.py), so there the action is a record.
    """
    if episode.payer_turn != "primary":
        return f"Recorded; a claim to the {episode.payer_turn} payer is made from the earlier payers' answers, so nothing was reopened."
    row = con.execute("SELECT state FROM scrub.claim_state WHERE claim_id = ?", [episode.claim_id]).fetchone()
    state = row[0] if row else "not on record"
    if state not in ADJUDICATED:
        return f"Recorded; the claim is {state.replace('_', ' ')} already, so nothing was reopened."
    with new_events(con, run_id):
        con.execute(
            "INSERT INTO new_claim_event SELECT claim_id, CASE WHEN count(*) FILTER (kind = 'prepared') > 0 "
            "THEN count(*) FILTER (kind = 'prepared') + 1 ELSE max(version) END, 'reopen', 'held', concat('denial ', $action_id), "
            "CAST($today AS DATE), $detail, NULL, NULL FROM scrub.claim_event WHERE claim_id = $claim_id GROUP BY claim_id",
            {
                "action_id": action_id,
                "today": today,
                "detail": AS_NEW if frequency == "1" else AS_REPLACEMENT,
                "claim_id": episode.claim_id,
            },
        )
    kind = "a new claim (frequency 1)" if frequency == "1" else "a replacement (frequency 7)"
    return f"The claim is open again; the next run judges it and sends it as {kind}."


def next_party(con: duckdb.DuckDBPyConnection, episode: Episode) -> tuple[str, str | None]:
    """Who is responsible after the episode's payer: ('secondary' or 'tertiary', its payer) or ('patient', None)."""
    run_sql(con, HERE, "denial_next_party.sql", {"claim_id": episode.claim_id, "turn": episode.payer_turn})
    row = con.fetchone()
    return (row[0], row[1]) if row else ("patient", None)


def patient_blocks(con: duckdb.DuckDBPyConnection, episode: Episode) -> list[str]:
    """The remarks of the line or claim that forbid billing the patient (codes/rarc.csv), as posting/decide.sql reads them."""
    return [code for code, category in _remarks(con, episode) if category in ("PATIENT_LIABILITY_BLOCK", "ALERT_NSA")]


def payer_wants_new_claim(con: duckdb.DuckDBPyConnection, episode: Episode) -> bool:
    """Whether a remark says that the claim was never processed."""
    return any(code in NEW_CLAIM_REMARKS for code, _ in _remarks(con, episode))


def _remarks(con: duckdb.DuckDBPyConnection, episode: Episode) -> list[tuple[str, str]]:
    return con.execute(
        "SELECT DISTINCT rarc, category FROM ("
        "SELECT unnest(line.remark_codes) AS rarc FROM remittance.adjustment JOIN remittance.line USING (remit_line_id) "
        "WHERE adjustment_id = $adjustment_id "
        "UNION ALL SELECT unnest(remark_codes) FROM remittance.claim WHERE remit_claim_id = $remit_claim_id"
        ") JOIN codes.rarc USING (rarc) ORDER BY 1",
        {"adjustment_id": episode.adjustment_id, "remit_claim_id": episode.remit_claim_id},
    ).fetchall()
