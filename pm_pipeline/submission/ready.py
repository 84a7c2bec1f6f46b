"""Claims that wait to be sent, from rows to the guide's model. Nothing is decided here that an edit could decide.

What is missing or cannot be a claim becomes a Fault of that claim; the others go on.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple, cast

import duckdb

from pm_pipeline.config import Config, Partner
from pm_pipeline.config.models import Address as ConfigAddress
from pm_pipeline.config.models import Payer as ConfigPayer
from pm_pipeline.scrub.events import ADJUDICATED
from pm_pipeline.warehouse import run_sql
from pm_pipeline.x12.claim_837p import (
    Address,
    BillingProvider,
    Contact,
    Drug,
    Facility,
    Frequency,
    Patient,
    Payer,
    PayerTurn,
    PersonName,
    ProfessionalClaim,
    Provider,
    Receiver,
    ServiceLine,
    Submitter,
    Subscriber,
)
from pm_pipeline.x12.claim_837p_details import SecondaryId

HERE = __package__ or ""
OF_THE_PRACTICE = ("G2", "LU")  # what a payer calls the practice; its other numbers are its own
TURNS: dict[str, PayerTurn] = {"primary": "P", "secondary": "S", "tertiary": "T"}


@dataclass(frozen=True)
class Fault:
    """Why a claim may not leave. line_no is None for the claim as a whole; the text holds no value of the claim."""

    claim_id: str
    line_no: int | None
    code: str
    text: str


@dataclass(frozen=True)
class Waiting:
    """What waits for one partner: models in the order they are sent, and the claims that make no model."""

    partner: Partner
    claims: list[ProfessionalClaim]
    faults: list[Fault]


class _Row(NamedTuple):
    """One row of submission_ready (fill.sql), column by column."""

    claim_id: str
    frequency: Frequency
    payer_claim_number: str | None
    charge_cents: int
    payer_id: str
    payer_turn: str
    location_id: str
    place_of_service: str
    diagnoses: list[str]
    authorization_number: str | None
    member_id: str | None
    group_number: str | None
    relationship: str | None
    subscriber_last_name: str | None
    subscriber_first_name: str | None
    last_name: str | None
    first_name: str
    middle_name: str | None
    suffix: str | None
    birth_date: dt.date
    sex: str
    line1: str
    line2: str | None
    city: str
    state: str
    zip: str
    provider_id: str
    rendering_last_name: str
    rendering_first_name: str
    rendering_npi: str | None
    rendering_taxonomy: str | None
    referring_provider_id: str | None
    referring_last_name: str
    referring_first_name: str
    referring_npi: str | None


def select_ready(con: duckdb.DuckDBPyConnection, config: Config) -> list[Waiting]:
    """Fill submission_ready and read it: one Waiting per partner that takes claims and has some, in config's order."""
    run_sql(con, HERE, "select.sql", {"adjudicated": list(ADJUDICATED)})
    made = chosen_claims(con, config)
    if not made:
        return []
    found = {partner.partner_id: Waiting(partner, [], []) for partner in config.partners.partners}
    partner_ids = {one.payer_id: one.partner_id for one in config.payers}
    orphans = _first_sender(config).partner_id  # a payer no longer in payers.yaml is held with the first partner
    for payer_id, one in made:
        waiting = found[partner_ids.get(payer_id, orphans)]
        waiting.faults.append(one) if isinstance(one, Fault) else waiting.claims.append(one)
    return [waiting for waiting in found.values() if waiting.claims or waiting.faults]


def chosen_claims(con: duckdb.DuckDBPyConnection, config: Config) -> list[tuple[str, ProfessionalClaim | Fault]]:
    """Fill submission_ready from submission_chosen: each claim's model for the payer chosen there, or why there is none.

    With each comes the payer's id; ordered by it, then by claim. A claim with nothing to send is left out.
    """
    run_sql(con, HERE, "fill.sql")
    columns = ", ".join(_Row._fields)
    rows = con.execute(
        f"SELECT {columns} FROM submission_ready WHERE NOT (lines = 0 AND frequency = '1') ORDER BY payer_id, claim_id"
    ).fetchall()
    lines, model = _lines(con) if rows else {}, _Model(config)
    return [(row.payer_id, model.claim(row, lines.get(row.claim_id, []))) for row in map(_Row._make, rows)]


def payers_by_id(config: Config) -> dict[str, Payer]:
    """Loop 2010BB or 2330B of every payer of payers.yaml, with its quirks and numbers."""
    return {one.payer_id: _payer(one) for one in config.payers}


def _payer(one: ConfigPayer) -> Payer:
    numbers = [SecondaryId(number.qualifier, number.value) for number in one.numbers]
    return Payer(
        one.payer_id,
        one.name,
        one.filing_indicator,
        _address(one.address),
        secondary_ids=tuple(number for number in numbers if number.qualifier not in OF_THE_PRACTICE),
        billing_ids=tuple(number for number in numbers if number.qualifier in OF_THE_PRACTICE),
        quirks=one.quirks,
    )


def billing_provider(config: Config) -> BillingProvider:
    """Loop 2010AA from practice.yaml."""
    practice = config.practice
    return BillingProvider(
        practice.name, practice.npi, practice.tax_id, practice.taxonomy, _address(practice.address), _contact(config)
    )


def submitter(config: Config) -> Submitter:
    """Loop 1000A from practice.yaml."""
    return Submitter(config.practice.name, config.practice.submitter_id, _contact(config))


