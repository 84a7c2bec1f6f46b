"""One case's part of a World: its claims, files and payments, and what the warehouse holds of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest

from pm_pipeline.remittance import load_deposits
from pm_pipeline.scrub.events import new_events
from pm_pipeline.warehouse import unit
from pm_pipeline.x12.interchange import Delimiters
from pm_pipeline.x12.write_835 import Adjustment, RemitClaim, RemitLine
from tests.bad_inputs.rows import ACCEPT, NOOP_DUP, POST_EXC, QUAR_ST, SUSPENSE, Case
from tests.money import DOS, TODAY, Bill, World, claim, line
from tests.x12.plain_835 import Sums, sets_of, sums_of

MARKS = Delimiters("*", ":", "^", "~")
SIBLING_CENTS = 50_000  # more than any case takes back, so that a payment is one


class Scene:
    """What a case works with. Everything it makes begins with its own name (B104, B128V3), so nothing is mixed up."""

    def __init__(self, world: World, case: Case) -> None:
        self.world = world
        self.case = case
        self.name = case.row + (f"V{case.number}" if case.number else "")
        self.files: list[tuple[str, str]] = []  # file_id, text
        self.traces: list[str] = []
        self.claims: list[str] = []
        self.bills: list[Bill] = []  # entered before what has landed is loaded
        self.sibling: str | None = None
        self.shown: list[str] = []

    # what the case does

    def bill(
        self,
        which: str = "",
        charges: dict[str, int] | None = None,
        payer: str = "BLHRB",
        next_payer: str | None = None,
    ) -> str:
        """A claim of ours, by default of one charge "A" of 100 dollars; returns CLM01."""
        claim_id = self.name + which
        self.claims.append(claim_id)
        charged = {claim_id + one: cents for one, cents in (charges or {"A": 10_000}).items()}
        self.bills.append(Bill(claim_id, charged, payer, next_payer))
        return claim_id

    def line(
        self, charge: str, charged: int, paid: int, *cas: Adjustment, which: str = "", **more: object
    ) -> RemitLine:
        """A remittance line of charge `charge` of claim `which`."""
        remarks = more.pop("remarks", ())
        assert isinstance(remarks, Sequence)
        return line(self.name + which + charge, charged, paid, *cas, remarks=remarks, **more)

    def claim(self, *lines: RemitLine, which: str = "", clp01: str | None = None, **more: object) -> RemitClaim:
        """A remittance claim of claim `which`; the payer's number for it is its own name and an N."""
        more.setdefault("number", f"{self.name}{which}N")
        return claim(self.name + which if clp01 is None else clp01, *lines, **more)  # type: ignore[arg-type]

    def paid(self, which: str = "", *, clp01: str | None = None, **more: object) -> RemitClaim:
        """80 of 100 dollars paid, 20 contractual: a good answer to claim `which`."""
        answer = self.line("A", 10_000, 8_000, Adjustment("CO", "45", 2_000), which=which)
        return self.claim(answer, which=which, clp01=clp01, **more)

    def send(
        self, *claims: RemitClaim, trace: str | None = None, beside: str | None = "claim",
        edit: Sequence[tuple[str, str]] = (), partner: str = "clearinghouse", **more: object,
    ) -> str:  # fmt: skip
        """Land a file with one payment of these claims; returns its text.

        One file of a case, the first that does not say `beside=None`, has a sound sibling: another claim of the same
        payment, or (`beside="set"`) another payment after it. `edit` changes the text: the first occurrence of each old
        piece becomes the new one.
        """
        trace = f"{self.name}T{len(self.traces)}" if trace is None else trace
        payer = more.get("payer", "BLHRB")
        sets = []
        if self.sibling is None and beside is not None:
            sound = self._sibling(str(payer))
            if beside == "claim":
                claims = (*claims, sound)
            else:
                sets.append(self.world.remittance(sound, trace=f"{self.name}S", payer=str(payer)))
        first = self.world.remittance(*claims, trace=trace, **more)  # type: ignore[arg-type]
        text = self.world.text(first, *sets)
        for old, new in edit:
            assert old in text, f"{old} is not in the file"
            text = text.replace(old, new, 1)
        self.land(recounted(text), partner)
        self.traces.append(trace)
        return text

    def land(self, text: str, partner: str = "clearinghouse") -> None:
        """Land a file as it is."""
        self.files.append((self.world.land(text, partner=partner), text))

    def deposit(self, deposit_id: str, trace: str, cents: int, on: str = "2026-06-22") -> None:
        """Land and load the bank's feed with one deposit of payer BLHRB."""
        text = (
            "deposit_id,deposited_on,trace_number,originator,amount\n"
            f"{deposit_id},{on},{trace},1990000021,{cents // 100}.{cents % 100:02d}\n"
        )
        file_id = self.world.store.put_bytes(text.encode())
        con = self.world.con
        con.execute(
            "INSERT INTO transport.file VALUES (?, 'in', 'feed', ?, ?, now()::TIMESTAMP, 'r')",
            [file_id, len(text), TODAY],
        )
        (loaded,) = [one for one in load_deposits(con, self.world.store, TODAY, "bank") if one.file_id == file_id]
        assert loaded.rows_loaded == 1
        self.files.append((file_id, ""))

    def put_on_the_wire(self, claim_id: str, version: int = 1, frequency: str = "1") -> None:
        """A version of the claim was sent and is not acknowledged yet."""
        con = self.world.con
        con.execute(
            "INSERT INTO submission.batch_claim VALUES (?, ?, 7, 701, 'BLHRB', ?, NULL, 'h', 10000, 3, 9, ?, 'r')",
            [claim_id, version, frequency, DOS],
        )
        for state in ("prepared", "sent"):
            with unit(con, "sent", "r"), new_events(con, "r"):
                con.execute(
                    "INSERT INTO new_claim_event VALUES (?, ?, ?, ?, '7', ?, NULL, NULL, NULL)",
                    [claim_id, version, state, state, DOS],
                )

    def _sibling(self, payer: str) -> RemitClaim:
        self.sibling = self.bill("S", {"A": SIBLING_CENTS}, payer)
        return self.sound()

    def sound(self) -> RemitClaim:
        """The sibling's answer: paid in full."""
        return self.claim(self.line("A", SIBLING_CENTS, SIBLING_CENTS, which="S"), which="S")

    # what became of it

    def shows(self, word: str, *codes: str, cents: int | None = None, evidence: str = "") -> None:
        """Assert what became of the last file: by the tables, `word`; open are exactly items with these codes.

        `cents` and `evidence` are of the first of them; evidence is a part of its text.
        """
        assert self.disposition() == word
        items = self.items()
        assert [code for code, _, _ in items] == sorted(codes)
        if codes:
            _, at_stake, text = next(item for item in items if item[0] == codes[0])
            assert evidence in text
            assert cents in (None, at_stake)
        assert not [text for _, _, text in items if re.search("TESTER|TILDA", text)]
        self.shown.append(word)

    def disposition(self) -> str:
        """One of the words, read from the tables alone."""
        outcomes = [outcome for _, trace, outcome in self.sets(self.files[-1][0]) if trace != f"{self.name}S"]
        if "quarantined" in outcomes:
            return QUAR_ST
        if outcomes and set(outcomes) == {"duplicate"}:
            return NOOP_DUP
        rows = self._rows(
            "SELECT EXISTS (SELECT 1 FROM posting.posting WHERE remit_claim_id = clp.remit_claim_id AND kind IN ('post', 'release')) "
            "FROM remittance.claim AS clp WHERE payment_id IN (SELECT payment_id FROM mine) AND clp01 IS DISTINCT FROM $sibling "
            "UNION ALL "
            "SELECT EXISTS (SELECT 1 FROM posting.provider_adjustment_outcome WHERE plb_id = plb.plb_id AND kind IN ('post', 'release')) "
            "FROM remittance.provider_adjustment AS plb WHERE payment_id IN (SELECT payment_id FROM mine)"
        )
        if not all(is_posted for (is_posted,) in rows):
            return SUSPENSE
        return POST_EXC if self.items() else ACCEPT

    def sets(self, file_id: str) -> list[tuple[str, str | None, str | None]]:
        """(set_id, TRN02 of the payment that was loaded from it, what became of it) of a file, in its order."""
        return self.world.con.execute(
            "SELECT set_id, trn02, outcome FROM transport.transaction_set AS sets "
            "LEFT JOIN (SELECT item_id, outcome FROM transport.handled WHERE stage = 'remittance') ON item_id = set_id "
            "LEFT JOIN (SELECT set_id, trn02 FROM remittance.payment) USING (set_id) WHERE file_id = ? ORDER BY first_segment_no",
            [file_id],
        ).fetchall()

    def items(self) -> list[tuple[str, int, str]]:
        """(code, cents, evidence) of the problems of its sets, open exceptions and open work of its claims, payments and
        deposits, by code; overdue deposits aside."""
        rows = self._rows(
            "SELECT code, 0, text FROM transport.problem WHERE file_id IN (SELECT unnest($files)) "
            "UNION ALL SELECT code, cents, evidence FROM posting.open_exception AS open "
            "WHERE (claim_id IN (SELECT claim_id FROM ours) OR payment_id IN (SELECT payment_id FROM mine) OR item_id = $deposit) "
            "  AND NOT EXISTS (SELECT 1 FROM remittance.claim WHERE remit_claim_id = open.remit_claim_id AND clp01 = $sibling) "
            "UNION ALL SELECT kind, cents, text FROM receivables.open_work WHERE item_id = $deposit ORDER BY 1, 2, 3"
        )
        return [(str(code), int(cents), str(text)) for code, cents, text in rows]

    def ledger(self) -> dict[str, int]:
        """account:sub_account -> cents of everything but the charges themselves and the sibling, those not zero."""
        rows = self._rows(
            "SELECT account || ':' || sub_account, sum(cents) FROM ledger.entry AS entry JOIN ledger.txn USING (txn_id) "
            "WHERE txn_kind <> 'charge' AND actor = 'policy' "
            "  AND (claim_id IN (SELECT claim_id FROM ours) OR payment_id IN (SELECT payment_id FROM mine) OR file_id IN (SELECT unnest($files))) "
            "  AND coalesce(payment_id NOT IN (SELECT payment_id FROM remittance.payment WHERE trn02 = $name || 'S'), true) "
            "  AND NOT EXISTS (SELECT 1 FROM remittance.claim WHERE remit_claim_id = entry.remit_claim_id AND clp01 = $sibling) "
            "GROUP BY 1 HAVING sum(cents) <> 0 ORDER BY 1"
        )
        assert sum(cents for _, cents in rows) == 0
        return {str(name): int(cents) for name, cents in rows}

    def state(self, which: str = "") -> str:
        """Where the claim's diary stands."""
        row = self.world.con.execute(
            "SELECT state FROM scrub.claim_state WHERE claim_id = ?", [self.name + which]
        ).fetchone()
        return str(row[0]) if row else ""

    def charges_paid(self) -> list[tuple[str | None, int]]:
        """(charge, or None for the claim as a whole; cents paid) of the ledger, the sibling aside."""
        rows = self._rows(
            "SELECT charge_id[len($name) + 1:], -sum(cents) FROM ledger.entry WHERE entry_kind = 'payment' AND account = 'AR' "
            "AND claim_id IN (SELECT claim_id FROM ours) GROUP BY 1 HAVING sum(cents) <> 0 ORDER BY 1 NULLS FIRST"
        )
        return [(charge, int(cents)) for charge, cents in rows]

    def _rows(self, sql: str) -> list[tuple]:
        params = {
            "name": self.name, "sibling": self.sibling, "claims": self.claims, "traces": self.traces,
            "files": [file_id for file_id, _ in self.files], "deposit": f"{self.name}D",
        }  # fmt: skip
        head = (
            "WITH ours AS (SELECT claim_id FROM scrub.claim WHERE list_contains($claims, claim_id) AND claim_id IS DISTINCT FROM $sibling), "
            "mine AS (SELECT payment_id FROM remittance.payment WHERE list_contains($traces, trn02)) "
        )
        used = {key: value for key, value in params.items() if f"${key}" in head + sql}
        return self.world.con.execute(head + sql, used).fetchall()

    # what holds for every case

    def left_the_others_alone(self) -> None:
        """The sound claim or payment beside the bad one is posted in full."""
        if self.sibling is not None:
            assert self.world.ar(self.sibling) == {}
            assert self.world.balances(self.sibling) == {"REVENUE_GROSS:none": -SIBLING_CENTS}

    def lost_nothing(self) -> None:
        """Every set is loaded, known or quarantined with a reason; of a loaded one every CLP, SVC, CAS and PLB is a row."""
        con = self.world.con
        for file_id, text in self.files:
            read = self.sets(file_id)
            for plain, (set_id, _, outcome) in zip_longest(sets_of(text, MARKS), read):
                assert outcome in ("loaded", "duplicate", "quarantined")
                reasons = con.execute("SELECT count(*) FROM transport.problem WHERE set_id = ?", [set_id]).fetchone()
                assert (reasons != (0,)) == (outcome == "quarantined")
                if outcome == "loaded":
                    assert _loaded(self.world, set_id) == _plain(sums_of(plain), plain)


