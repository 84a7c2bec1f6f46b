"""Providers, facilities and ambulance places: loops 2310A to F and 2420A to H, and the payer's own loop 2010BB."""

from __future__ import annotations

from pm_pipeline.config.models import Quirks
from pm_pipeline.x12.claim_837p import Address, DropOff, Facility, LineProviders, OrganizationName, Payer, Provider
from pm_pipeline.x12.loops_837p_spelling import Spelling, seg

_WITH_CONTACT = {"2310C", "2420E"}
_WITH_TAXONOMY = {"2310B", "2420A"}


def provider(spell: Spelling, one: Provider, entity: str, loop: str, quirks: Quirks) -> list[str]:
    """NM1 of a provider, PRV when the taxonomy is given and the loop has one, REF of the numbers."""
    key = (id(one), entity, loop, id(quirks))
    if (known := spell.loops.get(key)) is None:
        known = [_name(spell, one, entity, loop)]
        if loop in _WITH_TAXONOMY and one.taxonomy and quirks.send_rendering_taxonomy:
            known.append(f"PRV*PE*PXC*{spell.identifier(one.taxonomy, f'{loop} PRV03')}")
        if loop == "2420E" and one.address is not None:
            known += spell.address(one.address, loop)
        if quirks.send_provider_ids or not one.npi:
            known += spell.references(one.secondary_ids, loop)
        if loop in _WITH_CONTACT and one.contact is not None:
            known.append(spell.contact(one.contact, loop))
        spell.loops[key] = known
    return known


def _name(spell: Spelling, one: Provider, entity: str, loop: str) -> str:
    if loop == "2420B":
        who = "2*****" if isinstance(one.name, OrganizationName) else "1*****"
    else:
        who = spell.entity(one.name, loop)
    return seg("NM1", entity, who, *_number(spell, one.npi, loop))


def _number(spell: Spelling, npi: str | None, loop: str) -> tuple[str, ...]:
    return ("XX", spell.identifier(npi, f"{loop} NM109")) if npi is not None else ()


def facility(spell: Spelling, one: Facility, loop: str, quirks: Quirks) -> list[str]:
    """2310C and 2420C."""
    key = (id(one), loop, id(quirks))
    if (known := spell.loops.get(key)) is None:
        name = f"2*{spell.name(one.name, loop, 'NM103')}****"
        known = [seg("NM1", "77", name, *_number(spell, one.npi, loop)), *spell.address(one.address, loop)]
        if quirks.send_provider_ids or not one.npi:
            known += spell.references(one.secondary_ids, loop)
        if loop in _WITH_CONTACT and one.contact is not None:
            known.append(spell.contact(one.contact, loop))
        spell.loops[key] = known
    return known


def pick_up(spell: Spelling, address: Address, loop: str) -> list[str]:
    """2310E and 2420G."""
    return ["NM1*PW*2", *spell.address(address, loop)]


def drop_off(spell: Spelling, place: DropOff, loop: str) -> list[str]:
    """2310F and 2420H."""
    return [seg("NM1", "45", "2", spell.name(place.name, loop, "NM103")), *spell.address(place.address, loop)]


def payer(spell: Spelling, one: Payer) -> list[str]:
    """2010BB."""
    key = (id(one), "2010BB")
    if (known := spell.loops.get(key)) is None:
        known = payer_name(spell, one, "2010BB")
        office = [number for number in one.secondary_ids if number.qualifier == "FY"]
        numbers = office if office and one.quirks.prefer_claim_office else one.secondary_ids
        known += spell.references(numbers, "2010BB")
        known += spell.references(one.billing_ids, "2010BB")
        spell.loops[key] = known
    return known


def payer_name(spell: Spelling, one: Payer, loop: str) -> list[str]:
    """NM1, N3 and N4 of a payer."""
    name, payer_id = spell.name(one.name, loop, "NM103"), spell.identifier(one.payer_id, f"{loop} NM109")
    found = [f"NM1*PR*2*{name}*****{one.id_qualifier}*{payer_id}"]
    return found + spell.address(one.address, loop) if one.address else found


def line_providers(spell: Spelling, those: LineProviders, quirks: Quirks) -> list[str]:
    """2420A to 2420H."""
    found: list[str] = []
    if those.rendering is not None:
        found += provider(spell, those.rendering, "82", "2420A", quirks)
    if those.purchased is not None:
        found += provider(spell, those.purchased, "QB", "2420B", quirks)
    if those.facility is not None:
        found += facility(spell, those.facility, "2420C", quirks)
    if those.supervising is not None:
        found += provider(spell, those.supervising, "DQ", "2420D", quirks)
    if those.ordering is not None:
        found += provider(spell, those.ordering, "DK", "2420E", quirks)
    if those.referring is not None:
        found += provider(spell, those.referring, "DN", "2420F", quirks)
    if those.primary_care is not None:
        found += provider(spell, those.primary_care, "P3", "2420F", quirks)
    if those.pick_up is not None:
        found += pick_up(spell, those.pick_up, "2420G")
    if those.drop_off is not None:
        found += drop_off(spell, those.drop_off, "2420H")
    return found
