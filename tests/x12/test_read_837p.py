"""Reading professional claims back: what was written is read, of others nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pm_pipeline.x12 import claim_837p as model
from pm_pipeline.x12.envelope import open_envelope
from pm_pipeline.x12.read_837p import ReadSet, read_837p
from pm_pipeline.x12.read_837p_tables import Tables
from pm_pipeline.x12.segments import SetText, read_guide
from pm_pipeline.x12.validate import validate
from tests.x12.claims_837p import CHILD, RECEIVER, SUBMITTER, claim, drug_line, line, write
from tests.x12.sent_837p import fitted, sent
from tests.x12.special_837p import laboratory
from tests.x12.strategies_837p import billings, claims

HEALTH = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]


def set_texts(data: bytes) -> list[SetText]:
    envelope = open_envelope(data)
    return [
        SetText(f"{place}.{one.first_segment_no}", "F1", one.first_segment_no, interchange.delimiters,
                envelope.cut(one.start, one.end))
        for place, interchange in enumerate(envelope.interchanges)
        for group in interchange.groups
        for one in group.sets
        if one.st01 == "837" and one.end > one.start
    ]  # fmt: skip


def read(con: duckdb.DuckDBPyConnection, text: str) -> list[ReadSet]:
    return read_837p(con, set_texts(text.encode("ascii")))


def round_trip(
    con: duckdb.DuckDBPyConnection, billing: model.BillingProvider, those: list[model.ProfessionalClaim]
) -> None:
    text = write(*those, billing=billing).text
    verdict = validate(text.encode("ascii"))
    assert verdict.findings == []
    assert verdict.is_valid
    (back,) = read(con, text)
    assert back.unreadable == ()
    assert back.submitter == SUBMITTER
    assert back.receiver == RECEIVER
    contact = None if billing.contact == SUBMITTER.contact else billing.contact
    assert back.claims.billing == fitted(replace(billing, contact=contact))
    assert (back.claims.number, back.claims.reference) == (1001, "B0")
    assert back.claims.claims == tuple(sent(one) for one in those)


# no shrinking: a claim has hundreds of choices, and the first one that fails says enough
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)


@settings(max_examples=8, deadline=None, derandomize=True, phases=PHASES, suppress_health_check=HEALTH)
@given(billings, st.lists(claims(), min_size=2, max_size=3))
def test_any_valid_claim_is_written_valid_and_read_back_equal(
    con: duckdb.DuckDBPyConnection, billing: model.BillingProvider, those: list[model.ProfessionalClaim]
) -> None:
    round_trip(con, billing, those)


@pytest.mark.slow
@settings(max_examples=80, deadline=None, phases=PHASES, suppress_health_check=HEALTH)
@given(billings, st.lists(claims(), min_size=2, max_size=5))
def test_any_valid_claim_is_written_valid_and_read_back_equal_at_length(
    con: duckdb.DuckDBPyConnection, billing: model.BillingProvider, those: list[model.ProfessionalClaim]
) -> None:
    round_trip(con, billing, those)


def test_several_sets_of_one_interchange_are_read_apart(con: duckdb.DuckDBPyConnection) -> None:
    those = [claim(number, patient=CHILD if number % 2 else None) for number in range(1, 6)]
    back = read(con, write(*those, per_set=2).text)
    assert [one.claims.number for one in back] == [1001, 1002, 1003]
    assert [made for one in back for made in one.claims.claims] == [sent(one) for one in those]


def test_every_row_says_its_segment_and_no_segment_is_without_a_place(con: duckdb.DuckDBPyConnection) -> None:
    text = write(claim(1, lines=(line(11), drug_line(12))), claim(2, patient=CHILD)).text
    read(con, text)
    pieces = ["", *text.split("~")]
    for table, tag in (
        ("claim", "CLM"),
        ("line", "LX"),
        ("party", "NM1"),
        ("reference", "REF"),
        ("date", "DTP"),
        ("drug", "LIN"),
        ("level", "HL"),
    ):
        rows = con.execute(f"SELECT segment_no FROM x12_837p_{table} ORDER BY 1").fetchall()
        assert [number for (number,) in rows] == [
            number for number, piece in enumerate(pieces) if piece.split("*")[0] == tag
        ]
    lost = con.execute("SELECT count(*) FROM x12_837p_place WHERE loop IS NULL AND tag NOT IN ('ST', 'SE')").fetchone()
    assert lost == (0,)


def test_a_body_that_splits_its_composites_otherwise_than_isa16_says_is_read(con: duckdb.DuckDBPyConnection) -> None:
    text = write(claim(1, lines=(line(11, modifiers=("25",)),))).text
    head, body = text[:106], text[106:].replace(":", ">")
    (back,) = read(con, head + body)
    assert back.claims.claims == (sent(claim(1, lines=(line(11, modifiers=("25",)),))),)


def test_a_claim_of_others_that_is_no_claim_of_the_model_is_named_and_its_sibling_read(
    con: duckdb.DuckDBPyConnection,
) -> None:
    text = write(claim(1), claim(2)).text.replace("DTP*472*D8*20260601~", "DTP*472*D8*20261301~", 1)
    (back,) = read(con, text)
    assert [one.claim_id for one in back.claims.claims] == [claim(2).claim_id]
    (fault,) = back.unreadable
    assert fault.text == f"DTP*472 is missing or cannot be read (segment {fault.segment_no})."
    assert text.split("~")[fault.segment_no - 1] == "LX*1"
    assert con.execute("SELECT count(*), sum(charge_cents) FROM x12_837p_line").fetchone() == (2, 24100)


def test_an_amount_that_is_none_makes_the_claim_unreadable_not_zero(con: duckdb.DuckDBPyConnection) -> None:
    text = write(claim(1)).text.replace("*120.5***11:B:1", "*12.345***11:B:1")
    (back,) = read(con, text)
    assert (back.claims.claims, [one.text[:5] for one in back.unreadable]) == ((), ["CLM02"])


def in_cents(amount: str) -> int:
    return int(Decimal(amount) * 100)


@pytest.mark.shared
def test_third_party_claims_are_in_the_tables_with_nothing_lost(shared: Path, con: duckdb.DuckDBPyConnection) -> None:
    those = [
        replace(one, set_id=f"{path.name} {one.set_id}", file_id=path.name)
        for path in sorted((shared / "samples" / "837P").iterdir())
        for one in set_texts(path.read_bytes())
    ]
    assert read_guide(con, "837p", those) == sum(
        sum(bool(piece.strip()) for piece in one.text.split(one.delimiters.terminator)) for one in those
    )
    expected: dict[str, list[int]] = {}
    for one in those:
        facts = expected[one.set_id] = [0, 0, 0, 0]
        for piece in one.text.split(one.delimiters.terminator):
            tag, *elements = piece.strip().split(one.delimiters.element)
            facts[0] += tag == "CLM"
            facts[1] += in_cents(elements[1]) if tag == "CLM" else 0
            facts[2] += tag == "LX"
            facts[3] += in_cents(elements[1]) if tag == "SV1" else 0
    found = con.execute(
        "SELECT set_id, (SELECT count(*) FROM x12_837p_claim AS claim WHERE claim.set_id = one.set_id), "
        "(SELECT coalesce(sum(charge_cents), 0) FROM x12_837p_claim AS claim WHERE claim.set_id = one.set_id), "
        "(SELECT count(*) FROM x12_837p_line AS line WHERE line.set_id = one.set_id), "
        "(SELECT coalesce(sum(charge_cents), 0) FROM x12_837p_line AS line WHERE line.set_id = one.set_id) "
        "FROM x12_837p_set AS one"
    ).fetchall()
    assert {set_id: [int(fact) for fact in facts] for set_id, *facts in found} == expected
    assert sum(facts[0] for facts in expected.values()) >= 30
    unplaced = "SELECT count(*) FROM x12_segment ANTI JOIN x12_837p_place USING (set_id, segment_no)"
    assert con.execute(unplaced).fetchone() == (0,)
    assert sum(len(rows) for rows in Tables(con).claims.values()) >= 30


@pytest.mark.shared
@pytest.mark.parametrize("kind", ["anesthesia", "chiropractic", "drug-administered-in-the-physician-office", "wheelchair",
                                  "medicare-secondary-payer-COB", "ppo-repriced-claim", "out-of-network-repriced-claim"])  # fmt: skip
def test_a_third_party_claim_is_the_same_after_it_was_read_written_and_read(
    kind: str, shared: Path, con: duckdb.DuckDBPyConnection
) -> None:
    data = (shared / "samples" / "837P" / f"irobayna__stupidedi__{kind}.edi").read_bytes()
    (first,) = read_837p(con, set_texts(data))
    assert first.unreadable == ()
    assert len(first.claims.claims) == 1
    (second,) = read(con, write(*first.claims.claims, billing=first.claims.billing).text)
    assert second.claims.claims == tuple(sent(one) for one in first.claims.claims)


@pytest.mark.parametrize("amount", ["9.005", "9,00", "NINE", "1E2000"])
def test_a_part_of_a_cent_or_no_amount_in_a_rarer_segment_makes_the_claim_unreadable(
    amount: str, con: duckdb.DuckDBPyConnection
) -> None:
    text = write(laboratory()).text.replace("PS1*1990300885*9~", f"PS1*1990300885*{amount}~")
    (back,) = read(con, text)
    assert (back.claims.claims, [one.text[:5] for one in back.unreadable]) == ((), ["PS102"])
