"""Parts that a claim and a line have alike, from rows to the model: providers, facilities, PWK, CN1, K3, CR1, CRC, HCP."""

from __future__ import annotations

from typing import Any, cast

from pm_pipeline.x12 import claim_837p as model
from pm_pipeline.x12 import claim_837p_details as details
from pm_pipeline.x12.read_837p_tables import Key, Row, Tables, address_of, key_of, name_of, need

CERTIFICATES = ("AB", "AD", "AF", "AG", "NS")  # PWK02 of an equipment certificate (PWK*CT)


def provider_of(tables: Tables, party: Row | None) -> model.Provider | None:
    """2310A, B, D and 2420A, B, D, E, F."""
    if party is None:
        return None
    own = key_of(party)
    return model.Provider(
        name_of(party), party["id"], party["taxonomy"], tables.ids(own), address_of(party), tables.contact(own)
    )


def facility_of(tables: Tables, party: Row | None) -> model.Facility | None:
    """2310C and 2420C."""
    if party is None:
        return None
    own = key_of(party)
    address = need(address_of(party), party["segment_no"], f"{party['loop']} N3")
    return model.Facility(party["name"] or "", party["id"], address, tables.ids(own), tables.contact(own))


def drop_off_of(party: Row | None) -> model.DropOff | None:
    """2310F and 2420H."""
    if party is None:
        return None
    return model.DropOff(need(address_of(party), party["segment_no"], f"{party['loop']} N3"), party["name"])


def attachments_of(tables: Tables, key: Key) -> tuple[details.Attachment, ...]:
    """PWK, but for the certificate of equipment."""
    return tuple(
        details.Attachment(one.need("PWK01"), one.need("PWK02"), one["PWK06"])
        for one in tables.segments(key, "PWK")
        if not (one["PWK01"] == "CT" and one["PWK02"] in CERTIFICATES)
    )


def contract_of(tables: Tables, key: Key) -> details.Contract | None:
    """CN1."""
    one = tables.segment(key, "CN1")
    return one and details.Contract(
        one.need("CN101"), one.cents("CN102"), one.number("CN103"), one["CN104"], one.number("CN105"), one["CN106"]
    )


def file_information_of(tables: Tables, key: Key) -> tuple[str, ...]:
    """K3."""
    return tuple(one.need("K301") for one in tables.segments(key, "K3"))


def ambulance_of(tables: Tables, key: Key) -> details.AmbulanceTransport | None:
    """CR1."""
    one = tables.segment(key, "CR1")
    return one and details.AmbulanceTransport(
        one.need("CR104"),
        need(one.number("CR106"), one.segment_no, "CR106"),
        one.number("CR102"),
        one["CR109"],
        one["CR110"],
    )


def conditions_of(tables: Tables, key: Key) -> tuple[details.Conditions, ...]:
    """CRC."""
    return tuple(
        details.Conditions(one.need("CRC01"), one["CRC02"] == "Y", tuple(one.every(3)))
        for one in tables.segments(key, "CRC")
    )


def pricing_of(tables: Tables, key: Key) -> details.Pricing | None:
    """HCP."""
    one = tables.segment(key, "HCP")
    return one and details.Pricing(
        one.need("HCP01"),
        need(one.cents("HCP02"), one.segment_no, "HCP02"),
        one.cents("HCP03"),
        one["HCP04"],
        one.number("HCP05"),
        one["HCP06"],
        one.cents("HCP07"),
        one["HCP10"],
        cast(Any, one["HCP11"]),
        one.number("HCP12"),
        one["HCP13"],
        one["HCP14"],
        one["HCP15"],
    )
