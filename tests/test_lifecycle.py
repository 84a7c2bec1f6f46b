"""A tour of the system: one claim, from a row of the practice's CSV file to a cell of a published mart.

Everything is real but the people: the files travel over SFTP, Dagster runs the stages, dbt builds the marts. On the other side of
the wire the sandbox plays a practice with one patient, a clearinghouse and a payer. Read it from top to bottom.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from pm_pipeline.audit.trace import Evidence, trace_claim, trace_entry
from pm_pipeline.audit.verify import verify
from pm_pipeline.defs.execute import require, run_job
from pm_pipeline.exchange import embedded, stop_embedded
from pm_pipeline.home import Home
from pm_pipeline.sandbox.plan import Plan
from pm_pipeline.transport.store import inbox_store, outbox_store
from pm_pipeline.warehouse.publish import open_published
from tests.lived import installed

MONDAY = dt.date(2026, 6, 1)
NOTHING_GOES_WRONG = {
    "days": 1,
    "encounters_per_weekday": 1,
    "visits_per_patient": 1,
    "new_patients": 1,
    "entry_lag_weights": [1],
    "cover_weights": {"commercial": 1, "commercial_two": 0, "medicaid": 0, "medicare": 0, "medicare_supplement": 0,
                      "medicare_medicaid": 0, "medicare_both": 0, "self_pay": 0, "workers_comp": 0},
    "cancelled": 0, "no_show": 0, "resent_rows": 0,
    "faults": {"boundary": 0, "scrub": 0, "patients": dict.fromkeys(("coverage_dates", "member_id_shape", "patient_late", "deceased", "bad_name", "member_unknown", "name_mismatch", "coverage_lapsed"), 0)},
    "claims": {"rejected": 0, "slow": 0, "denied_claim": 0, "denied_line": 0, "partly_denied_line": 0, "payer_correction": 0,
               "adjudication_days": [3, 3]},
    "follow_up": {"correct_after_payment": 0, "void_after_payment": 0},
}  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """An installation whose partners are the sandbox, in which one patient comes, on a Monday, and nothing goes wrong."""
    with installed(tmp_path) as made:
        embedded(made, Plan.shipped(**NOTHING_GOES_WRONG))
        yield made
        stop_embedded()


def test_one_claim_from_its_csv_row_to_a_cell_of_a_mart(home: Home) -> None:
    wire = home.settings.sandbox_dir / "sftp"  # the other side's folders, as its SFTP server shows them

    # ---- Monday. The practice enters the visit's charges; its system puts them, and the registration, into its SFTP folder.
    # Our run sweeps the folder, keeps the bytes, loads the rows, makes a claim of them, lets the edits look at it, and sends it.
    require(run_job("lifecycle", MONDAY, MONDAY), "Monday")

    feed = next(path for path in (wire / "practice" / "archive").iterdir() if path.name.startswith("charges"))
    rows = list(csv.DictReader(feed.read_text().splitlines()))
    charge_cents = sum(int(Decimal(row["charge_amount"]) * 100) for row in rows)

    with home.warehouse.read() as con:
        # the file is known by the hash of its bytes, and where it came from is on record
        file_id, partner = con.execute(
            "SELECT DISTINCT charge.file_id, receipt.partner_id FROM charges.charge JOIN transport.receipt USING (file_id)"
        ).fetchall()[0]
        assert partner == "practice"
        assert inbox_store(home.settings).read(file_id) == feed.read_bytes()

        # every row became a charge, and all charges of the visit one claim; the money stands in A/R of the first payer
        assert con.execute("SELECT count(*), sum(charge_cents) FROM charges.charge").fetchone() == (
            len(rows),
            charge_cents,
        )
        [(claim_id, payer_id, state)] = con.execute(
            "SELECT claim_id, payer_id, state FROM scrub.claim JOIN scrub.claim_state USING (claim_id)"
        ).fetchall()
        assert state == "sent"
        assert con.execute(BALANCES, [claim_id]).fetchall() == [
            ("AR:primary", charge_cents),
            ("REVENUE_GROSS:none", -charge_cents),
        ]

        # the claim left as an 837P, after pyx12 found nothing wrong with it; these are the bytes the clearinghouse has
        [(emitted, remote_name)] = con.execute("SELECT file_id, remote_name FROM submission.interchange").fetchall()
        lines = [row[0] for row in con.execute("SELECT line_id FROM scrub.claim_line ORDER BY line_no").fetchall()]
    claims = outbox_store(home.settings).read(emitted)
    [taken] = [path for path in (wire / "clearinghouse").rglob("*") if path.name == remote_name]
    assert taken.read_bytes() == claims
    text = claims.decode("ascii")
    assert f"~CLM*{claim_id}*{charge_cents // 100}" in text
    assert [text.count(f"~REF*6R*{line_id}~") for line_id in lines] == [1] * len(rows)

    # ---- Tuesday. The clearinghouse answers: the 999 says that the set was well formed, the 277CA that the payer has the claim.
    tuesday = MONDAY + dt.timedelta(days=1)
    require(run_job("lifecycle", tuesday, tuesday), "Tuesday")

    with home.warehouse.read() as con:
        assert con.execute("SELECT ik501 FROM acknowledgments.set_ack").fetchall() == [("A",)]
        assert con.execute(
            "SELECT category FROM acknowledgments.claim_status WHERE claim_id IS NOT NULL"
        ).fetchall() == [("A2",)]
        assert con.execute("SELECT state FROM scrub.claim_state").fetchall() == [("accepted",)]

    # ---- The days after. The payer decides and pays; its 835 says how, and the bank that the money came. One run takes them all.
    later = MONDAY + dt.timedelta(days=14)
    require(run_job("lifecycle", tuesday + dt.timedelta(days=1), later), "The days after")

    with home.warehouse.read() as con:
        [(clp01, clp03, paid)] = con.execute("SELECT clp01, charge_cents, paid_cents FROM remittance.claim").fetchall()
        assert (clp01, clp03) == (claim_id, charge_cents)
        [(written_off, patient_share)] = con.execute(
            "SELECT sum(cents) FILTER (group_code = 'CO'), coalesce(sum(cents) FILTER (group_code = 'PR'), 0) FROM remittance.adjustment"
        ).fetchall()
        assert charge_cents == paid + written_off + patient_share

        # in the ledger: paid by the payer, written off under contract, the rest owed by the patient; nothing else is left
        balances = dict(con.execute(BALANCES, [claim_id]).fetchall())
        assert balances["CONTRACTUAL:contract"] == written_off
        assert balances.get("AR:patient", 0) == patient_share
        assert balances["REVENUE_GROSS:none"] == -charge_cents
        assert "AR:primary" not in balances

        # what was paid is at the bank: the deposit is tied to the payment, so no cash is left in clearing
        cash = con.execute("SELECT sum(cents) FROM ledger.entry WHERE account = 'CASH_CLEARING'").fetchone()
        bank = con.execute("SELECT sum(cents) FROM ledger.entry WHERE account = 'BANK'").fetchone()
        assert (cash, bank) == ((0,), (paid,))
        assert con.execute("SELECT state FROM scrub.claim_state").fetchall() == [("paid",)]
        assert verify(con) == []

    # ---- The analyst's door. dbt builds the marts; a generation is published that no pipeline run disturbs.
    require(run_job("marts"), "The marts")
    with open_published(home.settings.published_dir) as marts:
        aged = marts.execute(
            "SELECT sum(balance_amount) FROM marts.ar_aging WHERE as_of_date = ? AND party = 'patient' AND aging_base = 'service_date'",
            [later],
        ).fetchone()
        assert aged == (Decimal(patient_share) / 100,)
        rate = marts.execute(
            "SELECT numerator, denominator FROM marts.kpi_summary WHERE is_latest AND kpi = 'net_collection_rate_cash'"
        ).fetchone()
        assert rate == (Decimal(paid) / 100, Decimal(charge_cents - written_off) / 100)

    # ---- The auditor's door. The claim's life in order, and from its payment entry back to the line of the 835.
    evidence = Evidence(inbox_store(home.settings), outbox_store(home.settings))
    with home.warehouse.read() as con:
        states = list(dict.fromkeys(step.what for step in trace_claim(con, claim_id) if step.stage == "state"))
        assert [one for one in states if one in MILESTONES] == MILESTONES
        [(entry_id,)] = con.execute(
            "SELECT min(entry_id) FROM ledger.entry WHERE entry_kind = 'payment' AND account = 'AR' AND claim_id = ?",
            [claim_id],
        ).fetchall()
        back = trace_entry(con, entry_id, evidence)
    assert back["raw"].startswith("SVC*HC:")
    assert back["receipts"][0]["partner_id"] == "clearinghouse"
    assert back["entry"]["policy_id"] == "standard"
    assert back["payment"]["payer_id"] == payer_id


MILESTONES = ["held", "released", "prepared", "sent", "accepted", "paid"]
BALANCES = (
    "SELECT account || ':' || sub_account AS name, sum(cents) FROM ledger.entry WHERE claim_id = ? "
    "GROUP BY 1 HAVING sum(cents) <> 0 ORDER BY 1"
)
