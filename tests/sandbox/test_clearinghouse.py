"""The clearinghouse: whole files only, true answers, every claim judged on its content."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from pm_pipeline.config import load_config
from pm_pipeline.sandbox.plan import Plan
from pm_pipeline.sandbox.world import Sandbox
from pm_pipeline.x12.validate import validate
from tests.sandbox.conftest import Lived, settings_in
from tests.sandbox.fake_practice import FakePractice

FIRST = dt.date(2026, 6, 1)
SMALL = {
    "days": 3, "encounters_per_weekday": 6, "faults": {"boundary": 0.0, "scrub": 0.0}, "claims": {"rejected": 0.0},
    "cover_weights": {"self_pay": 0, "workers_comp": 0},
}  # fmt: skip


@dataclasses.dataclass
class Desk:
    """A sandbox with one day of claims written and not yet taken."""

    sandbox: Sandbox
    practice: FakePractice

    @property
    def inbound(self) -> Path:
        return self.sandbox.root / "clearinghouse" / "to_clearinghouse"

    @property
    def outbound(self) -> Path:
        return self.sandbox.root / "clearinghouse" / "from_clearinghouse"

    def file(self) -> Path:
        """The 837 the practice put there."""
        return next(iter(sorted(self.inbound.glob("837P*"))))

    def answers(self, kind: str) -> list[str]:
        """Texts delivered so far."""
        return [path.read_text() for path in sorted(self.outbound.glob(f"{kind}_*.edi"))]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    settings = settings_in(tmp_path)
    config = load_config(settings)
    with Sandbox(settings, config, seed=3, plan=Plan.shipped(**SMALL)) as sandbox:
        practice = FakePractice(sandbox, config)
        for later in range(4):  # charges of the first day are all entered by then
            sandbox.advance(FIRST + dt.timedelta(days=later))
            if later < 3:
                for path in sorted((sandbox.root / "practice" / "outgoing").glob("*.csv")):
                    practice.load(path)
                    path.unlink()
        practice.send(FIRST + dt.timedelta(days=3))
        yield Desk(sandbox, practice)


def today(later: int = 0) -> dt.date:
    return FIRST + dt.timedelta(days=3 + later)


def test_a_sound_file_is_accepted_the_same_day_and_its_claims_the_next(desk: Desk) -> None:
    sent = desk.file().read_bytes()
    advanced = desk.sandbox.advance(today())
    [taken] = advanced.taken
    assert (taken.outcome, taken.rejected) == ("taken", 0)
    assert taken.accepted == sent.count(b"~CLM*") > 5
    [ack] = desk.answers("999")
    assert "~IK5*A~AK9*A*1*1*1~" in ack
    assert desk.answers("277CA") == []
    assert desk.answers("TA1") == []
    desk.sandbox.advance(today(1))
    [status] = desk.answers("277CA")
    assert status.count("~STC*A2:20:PR*") == status.count("~REF*1K*") == taken.accepted
    assert f"~QTY*90*{taken.accepted}~" in status
    assert "~TRN*2*B1~STC*A1:19:PR*" in status  # the reference of our set (BHT03), received
    for text in (ack, status):
        verdict = validate(text.encode())
        assert verdict.is_valid, verdict.findings


def test_a_taken_file_moves_to_the_archive_unchanged(desk: Desk) -> None:
    name, data = desk.file().name, desk.file().read_bytes()
    desk.sandbox.advance(today())
    assert list(desk.inbound.iterdir()) == []
    assert (desk.sandbox.root / "clearinghouse" / "archive" / name).read_bytes() == data


def test_temporary_names_are_left_alone(desk: Desk) -> None:
    whole = desk.file()
    whole.rename(whole.with_name(f".{whole.name}.part"))
    assert desk.sandbox.advance(today()).taken == []
    assert [path.name for path in desk.inbound.iterdir()] == [f".{whole.name}.part"]


def test_a_file_cut_short_waits_a_day_and_is_then_refused(desk: Desk) -> None:
    path = desk.file()
    path.write_bytes(path.read_bytes()[:-200])
    assert desk.sandbox.advance(today()).taken == []
    assert desk.sandbox.advance(today()).taken == []
    [taken] = desk.sandbox.advance(today(1)).taken
    assert taken.accepted == 0
    [ta1] = desk.answers("TA1")
    assert "~TA1*000000001*" in ta1
    assert "*R*023~" in ta1
    assert desk.answers("999") == []


def test_a_file_completed_the_next_day_is_taken_whole(desk: Desk) -> None:
    path, data = desk.file(), desk.file().read_bytes()
    path.write_bytes(data[:-200])
    desk.sandbox.advance(today())
    path.write_bytes(data)
    [taken] = desk.sandbox.advance(today(1)).taken
    assert taken.accepted == data.count(b"~CLM*")


def test_the_same_interchange_twice_is_answered_with_025(desk: Desk) -> None:
    path, data = desk.file(), desk.file().read_bytes()
    desk.sandbox.advance(today())
    (desk.inbound / f"again_{path.name}").write_bytes(data)
    [taken] = desk.sandbox.advance(today(1)).taken
    assert (taken.accepted, taken.rejected) == (0, 0)
    [ta1] = desk.answers("TA1")
    assert "*R*025~" in ta1
    assert validate(ta1.encode()).is_valid


def test_an_acknowledgment_is_given_when_it_was_asked_for(desk: Desk) -> None:
    path, data = desk.file(), desk.file().read_bytes()
    at = data.index(b"*T*:~") - 1  # ISA14
    path.write_bytes(data[:at] + b"1" + data[at + 1 :])
    desk.sandbox.advance(today())
    [ta1] = desk.answers("TA1")
    assert "*A*000~" in ta1


def test_a_set_with_a_fault_is_rejected_with_its_place(desk: Desk) -> None:
    path, data = desk.file(), desk.file().read_bytes()
    path.write_bytes(data.replace(b"~HI*ABK:", b"~HI*XXX:", 1))
    [taken] = desk.sandbox.advance(today()).taken
    assert (taken.accepted, taken.rejected) == (0, 0)
    [ack] = desk.answers("999")
    assert "~IK3*HI*" in ack
    assert "~IK5*R*5~AK9*R*1*1*0~" in ack
    assert validate(ack.encode()).is_valid
    desk.sandbox.advance(today(1))
    assert desk.answers("277CA") == []


def test_a_group_that_does_not_count_is_rejected(desk: Desk) -> None:
    path, data = desk.file(), desk.file().read_bytes()
    path.write_bytes(data.replace(b"~GE*1*", b"~GE*2*"))
    desk.sandbox.advance(today())
    [ack] = desk.answers("999")
    assert "~AK9*R*1*1*0*5~" in ack


def test_something_else_is_put_aside(desk: Desk) -> None:
    desk.file().write_text("patient_id,name\n")
    [taken] = desk.sandbox.advance(today()).taken
    assert taken.outcome == "not X12"
    assert list(desk.inbound.iterdir()) == []


@pytest.mark.parametrize(
    ("find", "put", "status"),
    [
        ("NM1*PR*2*{payer}*****PI*{payer_id}", "NM1*PR*2*{payer}*****PI*NOONE", "A4:116:PR"),
        ("MI*{member}", "MI*{member}9", "A3:33:IL"),
        ("NM1*IL*1*{last}*", "NM1*IL*1*OTHERNAME*", "A8:125:IL"),
    ],
)  # fmt: skip
def test_a_claim_that_cannot_be_paid_comes_back(desk: Desk, find: str, put: str, status: str) -> None:
    path, text = desk.file(), desk.file().read_text()
    segments = [piece.split("*") for piece in text.split("~")]
    subscriber = next(seg for seg in segments if seg[:2] == ["NM1", "IL"])
    payer = next(seg for seg in segments if seg[:2] == ["NM1", "PR"])
    words = {"payer": payer[3], "payer_id": payer[9], "member": subscriber[9], "last": subscriber[3]}
    assert find.format(**words) in text
    path.write_text(text.replace(find.format(**words), put.format(**words), 1))
    [taken] = desk.sandbox.advance(today()).taken
    assert taken.rejected == 1
    desk.sandbox.advance(today(1))
    [answer] = desk.answers("277CA")
    assert answer.count(f"~STC*{status}*") == 1
    assert "~QTY*AA*1~" in answer
    verdict = validate(answer.encode())
    assert verdict.is_valid, verdict.findings


def test_a_claim_in_flight_is_not_taken_twice(desk: Desk) -> None:
    path, text = desk.file(), desk.file().read_text()
    desk.sandbox.advance(today())
    again = text.replace("*000000001*0*T*", "*000000002*0*T*").replace("IEA*1*000000001", "IEA*1*000000002")
    (desk.inbound / f"new_{path.name}").write_text(again)
    [taken] = desk.sandbox.advance(today(1)).taken
    assert taken.accepted == 0
    assert taken.rejected == text.count("~CLM*")
    desk.sandbox.advance(today(2))
    assert desk.answers("277CA")[-1].count("~STC*A3:54:PR*") == taken.rejected


def test_a_replacement_must_name_a_claim_the_payer_knows(desk: Desk) -> None:
    path, text = desk.file(), desk.file().read_text()
    at = text.index(":B:1*")
    cut = text.index("~", at)
    path.write_text(text[:at] + ":B:7*" + text[at + 5 : cut] + "~REF*F8*UNKNOWN" + text[cut:])
    changed = path.read_text()
    count = int(changed.split("~SE*")[1].split("*")[0])
    path.write_text(changed.replace(f"~SE*{count}*", f"~SE*{count + 1}*"))
    [taken] = desk.sandbox.advance(today()).taken
    assert taken.rejected == 1
    desk.sandbox.advance(today(1))
    assert "~STC*A7:464:PR*" in desk.answers("277CA")[0]


def test_every_claim_is_tied_to_the_visit_it_bills(lived: Lived) -> None:
    rows = lived.sandbox.store.all("SELECT * FROM claim")
    assert all(row["visit"] for row in rows)
    by_claim = {row["clm01"]: row["visit"] for row in rows}
    assert len(set(by_claim.values())) == len(by_claim)
    for visit, claim in lived.practice.claims.items():
        if claim.claim_id in by_claim:
            assert by_claim[claim.claim_id] == visit


def test_planted_registration_mistakes_come_back_and_are_paid_after_repair(lived: Lived) -> None:
    statuses = {row["status"] for row in lived.sandbox.store.all("SELECT DISTINCT status FROM claim")}
    planted = {
        row["code"]
        for row in lived.sandbox.store.all("SELECT DISTINCT code FROM planted WHERE stage = 'clearinghouse'")
    }
    assert planted == {"A3:33:IL", "A8:125:IL"}
    assert planted <= statuses
    repaired = lived.sandbox.store.all(
        "SELECT clm01 FROM claim GROUP BY clm01 HAVING max(is_accepted) = 1 AND min(is_accepted) = 0"
    )
    assert repaired
    answered = {row["clm01"] for row in lived.sandbox.store.all("SELECT clm01 FROM adjudication")}
    returned = {
        row["clm01"]
        for row in lived.sandbox.store.all("SELECT clm01 FROM claim GROUP BY clm01 HAVING max(is_accepted) = 0")
    }
    assert not returned & answered


@pytest.mark.parametrize("kind", ["999", "277", "835"])
def test_everything_the_sandbox_sends_is_valid(lived: Lived, kind: str) -> None:
    texts = lived.sent(kind)
    assert len(texts) > 10
    for text in texts[::3] if kind != "835" else texts:
        verdict = validate(text.encode())
        assert verdict.is_valid, verdict.findings[:3]
