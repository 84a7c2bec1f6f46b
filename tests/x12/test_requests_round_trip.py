"""Any valid request -> 270, 276 or 278 text -> an accepted envelope with the right counts -> the read tables -> equal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TypeVar

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pm_pipeline.x12.claim_837p import Address, Contact, OrganizationName, PersonName
from pm_pipeline.x12.envelope import open_envelope
from pm_pipeline.x12.guides import guide_of, reader_of
from pm_pipeline.x12.request_parts import (
    Dependent,
    Member,
    Party,
    Period,
    Procedure,
    ProviderParty,
    Reference,
    WrittenRequests,
)
from pm_pipeline.x12.write_270 import Inquiry, InquirySet, write_270
from pm_pipeline.x12.write_276 import ProviderRequests, StatusLine, StatusRequest, StatusSet, write_276
from pm_pipeline.x12.write_278 import Admission, Delivery, Diagnosis, ReviewKind, ReviewRequest, Service, write_278
from tests.x12.answers import read
from tests.x12.files import set_spans
from tests.x12.requests import GROUP, HEADER, inquiry_sets, review_requests, status_sets

T = TypeVar("T")
# reading one file costs about a third of a second, so a few examples with much in them; many are run by `make slow`
EXAMPLES = pytest.mark.parametrize("examples", [8, pytest.param(100, marks=pytest.mark.slow)])
NOISY = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def words(least: int, most: int) -> st.SearchStrategy[str]:
    """Text that needs no spelling out: upper case, single blanks inside, any mark that separates nothing."""
    text = st.text(LETTERS + "0123456789-'.,/&#>|\\!{ ", min_size=least, max_size=most)
    return text.map(lambda value: " ".join(value.split())).filter(lambda value: len(value) >= least)


def codes(least: int, most: int) -> st.SearchStrategy[str]:
    return st.text(LETTERS + "0123456789", min_size=least, max_size=most)


def some(strategy: st.SearchStrategy[T]) -> st.SearchStrategy[T | None]:
    return st.none() | strategy


def tuples(strategy: st.SearchStrategy[T], least: int = 0, most: int = 3) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(strategy, min_size=least, max_size=most).map(tuple)


def decimals(top: str, places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals("0.1", top, places=places)


def periods() -> st.SearchStrategy[Period]:
    pair = st.tuples(days, days).map(sorted)
    return pair.map(lambda two: Period(two[0], None if two[0] == two[1] else two[1]))


identifiers = words(2, 50)
days = st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31))
cents = st.integers(0, 99_999_999_999)
sexes = st.sampled_from("FMU")
numbers = st.integers(1, 999_999_999)
people = st.builds(PersonName, words(1, 60), some(words(1, 35)), some(words(1, 25)), some(words(1, 10)))
names = people | st.builds(OrganizationName, words(1, 60))
addresses = st.builds(
    Address, words(1, 55), words(2, 30), codes(2, 2), st.text("0123456789", min_size=5, max_size=9), some(words(1, 55)),
    some(codes(2, 3)),
)  # fmt: skip
references = tuples(st.builds(Reference, codes(2, 3), identifiers))
parties = st.builds(Party, names, words(2, 80), codes(1, 2))
phones = st.text("0123456789", min_size=10, max_size=10)
contacts = st.builds(Contact, words(0, 60), phones, some(phones), some(phones)) | st.builds(
    Contact, words(0, 60), phones, email=some(words(3, 80))
)
members = st.builds(Member, people, identifiers, some(days), some(sexes), some(addresses), references)
dependents = st.builds(Dependent, people, some(days), some(sexes), some(codes(2, 2)), some(addresses), references)
procedures = st.builds(Procedure, words(1, 48), tuples(codes(2, 2), most=4), st.sampled_from(["HC", "AD", "N4"]))
originators = codes(10, 10)


@st.composite
def providers(draw: st.DrawFn, *, with_contact: bool = True) -> ProviderParty:
    taxonomy = draw(some(codes(10, 10)))
    contact = draw(some(contacts)) if with_contact else None
    role = draw(st.sampled_from(["PE", "AT", "RF"])) if taxonomy else "PE"
    return ProviderParty(
        draw(parties), draw(codes(2, 3)), draw(references), draw(some(addresses)), contact, taxonomy, role
    )


@st.composite
def inquiries(draw: st.DrawFn) -> Inquiry:
    dependent = draw(some(dependents))
    member = draw(members)
    shape = draw(st.integers(0, 2))
    if shape == 0 and dependent is not None:
        member = Member(None, draw(identifiers))
    elif shape == 1 and dependent is None:
        member = Member(draw(people), None, draw(days), draw(some(sexes)))
    types, procedure = draw(tuples(codes(1, 2), 1, 5)), None
    if draw(st.booleans()):
        types, procedure = (), draw(procedures)
    return Inquiry(
        draw(identifiers), member, dependent, types, procedure, draw(some(codes(3, 3))), draw(some(periods()))
    )


lines = st.builds(StatusLine, procedures, cents, decimals("999999", 3), periods(), some(codes(4, 4)), some(identifiers))


@st.composite
def status_requests(draw: st.DrawFn) -> StatusRequest:
    dependent, member = None, Member(draw(names), draw(identifiers), draw(days), draw(some(sexes)))
    if draw(st.booleans()):
        dependent = Dependent(draw(people), draw(days), draw(some(sexes)))
        member = Member(member.name, member.member_id)
    asked = draw(tuples(lines))
    number = some(identifiers)
    return StatusRequest(
        draw(identifiers), member, dependent, draw(number), draw(number), draw(number), draw(number), draw(number), draw(number),
        draw(number), draw(some(cents)), draw(periods() if not asked else some(periods())), asked,
    )  # fmt: skip


kinds = st.builds(
    ReviewKind, st.sampled_from(["AR", "HS", "IN", "SC"]), st.sampled_from(["I", "3", "4", "R"]), some(codes(1, 2)),
    some(codes(2, 2)), st.just("B"), some(st.sampled_from(["03", "E", "U"])), some(st.just("Y")), some(codes(1, 2)),
)  # fmt: skip
diagnoses = st.builds(Diagnosis, codes(3, 7), st.sampled_from(["ABK", "ABF", "ABJ"]), some(days))
admissions = st.builds(Admission, some(codes(1, 1)), some(codes(1, 1)), some(codes(1, 2))).filter(
    lambda one: one != Admission()
)
full = st.builds(
    Delivery, codes(2, 2), decimals("999999", 3), some(codes(2, 2)), some(decimals("999", 1)), some(codes(1, 2)),
    some(st.integers(1, 999)),
)  # fmt: skip
deliveries = full | st.builds(Delivery, unit=codes(2, 2))


@st.composite
def services(draw: st.DrawFn, pointed: int) -> Service:
    revenue_code, units = draw(some(codes(4, 4))), draw(some(decimals("999999", 3)))
    pointers = () if revenue_code or not pointed else draw(tuples(st.integers(1, pointed), most=4))
    return Service(
        draw(some(procedures) if revenue_code else procedures), revenue_code, draw(some(cents)), units,
        draw(codes(2, 2)) if units else "UN", pointers, draw(some(periods())), draw(some(kinds)), draw(some(deliveries)),
        draw(some(words(1, 264))), draw(tuples(providers(), most=1)),
    )  # fmt: skip


@st.composite
def reviews(draw: st.DrawFn, number: int) -> ReviewRequest:
    found = draw(tuples(diagnoses, most=12))
    return ReviewRequest(
        number, draw(identifiers), draw(identifiers), draw(originators), draw(parties), draw(providers()), draw(members),
        draw(kinds), draw(some(dependents)), draw(some(identifiers)), draw(some(identifiers)), draw(some(days)), draw(some(days)),
        draw(some(periods())), draw(some(periods())), draw(some(days)), found, draw(some(deliveries)), draw(some(admissions)),
        draw(some(words(1, 264))), draw(tuples(providers(), most=2)), draw(tuples(services(len(found)), most=2)),
    )  # fmt: skip


def comes_back(
    con: duckdb.DuckDBPyConnection,
    sent: Sequence[T],
    write: Callable[[], WrittenRequests],
    read_back: Callable[[duckdb.DuckDBPyConnection], Sequence[T]],
    places: int,
) -> None:
    """Hold what was sent against what the file says, and the file against its own counts."""
    written = write()
    envelope = open_envelope(written.text.encode("ascii"))
    assert (envelope.disposition, envelope.all_problems()) == ("accepted", [])
    ((group,),) = [one.groups for one in envelope.interchanges]
    assert [int(one.st02) for one in group.sets] == [getattr(one, "number") for one in sent]  # noqa: B009
    (name,) = {reader_of(guide) for one in group.sets if (guide := guide_of(one.st01, one.st03, group.gs08))}
    read(con, name, written.text.encode())
    stated = sum(one.last_segment_no - one.first_segment_no + 1 for one in group.sets)
    assert con.execute("SELECT count(*) FROM x12_segment").fetchone() == (stated,)
    assert con.execute(f"SELECT sum(stray_segments) FROM x12_{name}_header").fetchone() == (0,)
    assert len(written.requests) == places
    assert len(set_spans(envelope)) == len(sent)
    assert list(read_back(con)) == list(sent)


def hold(examples: int) -> settings:
    return settings(max_examples=examples, deadline=None, suppress_health_check=NOISY)


@EXAMPLES
def test_any_270_comes_back_as_it_was_sent(con: duckdb.DuckDBPyConnection, examples: int) -> None:
    sets = st.builds(
        InquirySet, numbers, identifiers, originators, parties, providers(with_contact=False), tuples(inquiries(), 1, 4)
    )

    @hold(examples)
    @given(st.lists(sets, min_size=1, max_size=3, unique_by=lambda one: one.number))
    def holds(sent: list[InquirySet]) -> None:
        places = sum(len(one.inquiries) for one in sent)
        comes_back(con, sent, lambda: write_270(HEADER, GROUP, sent), inquiry_sets, places)

    holds()


@EXAMPLES
def test_any_276_comes_back_as_it_was_sent(con: duckdb.DuckDBPyConnection, examples: int) -> None:
    asking = st.builds(ProviderRequests, parties, tuples(status_requests(), 1))
    sets = st.builds(StatusSet, numbers, identifiers, parties, parties, tuples(asking, 1, 2))

    @hold(examples)
    @given(st.lists(sets, min_size=1, max_size=3, unique_by=lambda one: one.number))
    def holds(sent: list[StatusSet]) -> None:
        places = sum(len(each.requests) for one in sent for each in one.providers)
        comes_back(con, sent, lambda: write_276(HEADER, GROUP, sent), status_sets, places)

    holds()


@EXAMPLES
def test_any_278_comes_back_as_it_was_sent(con: duckdb.DuckDBPyConnection, examples: int) -> None:
    requests = st.lists(numbers, min_size=1, max_size=3, unique=True).flatmap(
        lambda chosen: st.tuples(*(reviews(number) for number in chosen))
    )

    @hold(examples)
    @given(requests)
    def holds(sent: tuple[ReviewRequest, ...]) -> None:
        comes_back(con, sent, lambda: write_278(HEADER, GROUP, sent), review_requests, len(sent))

    holds()
