"""Aging as of any day from the ledger alone; silence and time make work, and what happens takes it away."""

from __future__ import annotations

import datetime as dt

import pytest

from pm_pipeline import receivables
from pm_pipeline.scrub.events import new_events
from pm_pipeline.warehouse import unit
from tests.money import CO45, DOS, PR2, PR3, Adjustment, World, claim, line

SENT = dt.date(2026, 6, 2)


def send(world: World, claim_id: str, state: str = "sent", payer: str = "BLHRB") -> None:
    """Put a claim on the wire as interchange 7, set 701, and let its diary say how far it came."""
    con = world.con
    con.execute(
        "INSERT OR IGNORE INTO submission.interchange VALUES (7, 70, 'clearinghouse', ?, 'out', 'n', 1, 1, 1, 1, now()::TIMESTAMP, 'r')",
        [SENT],
    )
    con.execute("INSERT OR IGNORE INTO submission.transaction_set VALUES (701, 7, 'B701', 1, 3, 9)")
    con.execute(
        "INSERT OR IGNORE INTO submission.upload_event VALUES (7, 1, 'uploaded', NULL, ?, now()::TIMESTAMP, 'r')",
        [SENT],
    )
    con.execute(
        "INSERT INTO submission.batch_claim VALUES (?, 1, 7, 701, ?, '1', NULL, 'h', 10000, 3, 9, ?, 'r')",
        [claim_id, payer, SENT],
    )
    for kind, reached in (("prepared", "prepared"), ("sent", "sent"), ("answer", state)):
        with unit(con, "sent", "r"), new_events(con, "r"):
            con.execute(
                "INSERT INTO new_claim_event VALUES (?, 1, ?, ?, '7', ?, NULL, NULL, NULL)",
                [claim_id, kind, reached, SENT],
            )


def work(world: World, today: dt.date) -> list[str]:
    receivables.run(world.con, world.config, today, f"run {today}")
    return [row[0] for row in world.con.execute("SELECT kind FROM receivables.open_work ORDER BY 1").fetchall()]


@pytest.mark.parametrize(
    ("state", "kind", "quiet_until"),
    [
        ("sent", "overdue_set", dt.date(2026, 6, 3)),
        ("set_accepted", "overdue_claim", dt.date(2026, 6, 5)),
        ("received", "overdue_claim", dt.date(2026, 6, 5)),
        ("accepted", "overdue_remittance", dt.date(2026, 7, 2)),
    ],
)
def test_silence_past_its_deadline_is_work_and_an_answer_takes_it_away(
    world: World, state: str, kind: str, quiet_until: dt.date
) -> None:
    world.bill("C1", {"A": 10_000})
    send(world, "C1", state)
    assert work(world, quiet_until) == []
    late = quiet_until + dt.timedelta(1)
    assert work(world, late) == [kind]
    assert work(world, late) == [kind]
    assert world.con.execute("SELECT count(*) FROM receivables.work_item").fetchone() == (1,)
    world.post(world.remittance(claim("C1", line("A", 10_000, 10_000))), today=late)
    assert [one for one in work(world, late) if one == kind] == []


def test_a_claim_not_accepted_near_its_filing_limit_is_work(world: World) -> None:
    world.bill("C1", {"A": 10_000}, payer="SMTML")  # 120 days
    with unit(world.con, "held", "r"), new_events(world.con, "r"):
        world.con.execute(
            "INSERT INTO new_claim_event VALUES ('C1', NULL, 'held', 'held', 'x', ?, NULL, NULL, NULL)", [DOS]
        )
    limit = DOS + dt.timedelta(120)
    assert work(world, limit - dt.timedelta(14)) == []
    assert work(world, limit - dt.timedelta(13)) == ["filing_deadline"]


