"""Which exceptions should have been opened by a day: those planted, and those that follow from what came when.

An item is named as the 835 shows it: a CLP is trace/place, a line trace/place/line, a PLB trace/reason/reference; a deposit is
its id, a claim its CLM01. An exception that closed by itself since is expected all the same; credit balances are expected
only as they stand.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from pm_pipeline.sandbox.books import TAKEBACKS, Books
from pm_pipeline.sandbox.entry import REMIT, TURNS
from pm_pipeline.sandbox.hard import AGAIN
from pm_pipeline.sandbox.payers import COST_SHARE, SEQUESTRATION, WRITTEN_OFF
from pm_pipeline.sandbox.store import Store

CREDIT = "CREDIT_BALANCE"
NEEDS_ORIGINAL = ("REVERSAL_MISMATCH", "CORRECTION_IS_REVERSAL")  # told once the answer taken back can be read


@dataclass
class Expected:
    """`items` are (exception code, item); `quarantined` counts transaction sets that cannot be loaded, by the problem's code."""

    items: set[tuple[str, str]] = field(default_factory=set)
    quarantined: Counter[str] = field(default_factory=Counter)


def expected(store: Store, books: Books) -> Expected:
    """What should be found as of the books' day."""
    day = books.as_of.isoformat()
    released = {row["trace"]: row["released_on"] for row in store.all("SELECT trace, released_on FROM payment")}
    deposits = {
        row["deposit_id"]: row["delivered_on"] for row in store.all("SELECT deposit_id, delivered_on FROM deposit")
    }
    found = Expected()
    for row in store.all("SELECT item_id, code FROM planted WHERE stage = 'posting'"):
        item = row["item_id"]
        came = deposits[item] if item in deposits else released.get(item.split("/")[0])
        if came is not None and came <= day:
            found.items.add((row["code"], item))
    for row in store.all("SELECT code FROM planted WHERE stage = 'quarantine' AND due_on <= ?", [day]):
        found.quarantined[row["code"]] += 1
    found.items |= _out_of_turn(store, day) | _paid_again(store, day) | _halves(store, day) | _closed(store, day)
    early = _before_its_original(store, day)
    found.items |= {("ORPHAN_REVERSAL", item) for item in early}
    found.items -= {(code, item) for code in NEEDS_ORIGINAL for item, is_there in early.items() if not is_there}
    found.items |= {(CREDIT, clm01) for clm01, one in books.claims.items() if min(one.balances.values(), default=0) < 0}
    return found


def _out_of_turn(store: Store, day: str) -> set[tuple[str, str]]:
    """Later payers' answers that could be read before the first answer of the payer before, and reversals before their original."""
    rows = store.all(
        "SELECT adjudication.*, trace, released_on FROM adjudication JOIN payment USING (payment_id) "
        "WHERE released_on <= ? AND is_suspended = 0 AND adjudication.kind <> 'estimate'",
        [day],
    )
    first: dict[tuple[str, str], str] = {}
    came: dict[int, str] = {}
    for row in rows:
        came[row["adjudication_id"]] = row["released_on"]
        if row["kind"] != "reversal":
            key = (row["clm01"], row["turn"])
            first[key] = min(first.get(key, "9999"), row["released_on"])
    found: set[tuple[str, str]] = set()
    for row in rows:
        item = f"{row['trace']}/{row['place']}"
        if row["kind"] == "reversal":
            if came.get(row["reverses"], "9999") > row["released_on"]:
                found.add(("ORPHAN_REVERSAL", item))
        elif (place := TURNS.index(row["turn"])) and first.get((row["clm01"], TURNS[place - 1]), "9999") > row[
            "released_on"
        ]:
            found.add(("PRIOR_PAYER_PENDING", item))
    return found


