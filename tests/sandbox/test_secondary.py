"""Claims to a later payer that the practice sends itself, and claims sent twice."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from pm_pipeline.sandbox import read_837
from pm_pipeline.sandbox.answers import REMIT
from pm_pipeline.sandbox.payers import as_told, cost_share
from pm_pipeline.sandbox.plan import Plan
from pm_pipeline.x12 import claim_837p as model
from pm_pipeline.x12.claim_837p_details import Adjustment, AdjustmentGroup, LineAdjudication
from tests.sandbox.conftest import EVENTFUL, Lived, live
from tests.sandbox.fake_practice import Claim, model_of
from tests.sandbox.remits import Clp, Svc, payments

COUPLES = {
    **EVENTFUL, "days": 4, "cover_weights": {
        "commercial_two": 10, "commercial": 0, "medicaid": 0, "medicare": 0, "medicare_supplement": 0,
        "medicare_medicaid": 0, "medicare_both": 0, "self_pay": 0, "workers_comp": 0,
    },
    "claims": {"adjudication_days": [5, 6], "slow": 0.0, "secondary_denied": 0.0, "rejected": 0.0},
    "faults": {"boundary": 0.0, "scrub": 0.0},
}  # fmt: skip


@pytest.fixture
def couples(tmp_path: Path) -> Iterator[Lived]:
    """Two weeks of patients with two plans each; the first plan has answered."""
    found = live(tmp_path, Plan.shipped(**COUPLES), 20)
    yield found
    found.sandbox.close()


def first_answer(lived: Lived, claim: Claim) -> Clp:
    """What the first plan said of the claim."""
    found = [clp for text in lived.sent("835") for one in payments(text) for clp in one.claims]
    return next(clp for clp in found if clp.clm01 == claim.claim_id and clp.status == "1")


def second_claim(lived: Lived, claim: Claim, visit: str) -> model.ProfessionalClaim:
    """The same services, to the patient's second plan, with what the first one did."""
    practice = lived.practice
    rows = [row for row in practice.charges.values() if row["encounter_id"] == visit.split("|")[0]]
    rows = [row for row in rows if row["entered_on"] == visit.split("|")[1]]
    built = model_of(practice, claim, rows, "1")
    cover = practice.covers(rows[0]["patient_id"], rows[0]["dos_from"])[1]
    payer = next(one for one in practice.config.payers if one.payer_id == cover["payer_id"])
    subscriber, patient = built.subscriber, built.patient
    person = practice.patients[rows[0]["patient_id"]]
    name = model.PersonName(person["last_name"], person["first_name"])
    home = model.Address(person["line1"], person["city"], person["state"], person["zip"])
    birth = dt.date.fromisoformat(person["birth_date"])
    if cover["relationship"] == "18":
        subscriber, patient = model.Subscriber(name, cover["member_id"], None, home, birth, person["sex"]), None
    else:
        holder = model.PersonName(cover["subscriber_last_name"], cover["subscriber_first_name"])
        subscriber = model.Subscriber(holder, cover["member_id"])
        patient = model.Patient(name, cover["relationship"], home, birth, person["sex"])
    to_second = model.Payer(payer.payer_id, payer.name, payer.filing_indicator)
    answer = first_answer(lived, claim)
    said = {svc.line_id: svc for svc in answer.svc}
    lines = tuple(
        dataclasses.replace(line, adjudications=(_told(built.payer.payer_id, line, said[line.line_id or ""]),))
        for line in built.lines
    )
    first = model.OtherPayer("P", "18", built.payer, built.subscriber, paid_cents=answer.paid)
    return dataclasses.replace(
        built,
        payer=to_second,
        subscriber=subscriber,
        patient=patient,
        payer_turn="S",
        lines=lines,
        other_payers=(first,),
    )


def _told(payer_id: str, line: model.ServiceLine, svc: Svc) -> LineAdjudication:
    reasons = tuple(Adjustment(cast(AdjustmentGroup, group), carc, cents) for group, carc, cents in svc.cas)
    return LineAdjudication(payer_id, svc.paid, line.procedure_code, line.dos_to, line.units, line.modifiers, reasons)


def answered(lived: Lived) -> tuple[str, Claim]:
    """A claim whose first payer left something to the next."""
    books = lived.sandbox.summary(lived.last)
    for visit, claim in lived.practice.claims.items():
        truth = books.claims.get(claim.claim_id)
        if claim.state == "answered" and truth and truth.balances["secondary"] > 0:
            return visit, claim
    raise AssertionError("no claim left anything to a second payer")


