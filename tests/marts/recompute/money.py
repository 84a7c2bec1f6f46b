"""KPIs of the ledger: what is owed, what came in, what was given up."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

from tests.marts.recompute.facts import CHARGED, PAID, Facts, Row, dollars, month, summed

UNAVOIDABLE = ("medical_necessity", "bundling", "non_covered", "contract")
NET = (*CHARGED, "contractual")


def figures(facts: Facts, day: dt.date) -> dict[str, Any]:
    """Receivables and collections."""
    return {**_stocks(facts, day), **_aged(facts, day), **_collections(facts, day), **_given_up(facts, day)}


def _stocks(facts: Facts, day: dt.date) -> dict[str, Any]:
    posted = [entry for entry in facts.receivable if entry.posted_on <= day]
    recent = [entry for entry in posted if (day - entry.posted_on).days < 90]
    balances = summed(posted, lambda entry: (entry.practice_id, entry.claim_id, entry.sub_account, entry.owes))
    charges = Fraction(_total(recent, CHARGED), 90)
    credits = -sum(cents for cents in balances.values() if cents < 0)
    debits = sum(cents for cents in balances.values() if cents > 0)
    unapplied = -sum(
        entry.cents for entry in facts.rows("ledger.entry") if entry.account == "UNAPPLIED" and entry.posted_on <= day
    )
    return {
        "days_in_ar_gross": (dollars(debits), charges / 100),
        "days_in_ar_netted": (dollars(debits - credits), charges / 100),
        "credit_balance_days": (dollars(credits), Fraction(_total(recent, NET), 9000)),
        "unapplied_cash_days": (dollars(unapplied), Fraction(-_total(recent, PAID), 9000)),
    }


def _aged(facts: Facts, day: dt.date) -> dict[str, Any]:
    def key(entry: Row) -> Any:
        return (
            entry.practice_id, entry.provider_id, entry.claim_id, entry.charge_id, entry.sub_account, entry.owes
        )  # fmt: skip

    owed: dict[Any, list[Row]] = {}
    for entry in facts.receivable:
        if entry.posted_on <= day:
            owed.setdefault(key(entry), []).append(entry)
    found: dict[str, list[int]] = {}
    for (_, _, claim, *_), entries in owed.items():
        cents = sum(entry.cents for entry in entries)
        billed = facts.first_sent.get(claim)
        if cents == 0 or billed is None or billed.sent_on > day:
            continue
        served = min(entry.served_on for entry in entries)
        owing = [entry.effective_on for entry in entries if entry.cents > 0]
        starts = {
            "service_date": served,
            "first_bill": billed.sent_on,
            "responsibility_start": min(owing) if owing else facts.claim_dates.get(claim, (None, served))[1],
        }
        for base, start in starts.items():
            for limit in (90, 120):
                sums = found.setdefault(f"aged_ar_over_{limit}_{base}", [0, 0])
                sums[0] += cents if (day - start).days > limit else 0
                sums[1] += cents
    names = [
        f"aged_ar_over_{limit}_{base}"
        for limit in (90, 120)
        for base in ("service_date", "first_bill", "responsibility_start")
    ]
    return {name: (dollars(found.get(name, [0, 0])[0]), dollars(found.get(name, [0, 0])[1])) for name in names}


def _collections(facts: Facts, day: dt.date) -> dict[str, Any]:
    posted = [entry for entry in facts.receivable if entry.posted_on <= day]
    recent = [entry for entry in posted if entry.posted_on >= month(day, 2)]
    # the newest month of service that ended 120 days ago, and the two before it
    mature = month(day - dt.timedelta(days=119), 1)
    old = [entry for entry in posted if month(mature, 2) <= month(entry.served_on) <= mature]
    young = [entry for entry in posted if mature < month(entry.served_on) and entry.served_on <= day]
    found = {
        name: (dollars(-_total(entries, PAID)), dollars(_total(entries, NET)))
        for name, entries in (
            ("net_collection_rate_cash", recent),
            ("net_collection_rate_matched", old),
            ("net_collection_rate_matched_maturing", young),
        )
    }
    found["gross_collection_rate"] = (dollars(-_total(recent, PAID)), dollars(_total(recent, CHARGED)))
    return found


def _given_up(facts: Facts, day: dt.date) -> dict[str, Any]:
    recent = [entry for entry in facts.rows("ledger.entry") if month(day, 2) <= entry.posted_on <= day]
    charged = [entry for entry in facts.receivable if month(day, 2) <= entry.posted_on <= day]
    net, gross = dollars(_total(charged, NET)), dollars(_total(charged, CHARGED))

    def of(account: str) -> list[Row]:
        return [entry for entry in recent if entry.account == account]

    avoidable = [entry for entry in of("DENIAL_WO") if entry.sub_account not in UNAVOIDABLE]
    receipts = [entry for entry in of("CASH_CLEARING") if entry.entry_kind == "patient_payment"]
    early = []
    for entry in receipts:
        served = entry.service_on or facts.claim_dates.get(entry.claim_id, (None, None))[0]
        if served and (entry.effective_on - served).days <= 7:
            early.append(entry)
    return {
        "denial_write_off_rate": (_sum(of("DENIAL_WO")), net),
        "avoidable_write_off_rate": (_sum(avoidable), net),
        "bad_debt_rate": (_sum(of("BAD_DEBT")), net),
        "charity_rate": (_sum(of("CHARITY")), gross),
        "pos_collections_rate": (_sum(early), _sum(receipts)),
    }


def _total(entries: list[Row], kinds: tuple[str, ...]) -> int:
    return sum(entry.cents for entry in entries if entry.entry_kind in kinds)


def _sum(entries: list[Row]) -> Fraction:
    return dollars(sum(entry.cents for entry in entries))