def _before_its_original(store: Store, day: str) -> dict[str, bool]:
    """Held reversals, and corrections that say they are one, that could be read before the answer they take back: item ->
    whether that one can be read now."""
    rows = store.all(
        "SELECT pay.trace, held.place, first.released_on AS came "
        "FROM adjudication AS held JOIN payment AS pay USING (payment_id) "
        "JOIN adjudication AS back ON back.payment_id = held.payment_id AND back.clm01 = held.clm01 AND back.kind = 'reversal' "
        "JOIN adjudication AS original ON original.adjudication_id = back.reverses "
        "JOIN payment AS first ON first.payment_id = original.payment_id "
        "JOIN planted ON planted.item_id = pay.trace || '/' || held.place AND planted.code IN (?, ?) "
        "WHERE pay.released_on <= ? AND coalesce(first.released_on, '9999') > pay.released_on",
        [*NEEDS_ORIGINAL, day],
    )
    return {f"{row['trace']}/{row['place']}": (row["came"] or "9999") <= day for row in rows}


def _paid_again(store: Store, day: str) -> set[tuple[str, str]]:
    """Answers paid a second time, once both can be read and neither was taken back by then; it is told of the one paid last."""
    rows = store.all(
        "SELECT pay.trace, again.place FROM hard_due JOIN adjudication AS again USING (clm01) JOIN payment AS pay USING (payment_id) "
        "JOIN adjudication AS first ON first.clm01 = again.clm01 AND first.adjudication_id < again.adjudication_id "
        "JOIN payment AS before ON before.payment_id = first.payment_id "
        "WHERE hard_due.kind = ? AND again.kind = 'answer' AND first.kind = 'answer' AND again.turn = 'primary' AND first.turn = 'primary' "
        "AND NOT again.is_suspended AND NOT first.is_suspended AND max(pay.released_on, before.released_on) <= ? "
        "AND NOT EXISTS (SELECT 1 FROM adjudication AS back JOIN payment AS taken USING (payment_id) "
        "WHERE back.reverses IN (first.adjudication_id, again.adjudication_id) AND NOT back.is_suspended "
        "AND taken.released_on <= max(pay.released_on, before.released_on))",
        [AGAIN, day],
    )
    return {("DUP_PAYMENT", f"{row['trace']}/{row['place']}") for row in rows}


def _closed(store: Store, day: str) -> set[tuple[str, str]]:
    """Answers that move something on a claim whose balance the practice had given up or passed on."""
    rows = store.all(
        "SELECT DISTINCT trace, place, body FROM adjudication JOIN payment USING (payment_id) JOIN office_act USING (clm01) "
        "WHERE released_on <= ? AND released_on > day AND is_suspended = 0 AND adjudication.kind NOT IN ('reversal', 'estimate') "
        "AND event IN ('small_balance', 'bad_debt', 'charity', 'collections')",
        [day],
    )
    moving = frozenset({*COST_SHARE, *WRITTEN_OFF, SEQUESTRATION})
    return {
        ("POST_TO_CLOSED", f"{row['trace']}/{row['place']}")
        for row in rows
        if (remit := REMIT.validate_json(row["body"])).paid_cents
        or any(one.carc in moving for line in remit.lines for one in line.adjustments)
    }


def _halves(store: Store, day: str) -> set[tuple[str, str]]:
    """Balances whose other half came on another day: open from the half that came first."""
    halves: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    for row in store.all(
        "SELECT payment.payer_id, payment.trace, reason, reference, released_on FROM provider_adjustment "
        "JOIN payment USING (payment_id) JOIN takeback USING (reason, reference) "
        "WHERE released_on <= ? AND takeback.payer_id = payment.payer_id ORDER BY released_on, effective_on",
        [day],
    ):
        if row["reason"] in TAKEBACKS:
            key = (row["payer_id"], row["reason"], row["reference"])
            halves.setdefault(key, []).append((row["released_on"], row["trace"]))
    return {
        ("RECOUP_OPEN", f"{came[0][1]}/{reason}/{reference}")
        for (_, reason, reference), came in halves.items()
        if len(came) == 1 or came[0][0] != came[1][0]
    }