def test_a_secondary_balance_is_work_at_once_unless_the_claim_crossed_over(world: World) -> None:
    for number, (status, remarks) in enumerate((("1", ()), ("19", ()), ("1", ("MA18",)))):
        claim_id = f"C{number}"
        world.bill(claim_id, {f"A{number}": 10_000}, payer="SMDCR", next_payer="SMTML")
        answer = claim(
            claim_id,
            line(f"A{number}", 10_000, 6_400, CO45(2_000), PR2(1_600)),
            status=status,
            number=f"I{number}",
            remarks=remarks,
        )
        world.post(world.remittance(answer, payer="SMDCR", trace=f"T{number}", on=SENT), today=SENT)
    receivables.run(world.con, world.config, SENT + dt.timedelta(1), "next")
    due = "SELECT claim_id FROM receivables.open_work WHERE kind = 'bill_secondary' ORDER BY 1"
    assert world.con.execute(due).fetchall() == [("C0",)]
    receivables.run(world.con, world.config, SENT + dt.timedelta(46), "wait over")
    assert world.con.execute(due).fetchall() == [("C0",), ("C1",), ("C2",)]


def aging(world: World, as_of: dt.date) -> list[tuple[object, ...]]:
    return world.con.execute(
        "SELECT party, balance_cents, service_days, billed_days, responsible_days FROM receivables.aging($as_of) ORDER BY party",
        {"as_of": as_of},
    ).fetchall()


def test_aging_is_known_as_of_any_past_day_on_three_bases(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    send(world, "C1", "accepted")
    paid_on = dt.date(2026, 6, 20)
    world.post(
        world.remittance(claim("C1", line("A", 10_000, 6_000, CO45(2_500), PR3(1_500))), on=paid_on),
        today=dt.date(2026, 6, 25),
    )
    assert aging(world, dt.date(2026, 6, 24)) == [("primary", 10_000, 23, 22, 23)]
    assert aging(world, dt.date(2026, 7, 25)) == [("patient", 1_500, 54, 53, 35)]
    assert aging(world, dt.date(2026, 5, 31)) == []


@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        (0, "0-30"),
        (30, "0-30"),
        (31, "31-60"),
        (60, "31-60"),
        (61, "61-90"),
        (91, "91-120"),
        (120, "91-120"),
        (121, "121+"),
        (None, "not billed"),
    ],
)
def test_buckets_have_no_gap_and_no_overlap(world: World, days: int | None, bucket: str) -> None:
    assert world.con.execute("SELECT receivables.bucket(?)", [days]).fetchone() == (bucket,)


def test_a_denial_says_what_why_how_much_and_until_when(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    world.post(world.remittance(claim("C1", line("A", 10_000, 2_000, Adjustment("CO", "197", 8_000))), on=SENT))
    row = world.con.execute(
        "SELECT claim_id, charge_id, payer_turn, group_code, carc, category, denied_cents, charge_cents, is_partial, is_duplicate, denied_on, appeal_by "
        "FROM receivables.open_denial"
    ).fetchone()
    assert row == (
        "C1",
        "A",
        "primary",
        "CO",
        "197",
        "AUTHORIZATION",
        8_000,
        10_000,
        True,
        False,
        SENT,
        SENT + dt.timedelta(180),
    )


def test_a_denied_line_paid_later_is_closed_with_what_came_back(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    world.post(
        world.remittance(claim("C1", line("A", 10_000, 0, Adjustment("CO", "197", 10_000))), method="NON", on=SENT)
    )
    assert world.denials() == [("AUTHORIZATION", 10_000)]
    world.post(world.remittance(claim("C1", line("A", 10_000, 7_000, CO45(3_000))), trace="T2"), run_id="later")
    assert world.denials() == []
    assert world.con.execute("SELECT because, recovered_cents FROM receivables.denial_closed").fetchall() == [
        ("paid_later", 7_000)
    ]


def test_a_duplicate_denial_is_marked_so_that_the_headline_rate_leaves_it_out(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    world.post(world.remittance(claim("C1", line("A", 10_000, 0, Adjustment("OA", "18", 10_000))), method="NON"))
    assert world.con.execute("SELECT is_duplicate FROM receivables.denial").fetchone() == (True,)
