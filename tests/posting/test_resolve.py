"""A person's decision about an exception: proposed by the system, kept for ever, and posted by the same path."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from pathlib import Path

import pytest

from pm_pipeline import posting
from pm_pipeline.audit.status import status
from pm_pipeline.audit.verify import verify
from pm_pipeline.errors import PmError
from pm_pipeline.posting import Resolution, kinds, propose
from tests.money import CO45, PR1, TODAY, Adjustment, World, claim, line, taken_back
from tests.posting.policies import go_by, strict

PACKAGE = Path(posting.__file__).parent


def only(world: World, code: str) -> str:
    """The id of the one open exception with this code."""
    ((exception_id,),) = world.con.execute(
        "SELECT exception_id FROM posting.open_exception WHERE code = ?", [code]
    ).fetchall()
    return str(exception_id)


def decide(world: World, code: str, resolution: Resolution) -> str:
    """Resolve the one open exception with this code and post; returns the resolution's id."""
    made = posting.resolve(
        world.con,
        world.config,
        only(world, code),
        resolution,
        actor="wren",
        reason="as told by the payer",
        today=TODAY,
        run_id="r2",
    )
    world.post(run_id="r2")
    return made


def closed(world: World) -> list[tuple[str, str, str]]:
    """(code, because, actor) of what is closed."""
    return world.con.execute(
        "SELECT code, because, closed.actor FROM posting.exception JOIN posting.exception_closed AS closed USING (exception_id) ORDER BY 1"
    ).fetchall()


def test_every_code_that_can_be_opened_is_listed() -> None:
    in_sql = {
        code
        for path in PACKAGE.glob("*.sql")
        if path.name
        in (
            "block.sql",
            "decide.sql",
            "flags.sql",
            "provider.sql",
            "tie.sql",
            "reversal.sql",
            "look.sql",
            "recoup.sql",
        )
        for code in re.findall(r"(?:THEN|ELSE|'Q', concat_ws\('\|',|code =) '([A-Z]+(?:_[A-Z]+)+)'", path.read_text())
    } - {"CASH_CLEARING"}
    assert in_sql <= set(kinds())
    assert len(in_sql) > 15
    assert {action for kind in kinds().values() for action in kind.actions} == set(posting.ACTIONS)


def test_every_row_of_the_list_of_codes_has_its_columns() -> None:
    head, *rows = csv.reader((PACKAGE / "exceptions.csv").read_text().splitlines(), strict=True)
    assert {len(row) for row in rows} == {len(head)}
    assert not [
        kind.code for kind in kinds().values() if not kind.meaning.endswith((".", ")")) or not kind.fix.endswith(".")
    ]


