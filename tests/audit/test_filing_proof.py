"""Proof of timely filing: what was sent and when, who accepted it, and what of it proves anything."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pm_pipeline.audit.filing_proof import filing_proof
from pm_pipeline.audit.trace import Evidence
from pm_pipeline.errors import PmError
from pm_pipeline.transport.store import FileStore
from tests.acknowledgments.sent import TODAY, Sent
from tests.lived import installed, pm
from tests.money import DOS, World, claim, line

BYTES = b"ISA*what we sent~"
LIMIT = 180  # BLHRB
HEAD = ("HL*1**20*1", "HL*2*1*21*1", "HL*3*2*19*1", "HL*4*3*PT", "TRN*2*C1")
TA1, SET = "TA1*000000007*260603*0900*A*000", ("AK1*HC*70*005010X222A1", "AK9*A*2*2*2")


@dataclass
class Filed:
    """Claim C1, sent and uploaded as the first submission, and the folder of what was sent."""

    sent: Sent
    outbox: FileStore

    def proof(self, limit: int = LIMIT, **more: Any) -> dict[str, Any]:
        payers = {one.payer_id: replace_limit(one, limit) for one in self.sent.world.config.payers}
        return filing_proof(self.sent.con, "C1", payers, self.outbox, **more)


def replace_limit(payer: Any, days: int) -> Any:
    return payer.model_copy(update={"timely_filing_days": days})


def filed_in(con: duckdb.DuckDBPyConnection, folder: Path, outbox: FileStore) -> Filed:
    sent = Sent.made(con, folder)
    file_id = outbox.put_bytes(BYTES)
    con.execute("UPDATE submission.interchange SET file_id = ?, bytes = ?", [file_id, len(BYTES)])
    for seq, state in enumerate(("prepared", "uploading", "uploaded"), start=1):
        con.execute(
            "INSERT INTO submission.upload_event VALUES (7, ?, ?, NULL, ?, TIMESTAMP '2026-06-03 08:00:00', 'r')",
            [seq, state, TODAY],
        )
    return Filed(sent, outbox)


@pytest.fixture
def filed(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> Filed:
    return filed_in(con, tmp_path, FileStore(tmp_path / "outbox"))


def test_an_accepted_claim_is_proven_with_its_bytes_numbers_and_segments(filed: Filed) -> None:
    filed.sent.ta1(TA1)
    filed.sent.set_answer(*SET)
    filed.sent.claim_answer(*HEAD, "STC*A2:20*20260603*WQ*100", "REF*1K*PCN9")
    found = filed.proof()
    assert (found["verdict"], found["last_day"], found["accepted_on"]) == ("proven", DOS + dt.timedelta(LIMIT), TODAY)
    assert found["days_to_spare"] == LIMIT - 2
    [one] = found["submissions"]
    assert (one["isa13"], one["gs06"], one["st02"], one["reference"]) == (7, 70, 701, "B701")
    assert (one["file_id"], one["bytes_on_hand"]) == (filed.outbox.put_bytes(BYTES), "verified")
    assert [event["state"] for event in one["upload"]] == ["prepared", "uploading", "uploaded"]
    assert [(answer["answer"], answer["outcome"]) for answer in one["answers"]] == [
        ("TA1", "accepted"), ("999", "accepted"), ("277CA", "accepted"),
    ]  # fmt: skip
    evidence = Evidence(filed.sent.world.store, filed.outbox)
    raw = [evidence.raw(answer["file_id"], answer["segment_no"]) or "" for answer in one["answers"]]
    assert [text.split("*")[0] for text in raw] == ["TA1", "AK1", "STC"]
    assert found["accepted_by"] == f"277CA {one['answers'][2]['file_id']}:{one['answers'][2]['segment_no']}"
    assert {answer["received_from"] for answer in one["answers"]} == {"clearinghouse"}


@pytest.mark.parametrize(("limit", "verdict"), [(3, "proven"), (2, "proven"), (1, "late")])
def test_the_last_day_counts_and_the_day_after_is_late(filed: Filed, limit: int, verdict: str) -> None:
    filed.sent.claim_answer(*HEAD, "STC*A2:20*20260603*WQ*100")
    found = filed.proof(limit)
    assert (found["verdict"], found["days_to_spare"]) == (verdict, limit - 2)
    assert str(found["last_day"]) in found["text"]


def test_neither_a_file_accepted_nor_a_claim_merely_received_proves_anything(filed: Filed) -> None:
    assert filed.proof()["strongest"] == "none at all"
    filed.sent.ta1(TA1)
    filed.sent.set_answer(*SET)
    filed.sent.claim_answer(*HEAD, "STC*A1:19*20260603*WQ*100")
    found = filed.proof()
    assert (found["verdict"], found["accepted_on"]) == ("not_proven", None)
    assert "The strongest answer: 277CA received on 2026-06-03" in found["text"]


def test_an_acceptance_that_a_rejection_follows_proves_nothing_until_the_payer_answers(filed: Filed) -> None:
    filed.sent.claim_answer(*HEAD, "STC*A2:20*20260603*WQ*100")
    filed.sent.claim_answer(*HEAD, "STC*A7:21*20260603*U*100")
    assert filed.proof()["verdict"] == "not_proven"
    filed.sent.world.post(filed.sent.world.remittance(claim("C1", line("XC1", 10_000, 10_000))))
    found = filed.proof()
    assert found["verdict"] == "proven"
    assert found["accepted_by"].startswith("835 ")


def test_a_claim_that_was_never_uploaded_is_not_called_sent(filed: Filed) -> None:
    filed.sent.con.execute("DELETE FROM submission.upload_event WHERE state = 'uploaded'")
    assert filed.proof()["verdict"] == "not_sent"
    filed.sent.con.execute("DELETE FROM submission.batch_claim")
    found = filed.proof()
    assert (found["verdict"], found["submissions"]) == ("not_sent", [])


def test_bytes_that_were_changed_are_said_so(filed: Filed) -> None:
    path = filed.outbox.path(filed.outbox.put_bytes(BYTES))
    path.chmod(0o600)
    path.write_bytes(BYTES[::-1])
    assert "were changed after they were stored" in filed.proof()["submissions"][0]["bytes_on_hand"]
    path.unlink()
    assert "are missing" in filed.proof()["submissions"][0]["bytes_on_hand"]


def test_each_submission_has_its_own_answers_and_the_first_acceptance_counts(filed: Filed) -> None:
    filed.sent.claim_answer(*HEAD, "STC*A7:21*20260603*U*100")
    filed.sent.send_again("C1", 8, 801)
    again = filed.outbox.put_bytes(BYTES + b"again")
    filed.sent.con.execute("UPDATE submission.interchange SET file_id = ? WHERE isa13 = 8", [again])
    filed.sent.claim_answer(
        "HL*1**20*1", "HL*2*1*21*1", "TRN*2*B801", "STC*A1:19*20260603*WQ*100", *HEAD[2:], "STC*A2:20*20260603*WQ*100"
    )
    found = filed.proof()
    assert found["verdict"] == "proven"
    assert [[one["outcome"] for one in each["answers"]] for each in found["submissions"]] == [
        ["rejected"],
        ["accepted"],
    ]


def test_an_unknown_claim_is_said_with_the_way_to_find_it(filed: Filed) -> None:
    with pytest.raises(PmError, match="There is no claim 'NONE'"):
        filing_proof(filed.sent.con, "NONE", {}, filed.outbox)
    assert filing_proof(filed.sent.con, "C1", {}, filed.outbox)["verdict"] == "no_payer"


@contextmanager
def filed_at(folder: Path) -> Iterator[Filed]:
    with installed(folder) as home, home.write() as con:
        yield filed_in(con, folder, FileStore(home.settings.outbox))


def test_the_command_prints_the_proof_and_exits_by_its_verdict(tmp_path: Path) -> None:
    with filed_at(tmp_path) as filed:
        filed.sent.world.store = FileStore(tmp_path / "inbox" / "landed")
        filed.sent.set_answer(*SET)
    done = pm(tmp_path / "home", "claims", "filing-proof", "C1")
    assert done.exit_code == 1
    assert "Sent, but no acceptance of the claim is on record. The strongest answer: 999 accepted" in done.output
    with installed(tmp_path) as home, home.write() as con:
        again = Sent.__new__(Sent)
        again.world, again.con, again.number = World(con, tmp_path), con, 5
        again.world.store = FileStore(tmp_path / "inbox" / "landed")
        again.claim_answer(*HEAD, "STC*A2:20*20260603*WQ*100")
    done = pm(tmp_path / "home", "claims", "filing-proof", "C1")
    assert done.exit_code == 0, done.output
    for words in ("Filed in time: accepted on 2026-06-03, 178 days before", "ISA13 000000007  GS06 70  ST02 0701  BHT03 B701",
                  "17 bytes, verified", "as 837P_7.edi to clearinghouse", "277CA      2026-06-03 accepted: 277CA A2:20"):  # fmt: skip
        assert words in done.output
    assert "STC*" not in done.output
    assert "STC*A2:20" in pm(tmp_path / "home", "claims", "filing-proof", "C1", "--raw").output
    document = json.loads(pm(tmp_path / "home", "claims", "filing-proof", "C1", "--json").stdout)
    assert (document["verdict"], document["last_day"]) == ("proven", "2026-11-28")