def send(lived: Lived, claim: model.ProfessionalClaim, days: int) -> None:
    """Send one claim after the practice's last day, and wait."""
    lived.practice.write([claim], lived.last)
    lived.sandbox.advance(lived.last + dt.timedelta(days=1))
    lived.sandbox.advance(lived.last + dt.timedelta(days=days))
    folder = lived.sandbox.root / "clearinghouse" / "from_clearinghouse"
    for path in sorted(folder.glob("*.edi")):
        lived.practice.read(path.read_text())
        path.unlink()


def test_a_claim_to_the_second_plan_is_paid_from_what_the_first_left(couples: Lived) -> None:
    visit, claim = answered(couples)
    before = couples.sandbox.summary(couples.last).claims[claim.claim_id]
    send(couples, second_claim(couples, claim, visit), 25)
    [second] = [
        clp
        for text in couples.sent("835")
        for payment in payments(text)
        for clp in payment.claims
        if clp.clm01 == claim.claim_id and clp.status == "2"
    ]
    after = couples.sandbox.summary(couples.last + dt.timedelta(days=25)).claims[claim.claim_id]
    assert second.paid == after.paid["secondary"]
    assert after.balances["secondary"] == 0
    assert after.balances["patient"] == before.balances["secondary"] - second.paid
    assert after.contractual_cents == before.contractual_cents  # the second plan's CO-45 repeats the first's
    assert any(carc == "45" for svc in second.svc for _, carc, _ in svc.cas)


def test_a_second_plan_that_is_not_told_what_the_first_did_says_that_another_comes_first(couples: Lived) -> None:
    visit, claim = answered(couples)
    before = couples.sandbox.summary(couples.last).claims[claim.claim_id]
    one = second_claim(couples, claim, visit)
    untold = tuple(dataclasses.replace(line, adjudications=()) for line in one.lines)
    send(couples, dataclasses.replace(one, other_payers=(), lines=untold), 25)
    after = couples.sandbox.summary(couples.last + dt.timedelta(days=25)).claims[claim.claim_id]
    assert after.paid["secondary"] == 0
    assert after.balances == before.balances
    assert after.denied_cents == before.denied_cents + after.charge_cents


def told(paid: int, *lines: tuple[int, int, int], of_claim: int = 0) -> tuple[int, ...] | None:
    """What a claim leaves, line by line, whose lines say (charge, paid, PR-2), and that AMT*D paid and CAS*CO*45 of_claim."""
    claim = read_837.Claim(
        "C1", sum(line[0] for line in lines), "11", "1", "secondary", "SMTML", "", read_837.Person(), read_837.Person()
    )
    reasons = [("CO", "45", of_claim)] if of_claim else []
    claim.others = [read_837.OtherPayer("primary", "BLHRB", paid, reasons)]
    for number, (charge, line_paid, share) in enumerate(lines):
        said = read_837.Adjudication("BLHRB", line_paid, [("PR", "2", share)])
        claim.lines.append(read_837.Line(f"L{number}", charge_cents=charge, adjudications=[said]))
    found = as_told(claim)
    return None if found is None else tuple(map(cost_share, found))


def test_only_what_adds_up_is_believed() -> None:
    assert told(700, (1_000, 700, 300)) == (300,)
    assert told(1_100, (1_000, 700, 300), (500, 400, 100)) == (300, 100)
    assert told(701, (1_000, 700, 300)) is None  # AMT*D is not what the lines were paid
    assert told(700, (1_000, 700, 200)) is None  # a line does not come to its charge
    assert told(700, (1_000, 700, 300), of_claim=5) is None  # the claim does not
    assert told(0) is None


def test_the_same_original_again_is_a_duplicate_and_moves_nothing(couples: Lived) -> None:
    visit, claim = answered(couples)
    before = couples.sandbox.summary(couples.last).claims[claim.claim_id]
    rows = [row for row in couples.practice.charges.values() if row["encounter_id"] == visit.split("|")[0]]
    send(couples, model_of(couples.practice, claim, rows, "1"), 20)
    after = couples.sandbox.summary(couples.last + dt.timedelta(days=20)).claims[claim.claim_id]
    assert (after.balances, after.paid) == (before.balances, before.paid)
    assert after.denied_cents == before.denied_cents + after.charge_cents
    row = couples.sandbox.store.one("SELECT * FROM adjudication WHERE kind = 'duplicate'")
    assert row is not None
    assert row["paid_cents"] == 0


def test_cost_share_is_what_a_line_leaves(couples: Lived) -> None:
    total = 0
    for row in couples.sandbox.store.all("SELECT body FROM adjudication WHERE turn = 'primary'"):
        total += sum(map(cost_share, REMIT.validate_json(row["body"]).lines))
    books = couples.sandbox.summary(couples.last)
    released = sum(claim.moved["primary"] for claim in books.claims.values())
    assert total == released == books.totals.receivable["secondary"]