def receiver(partner: Partner) -> Receiver:
    """Loop 1000B from trading_partners.yaml: the partner's name and GS03."""
    assert partner.gs is not None
    return Receiver(partner.name, partner.gs.receiver_code)


class _Model:
    """Builds claims; payers, facilities and clinicians are made once and shared."""

    def __init__(self, config: Config) -> None:
        self.payers = payers_by_id(config)
        self._injury_payers = {one.payer_id for one in config.payers if one.kind == "workers_comp"}
        self._facilities = {
            one.location_id: None if one.is_billing_address else Facility(one.name, one.npi, _address(one.address))
            for one in config.practice.locations
        }
        self._providers: dict[str, Provider] = {}

    def claim(self, row: _Row, lines: Sequence[ServiceLine]) -> ProfessionalClaim | Fault:
        """The model of one row, or why there is none."""
        missing = self._missing(row)
        if not lines:  # pyx12 would notice it only at the next claim, and blame that one
            missing = "There is no service line on record for this claim."
        if missing:
            return Fault(row.claim_id, None, "MISSING", missing)
        if row.frequency != "1" and row.payer_claim_number is None:
            text = "The payer adjudicated this claim before, but its own claim number (REF*F8) is not on record."
            return Fault(row.claim_id, None, "NO_PCN", text)
        home = Address(row.line1, row.city, row.state, row.zip, row.line2)
        name = PersonName(cast(str, row.last_name), row.first_name, row.middle_name, row.suffix)
        is_subscriber = row.relationship == "18"
        return ProfessionalClaim(
            claim_id=row.claim_id,
            payer=self.payers[row.payer_id],
            subscriber=Subscriber(
                name if is_subscriber else PersonName(row.subscriber_last_name or "", row.subscriber_first_name),
                row.member_id or "",
                row.group_number,
                home if is_subscriber else None,
                row.birth_date if is_subscriber else None,
                row.sex if is_subscriber else None,
            ),
            place_of_service=row.place_of_service,
            charge_cents=row.charge_cents,
            diagnoses=tuple(row.diagnoses),
            lines=tuple(lines),
            patient=None if is_subscriber else Patient(name, row.relationship or "", home, row.birth_date, row.sex),
            payer_turn=TURNS[row.payer_turn],
            frequency=row.frequency,
            payer_claim_number=row.payer_claim_number,
            authorization_number=row.authorization_number,
            rendering=self._provider(
                row.provider_id,
                row.rendering_last_name,
                row.rendering_first_name,
                row.rendering_npi,
                row.rendering_taxonomy,
            ),
            referring=self._provider(
                row.referring_provider_id, row.referring_last_name, row.referring_first_name, row.referring_npi, None
            ),
            facility=self._facilities[row.location_id],
            related_cause="EM" if row.payer_id in self._injury_payers else None,
        )

    def _missing(self, row: _Row) -> str | None:
        if row.payer_id not in self.payers:
            return f"Payer {row.payer_id} is not in payers.yaml."
        if row.location_id not in self._facilities:
            return f"Location {row.location_id} is not in practice.yaml."
        if row.payer_turn not in TURNS:
            return f"There is no claim to a payer whose turn is {row.payer_turn}."
        if row.last_name is None:
            return "There is no patient on record for this claim."
        if row.relationship is None:
            return "There is no coverage on record for this claim."
        if row.rendering_npi is None:
            return f"Rendering provider {row.provider_id} is not on record."
        if row.referring_provider_id is not None and row.referring_npi is None:
            return f"Referring provider {row.referring_provider_id} is not on record."
        return None

    def _provider(
        self, provider_id: str | None, last: str, first: str, npi: str | None, taxonomy: str | None
    ) -> Provider | None:
        if provider_id is None or npi is None:
            return None
        key = provider_id + (":with taxonomy" if taxonomy else "")
        if key not in self._providers:
            self._providers[key] = Provider(PersonName(last, first), npi, taxonomy)
        return self._providers[key]


def _lines(con: duckdb.DuckDBPyConnection) -> dict[str, list[ServiceLine]]:
    rows = con.execute(
        "SELECT claim_id, line_id, procedure_code, charge_cents, units, diagnosis_pointers, dos_from, dos_to, "
        "place_of_service, modifiers, ndc, ndc_quantity, ndc_unit "
        "FROM scrub.claim_line SEMI JOIN submission_ready USING (claim_id) ORDER BY claim_id, line_no"
    ).fetchall()
    found: dict[str, list[ServiceLine]] = defaultdict(list)
    for claim_id, line_id, procedure, cents, units, pointers, first, last, place, modifiers, *drug in rows:
        found[claim_id].append(
            ServiceLine(
                line_id, procedure, cents, units, tuple(pointers), first, last, place, tuple(modifiers), _drug(*drug)
            )
        )
    return found


def _drug(ndc: str | None, quantity: Decimal | None, unit: str | None) -> Drug | None:
    return None if ndc is None else Drug(ndc, quantity or Decimal(0), unit or "")


def _address(address: ConfigAddress) -> Address:
    return Address(address.line1, address.city, address.state, address.zip, address.line2)


def _contact(config: Config) -> Contact:
    return Contact(config.practice.contact.name, config.practice.contact.phone)


def _first_sender(config: Config) -> Partner:
    return next(partner for partner in config.partners.partners if partner.isa is not None)
