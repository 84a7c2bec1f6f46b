"""Segments that stand at claim and at line level alike: PWK, CN1, K3, CR1, CRC, HCP."""

from __future__ import annotations

from collections.abc import Iterable

from pm_pipeline.x12.claim_837p_details import AmbulanceTransport, Attachment, Conditions, Contract, Pricing
from pm_pipeline.x12.loops_837p_spelling import Spelling, optional, optional_money, quantity, seg


def attachments(spell: Spelling, those: Iterable[Attachment], loop: str) -> list[str]:
    """PWK."""
    return [
        seg(
            "PWK", spell.identifier(one.report, f"{loop} PWK01"), spell.identifier(one.transmission, f"{loop} PWK02"),
            "", "", *(("AC", spell.identifier(one.control_number, f"{loop} PWK06")) if one.control_number else ()),
        )
        for one in those
    ]  # fmt: skip


def contract(spell: Spelling, one: Contract, loop: str) -> str:
    """CN1."""
    return seg(
        "CN1", spell.identifier(one.kind, f"{loop} CN101"), optional_money(one.cents), optional(one.percent),
        spell.identifier(one.code, f"{loop} CN104"), optional(one.discount_percent),
        spell.identifier(one.version, f"{loop} CN106"),
    )  # fmt: skip


def file_information(spell: Spelling, texts: Iterable[str], loop: str) -> list[str]:
    """K3."""
    return [f"K3*{spell.identifier(text, f'{loop} K301')}" for text in texts]


def ambulance(spell: Spelling, one: AmbulanceTransport, loop: str) -> str:
    """CR1."""
    weight = ("LB", quantity(one.weight_pounds)) if one.weight_pounds is not None else ("", "")
    return seg(
        "CR1", *weight, "", spell.identifier(one.reason, f"{loop} CR104"), "DH", quantity(one.miles), "", "",
        spell.name(one.round_trip_purpose, loop, "CR109"), spell.name(one.stretcher_purpose, loop, "CR110"),
    )  # fmt: skip


def conditions(spell: Spelling, those: Iterable[Conditions], loop: str) -> list[str]:
    """CRC."""
    return [
        seg(
            "CRC", spell.identifier(one.category, f"{loop} CRC01"), "Y" if one.applies else "N",
            *(spell.identifier(code, f"{loop} CRC03") for code in one.codes),
        )
        for one in those
    ]  # fmt: skip


def pricing(spell: Spelling, one: Pricing, loop: str) -> str:
    """HCP."""
    code = spell.identifier(one.procedure_code, f"{loop} HCP10")
    return seg(
        "HCP", spell.identifier(one.method, f"{loop} HCP01"), optional_money(one.allowed_cents),
        optional_money(one.savings_cents), spell.identifier(one.organization_id, f"{loop} HCP04"), optional(one.rate),
        spell.identifier(one.group_code, f"{loop} HCP06"), optional_money(one.group_cents), "",
        "HC" if code else "", code, one.unit or "", optional(one.quantity),
        spell.identifier(one.reject_reason, f"{loop} HCP13"), spell.identifier(one.compliance, f"{loop} HCP14"),
        spell.identifier(one.exception, f"{loop} HCP15"),
    )  # fmt: skip