def recounted(text: str) -> str:
    """The file with SE01 as it should be after an edit."""

    def count(found: re.Match[str]) -> str:
        return f"{found[1]}SE*{found[1].count('~') + 1}*"

    return re.sub(r"(ST\*835\*.*?~)SE\*\d+\*", count, text, flags=re.DOTALL)


def _plain(sums: Sums, segments: Sequence[Sequence[str]]) -> list[int]:
    pairs = sum(bool(part) for tag, *at in segments if tag == "PLB" for part in at[2::2])
    return [sums.claims, sums.lines, sums.adjustments, pairs]


def _loaded(world: World, set_id: str) -> list[int]:
    row = world.con.execute(
        "SELECT payment_id FROM remittance.payment WHERE set_id = ?", [set_id]
    ).fetchone()  # fmt: skip
    assert row is not None
    found = world.con.execute(
        "SELECT (SELECT count(*) FROM remittance.claim WHERE payment_id = $id), "
        "(SELECT count(*) FROM remittance.line JOIN remittance.claim USING (remit_claim_id) WHERE payment_id = $id), "
        "(SELECT count(*) FROM remittance.adjustment JOIN remittance.claim USING (remit_claim_id) WHERE payment_id = $id), "
        "(SELECT count(*) FROM remittance.provider_adjustment WHERE payment_id = $id)",
        {"id": row[0]},
    ).fetchone()
    assert found is not None
    return [int(count) for count in found]