def test_only_a_decision_names_an_adjustment(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    world.post(world.remittance(claim("0", line("?", 10_000, 8_000, CO45(2_000)))))
    with pytest.raises(PmError, match="--adjustment goes with decide alone"):
        decide(world, "CLAIM_UNMATCHED", Resolution("match", "C1", adjustment_id="X"))


def test_a_claim_unmatched_is_proposed_by_content_and_posts_once_matched(world: World) -> None:
    world.bill("C1", {"A": 10_000, "B": 5_000})
    world.bill("C2", {"X": 10_000})
    stranger = claim("0", line("?", 10_000, 8_000, CO45(2_000)), line("?", 5_000, 4_000, CO45(1_000)))
    world.post(world.remittance(stranger))
    assert world.balances()["UNAPPLIED:payer"] == -12_000
    best, second = propose(world.con, only(world, "CLAIM_UNMATCHED"))
    assert best.resolution == Resolution("match", "C1")
    assert "2 of 2 lines" in best.because
    assert "the total charge is the same" in best.because
    assert second.resolution.target == "C2"
    decide(world, "CLAIM_UNMATCHED", best.resolution)
    assert world.ar("C1") == {}
    assert "UNAPPLIED:payer" not in world.balances()
    assert ("CLAIM_UNMATCHED", "match", "wren") in closed(world)
    rates = status(world.con)["auto_post"]
    assert {name: (one["posted"], one["of"]) for name, one in rates.items()} == {
        "lines": (0, 2), "claims": (0, 1), "payments": (0, 1), "cents": (0, 12_000)}  # fmt: skip
    assert world.con.execute("SELECT match_by FROM posting.posting WHERE kind = 'release'").fetchall() == [("person",)]
    assert verify(world.con) == []


def test_a_truncated_claim_id_is_proposed_never_assumed(world: World) -> None:
    world.bill("C1234567XYZ", {"A": 10_000})
    world.post(world.remittance(claim("C1234567", line("?", 10_000, 8_000, CO45(2_000)))))
    assert world.ar("C1234567XYZ") == {"primary": 10_000}
    (best, *_) = propose(world.con, only(world, "CLAIM_UNMATCHED"))
    assert best.resolution.target == "C1234567XYZ"
    assert "begins with CLP01" in best.because


def test_a_payer_that_is_not_on_the_claim_answers_in_the_turn_a_person_says(world: World) -> None:
    world.bill("C1", {"A": 10_000}, payer="BLHRB", next_payer="SMTML")
    world.post(world.remittance(claim("C1", line("A", 10_000, 7_000, CO45(2_000), PR1(1_000))), payer="SMDCR"))
    (best, *_) = propose(world.con, only(world, "PAYER_NOT_ON_CLAIM"))
    assert best.resolution == Resolution("turn", "primary")
    decide(world, "PAYER_NOT_ON_CLAIM", best.resolution)
    assert world.ar("C1") == {"secondary": 1_000}  # the claim's next payer goes on
    assert world.exceptions() == []
    assert verify(world.con) == []


@pytest.mark.parametrize(
    ("decision", "account", "left"),
    [
        ("write_off", "CONTRACTUAL:contract", {}),
        ("transfer", None, {"patient": 2_000}),
        ("deny", None, {"primary": 2_000}),
        ("memo", None, {"primary": 2_000}),
    ],
)
def test_an_unknown_reason_does_what_a_person_decides(
    world: World, decision: str, account: str | None, left: dict[str, int]
) -> None:
    world.bill("C1", {"A": 10_000})
    world.post(world.remittance(claim("C1", line("A", 10_000, 8_000, Adjustment("CO", "Z99", 2_000)))))
    made = decide(world, "UNMAPPED_CARC", Resolution("decide", None, decision, account))
    assert world.ar("C1") == left
    assert world.exceptions() == []
    assert world.con.execute("SELECT action, rule_id FROM posting.decision").fetchall() == [(decision, made)]
    moved = world.con.execute("SELECT count(*) FROM ledger.entry WHERE rule_id = ?", [made]).fetchone()
    assert moved == ((2,) if decision in ("write_off", "transfer") else (0,))
    assert world.denials() == ([("UNMAPPED", 2_000)] if decision == "deny" else [])
    assert verify(world.con) == []


def test_what_was_decided_before_is_proposed(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    world.bill("C2", {"B": 10_000})
    world.post(world.remittance(claim("C1", line("A", 10_000, 8_000, Adjustment("CO", "Z99", 2_000)))))
    decide(world, "UNMAPPED_CARC", Resolution("decide", None, "write_off", "CONTRACTUAL:contract"))
    world.post(world.remittance(claim("C2", line("B", 10_000, 8_000, Adjustment("CO", "Z99", 2_000))), trace="T2"))
    (best, *_) = propose(world.con, only(world, "UNMAPPED_CARC"))
    assert best.resolution.decision == "write_off"
    assert "was decided so 1 times" in best.because


def test_a_decision_about_one_adjustment_leaves_the_other_held(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    both = line("A", 10_000, 7_000, Adjustment("CO", "Z98", 1_000), Adjustment("CO", "Z99", 2_000))
    world.post(world.remittance(claim("C1", both)))
    ids = [
        row[0] for row in world.con.execute("SELECT adjustment_id FROM remittance.adjustment ORDER BY carc").fetchall()
    ]
    decide(world, "UNMAPPED_CARC", Resolution("decide", None, "memo", None, ids[0]))
    assert world.exceptions() == ["UNMAPPED_CARC"]
    assert world.ar("C1") == {"primary": 10_000}
    decide(world, "UNMAPPED_CARC", Resolution("decide", None, "write_off", "CONTRACTUAL:contract", ids[1]))
    assert world.ar("C1") == {"primary": 1_000}
    assert verify(world.con) == []


def test_the_patient_is_never_billed_by_a_decision_where_a_remark_forbids_it(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    blocked = line("A", 10_000, 8_000, PR1(2_000), remarks=("M27",))
    world.post(world.remittance(claim("C1", blocked)))
    with pytest.raises(PmError, match="must not be billed"):
        decide(world, "PATIENT_BLOCKED", Resolution("decide", None, "transfer"))
    decide(world, "PATIENT_BLOCKED", Resolution("decide", None, "write_off", "CONTRACTUAL:contract"))
    assert world.ar("C1") == {}


def test_a_secondary_posts_before_the_primary_when_a_person_says_so(world: World) -> None:
    world.bill("C1", {"A": 10_000}, payer="SMDCR", next_payer="SMTML")
    late = claim("C1", line("A", 10_000, 1_000, Adjustment("OA", "23", 9_000)), status="2")
    world.post(world.remittance(late, payer="SMTML"))
    (offered,) = propose(world.con, only(world, "PRIOR_PAYER_PENDING"))
    assert offered.resolution == Resolution("post")
    made = decide(world, "PRIOR_PAYER_PENDING", offered.resolution)
    assert world.con.execute("SELECT count(*) FROM ledger.entry WHERE rule_id = ?", [made]).fetchone() == (2,)
    assert world.ar("C1") == {"primary": 10_000, "secondary": -1_000}
    assert verify(world.con) == []


def test_what_the_strict_policy_holds_posts_when_a_person_says_so(world: World) -> None:
    go_by(world, strict(world))
    world.bill("C1", {"A": 10_000})
    world.post(world.remittance(claim("C1", line("A", 10_000, 8_000, CO45(2_000)))))
    assert world.exceptions() == ["DEPOSIT_AWAITED"]
    made = decide(world, "DEPOSIT_AWAITED", Resolution("post"))
    assert world.ar("C1") == {}
    assert world.exceptions() == []
    paid = world.con.execute("SELECT DISTINCT rule_id FROM ledger.entry WHERE entry_kind = 'payment'").fetchall()
    assert paid == [(made,)]
    assert verify(world.con) == []


def test_a_reversal_with_other_reasons_takes_back_what_a_person_names(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    paid = claim("C1", line("A", 10_000, 8_000, CO45(1_500), PR1(500)))
    world.post(world.remittance(paid))
    other = taken_back(claim("C1", line("A", 10_000, 8_000, CO45(2_000))))
    world.post(world.remittance(other, trace="T2", paid=-8_000 + 9_000, plb=[("FB", "X", -9_000)]))
    assert "REVERSAL_MISMATCH" in world.exceptions()
    (best, *_) = propose(world.con, only(world, "REVERSAL_MISMATCH"))
    assert "under the same payer claim number" in best.because
    decide(world, "REVERSAL_MISMATCH", best.resolution)
    assert world.ar("C1") == {"primary": 10_000}
    assert "REVERSAL_MISMATCH" not in world.exceptions()
    assert verify(world.con) == []


def test_a_negative_payment_is_a_reversal_when_a_person_says_so(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    world.post(world.remittance(claim("C1", line("A", 10_000, 8_000, CO45(2_000)))))
    negative = replace(taken_back(claim("C1", line("A", 10_000, 8_000, CO45(2_000)))), status="1", patient_cents=0)
    world.post(world.remittance(negative, trace="T2", paid=1_000, plb=[("FB", "X", -9_000)]))
    best, anyway = propose(world.con, only(world, "NEGATIVE_PAYMENT"))
    assert best.resolution.action == "reverse"
    assert anyway.resolution.action == "post"
    decide(world, "NEGATIVE_PAYMENT", best.resolution)
    assert world.ar("C1") == {"primary": 10_000}
    assert verify(world.con) == []


def test_a_line_is_placed_on_the_charge_it_pays_and_comes_back_with_its_reversal(world: World) -> None:
    world.bill("C1", {"A": 10_000, "B": 10_000})
    odd = line("?", 10_000, 8_000, CO45(2_000), procedure="99499")
    known = line("A", 10_000, 9_000, CO45(1_000))
    paid = claim("C1", known, odd)
    world.post(world.remittance(paid))
    (best, *_) = propose(world.con, only(world, "LINE_UNMATCHED"))
    assert best.resolution == Resolution("place", "B")

    def by_charge() -> list[tuple[str | None, int]]:
        return world.con.execute(
            "SELECT charge_id, sum(cents) FROM ledger.entry WHERE account = 'AR' GROUP BY 1 HAVING sum(cents) <> 0 ORDER BY 1"
        ).fetchall()

    assert by_charge() == [("B", 10_000), (None, -10_000)]
    decide(world, "LINE_UNMATCHED", best.resolution)
    assert by_charge() == []
    assert ("LINE_UNMATCHED", "place", "wren") in closed(world)
    world.post(world.remittance(taken_back(paid), trace="T2", paid=0, plb=[("WO", "C1", -17_000)]), run_id="r3")
    assert by_charge() == [("A", 10_000), ("B", 10_000)]
    assert verify(world.con) == []


@pytest.mark.parametrize("cents", [700, -700])
def test_a_provider_adjustment_is_booked_where_a_person_says(world: World, cents: int) -> None:
    world.bill("C1", {"A": 10_000})
    world.post(world.remittance(claim("C1", line("A", 10_000, 8_000, CO45(2_000))), plb=[("CS", "ADJ1", cents)]))
    assert world.ar("C1") == {}  # the rest of the payment does not wait
    assert world.balances()["UNAPPLIED:payer"] == cents
    with pytest.raises(PmError, match="no account to book to"):
        decide(world, "PLB_REVIEW", Resolution("book", "CASH_CLEARING:eft"))
    made = decide(world, "PLB_REVIEW", Resolution("book", "TAX_LEVY:state"))
    assert world.balances()["TAX_LEVY:state"] == cents
    assert "UNAPPLIED:payer" not in world.balances()
    assert ("PLB_REVIEW", "book", "wren") in closed(world)
    assert world.con.execute("SELECT count(*) FROM ledger.entry WHERE rule_id = ?", [made]).fetchone() == (2,)
    assert verify(world.con) == []


def test_what_was_looked_at_stays_closed_until_it_changes(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    world.post(world.remittance(claim("C1", line("A", 12_000, 12_000))))
    assert world.exceptions() == ["CHARGE_MISMATCH", "CREDIT_BALANCE"]
    assert status(world.con)["auto_post"]["cents"] == {"posted": 12_000, "of": 12_000, "rate": 1.0}
    decide(world, "CREDIT_BALANCE", Resolution("acknowledge"))
    decide(world, "CHARGE_MISMATCH", Resolution("acknowledge"))
    world.post(run_id="r3")
    assert world.exceptions() == []
    world.post(world.remittance(claim("C1", line("A", 100, 100)), trace="T2"), run_id="r4")
    assert "CREDIT_BALANCE" in world.exceptions()  # another amount: another exception


def test_a_decision_that_cannot_be_is_refused_with_what_can(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    world.post(world.remittance(claim("C9", line("A", 10_000, 8_000, CO45(2_000)))))
    exception_id = only(world, "CLAIM_UNMATCHED")

    def wrong(resolution: Resolution, exception: str = exception_id, actor: str = "wren", reason: str = "so") -> str:
        with pytest.raises(PmError) as caught:
            posting.resolve(
                world.con, world.config, exception, resolution, actor=actor, reason=reason, today=TODAY, run_id="r"
            )
        return str(caught.value)

    assert "Possible: match" in wrong(Resolution("post"))
    assert "There is no claim 'C7'" in wrong(Resolution("match", "C7"))
    assert "needs --claim" in wrong(Resolution("match"))
    assert "pm exceptions list" in wrong(Resolution("match", "C1"), exception="QNONE")
    assert "the reason" in wrong(Resolution("match", "C1"), reason=" ")
    assert "the person" in wrong(Resolution("match", "C1"), actor="")
    assert "'B. Biller' is not among the people of people.yaml" in wrong(Resolution("match", "C1"), actor="B. Biller")
    decide(world, "CLAIM_UNMATCHED", Resolution("match", "C1"))
    assert "is closed since" in wrong(Resolution("match", "C1"))
    assert world.con.execute("SELECT count(*) FROM posting.resolution").fetchone() == (1,)
