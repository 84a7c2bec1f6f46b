"""What an appeal letter can say of one denial: every placeholder of the templates, ready to print."""

from __future__ import annotations

import datetime as dt
from typing import Any

import duckdb

from pm_pipeline.config import Config
from pm_pipeline.errors import DenialError
from pm_pipeline.receivables import printed
from pm_pipeline.warehouse import records, run_sql

HERE = __package__ or ""
EVENTS = {
    "sent": "claim sent electronically to the clearinghouse",
    "interchange_accepted": "file accepted (TA1)",
    "set_accepted": "file accepted (999)",
    "received": "claim received (277CA)",
    "accepted": "claim accepted for adjudication (277CA)",
}


def letter_facts(
    con: duckdb.DuckDBPyConnection, config: Config, denial_id: str, level: int, argument: str, today: dt.date
) -> dict[str, Any]:
    """The placeholders, group by group; `reference` and `services` are the letter's own tables. Raises DenialError."""
    one = _row(con, denial_id)
    payer = next((payer for payer in config.payers if payer.payer_id == one["payer_id"]), None)
    if payer is None:
        raise DenialError(f"Payer {one['payer_id']} is not in payers.yaml, so there is no address to write to.")
    if one["last_name"] is None:
        raise DenialError("The patient of this claim is not registered; a letter needs name, birth date and member id.")
    practice = config.practice
    patient = " ".join(filter(None, (one["first_name"], one["middle_name"], one["last_name"], one["suffix"])))
    period = printed.day(one["dos_from"]) + (
        "" if one["dos_to"] == one["dos_from"] else f" to {printed.day(one['dos_to'])}"
    )
    services = _services(con, one)
    reference = [
        ("Patient", patient), ("Date of birth", printed.day(one["birth_date"])), ("Member ID", one["member_id"]), ("Group", one["group_number"]),
        ("Your claim no.", one["payer_claim_number"]), ("Our claim no.", one["claim_id"]), ("Date of service", period),
        ("Provider", f"{one['provider_first']} {one['provider_last']}, NPI {one['provider_npi']}"), ("Amount in dispute", printed.money(one["denied_cents"])),
        ("Level of appeal", str(level)),
    ]  # fmt: skip
    return {
        "today": printed.day(today),
        "argument": argument,
        "reference": [(name, value) for name, value in reference if value],
        "services": services,
        "filing": _filing(con, one["claim_id"], one["denied_on"]),
        "practice": {"name": practice.name, "address": printed.address_lines(practice.address), "phone": printed.phone(practice.contact.phone),
                     "contact": practice.contact.name, "npi": practice.npi, "tax_id": practice.tax_id},
        "payer": {"name": payer.name, "address": printed.address_lines(payer.address), "timely_filing_days": payer.timely_filing_days},
        "patient": {"name": patient, "birth_date": printed.day(one["birth_date"]), "member_id": one["member_id"] or "",
                    "group_number": one["group_number"] or ""},
        "provider": {"name": f"{one['provider_first']} {one['provider_last']}", "npi": one["provider_npi"]},
        "claim": {"claim_id": one["claim_id"], "payer_claim_number": one["payer_claim_number"] or "", "dos_from": printed.day(one["dos_from"]),
                  "dos_to": printed.day(one["dos_to"]), "charge": printed.money(one["claim_charge_cents"]),
                  "authorization_number": one["authorization_number"] or "",
                  "filing_limit": printed.day(one["dos_from"] + dt.timedelta(payer.timely_filing_days))},
        "denial": {"denial_id": denial_id, "what": "the claim" if one["charge_id"] is None else "the service below",
                   "denied": printed.money(one["denied_cents"]), "charge": printed.money(one["charge_cents"]), "denied_on": printed.day(one["denied_on"]),
                   "appeal_by": printed.day(one["appeal_by"]), "group": one["group_code"], "carc": one["carc"], "carc_meaning": one["carc_meaning"] or "",
                   "rarc": one["rarc"] or "", "rarc_meaning": one["rarc_meaning"] or "", "trace": one["trn02"], "level": level},
    }  # fmt: skip


def _row(con: duckdb.DuckDBPyConnection, denial_id: str) -> dict[str, Any]:
    found = records(run_sql(con, HERE, "letter.sql", {"denial_id": denial_id}))
    if not found:
        raise DenialError(f"There is no denial {denial_id!r}. The ids are in: pm denials list")
    return found[0]


def _services(con: duckdb.DuckDBPyConnection, one: dict[str, Any]) -> list[tuple[str, ...]]:
    """A heading and a row per service of the refused charge, or of the claim when it was refused as a whole."""
    which = {"claim_id": one["claim_id"], "charge_id": one["charge_id"]}
    rows = run_sql(con, HERE, "letter_services.sql", which).fetchall()
    head = ("Date", "Procedure", "Modifiers", "Diagnoses", "Units", "Charge")
    return [
        head,
        *(
            (
                printed.day(day),
                code,
                " ".join(modifiers),
                " ".join(diagnoses or []),
                f"{units.normalize():f}",
                printed.money(cents),
            )
            for day, code, modifiers, units, cents, diagnoses in rows
        ),
    ]


def _filing(con: duckdb.DuckDBPyConnection, claim_id: str, denied_on: dt.date) -> list[dict[str, str]]:
    """What our own records prove of the filing, in order."""
    rows = con.execute(
        "SELECT happened_on, kind FROM scrub.claim_event "
        "WHERE claim_id = ? AND happened_on <= ? AND kind IN (SELECT unnest(?)) ORDER BY seq",
        [claim_id, denied_on, list(EVENTS)],
    ).fetchall()
    return [{"on": printed.day(day), "what": EVENTS[kind]} for day, kind in rows]
