"""Third-party 835s, good and bad, dropped by hand: each is tied out to the cent, or refused for a reason that is true.

The reasons are held against the bytes by the reader below, which shares no code with the pipeline. A reason it has no
check for fails the test: nobody has looked yet whether it is true.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from pm_pipeline import posting, remittance
from pm_pipeline.audit.verify import verify
from pm_pipeline.home import Home
from pm_pipeline.ledger.content import content_hash
from pm_pipeline.transport.opening import open_landed
from pm_pipeline.transport.store import inbox_store
from pm_pipeline.transport.sweep import sweep_inbox

pytestmark = pytest.mark.shared
TODAY = dt.date(2026, 7, 1)
SWEEPS = 3  # a file that seems cut short is landed at the third


@dataclass
class Sample:
    """One file as a simple reader sees it: its first ISA, every segment after it, and its sets (ST to SE)."""

    isa: list[str]
    segments: list[list[str]]
    sets: list[list[list[str]]]
    is_padded: bool

    @classmethod
    def read(cls, data: bytes) -> Sample:
        text = data.decode("utf-8-sig", "replace").strip()
        mark = text[3]
        isa = text.split(mark, 16)[:16]
        rest = text.split(mark, 16)[16]
        # behind ISA16 comes the terminator, which some senders write after a newline
        terminator = rest[1] if rest[1] not in "\r\n" else "~" if "\n~GS" in rest else "\n"
        pieces = [piece.strip() for piece in text.split(terminator)]
        segments = [[part.strip() for part in piece.split(mark)] for piece in pieces if piece]
        sets: list[list[list[str]]] = []
        for segment in segments:
            if segment[0] == "ST":
                sets.append([])
            if sets and (not sets[-1] or sets[-1][-1][0] != "SE"):
                sets[-1].append(segment)
        widths = [len(part) for part in isa[1:]]
        return cls(
            [part.strip() for part in isa], segments, sets, widths == [2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1]
        )

    def element(self, tag: str, number: int) -> set[str]:
        """The values of one element in all segments of this tag ("" where it is left out)."""
        return {[*one, *[""] * 30][number] for one in self.segments if one[0] == tag}


def _total(one: list[list[str]], tag: str, places: range) -> Decimal:
    return sum(
        (Decimal(seg[place]) for seg in one if seg[0] == tag for place in places if place < len(seg)), Decimal(0)
    )


def _breaks_the_payment_gate(sample: Sample) -> bool:
    return any(
        _total(one, "BPR", range(2, 3)) != _total(one, "CLP", range(4, 5)) - _total(one, "PLB", range(4, 15, 2))
        for one in sample.sets
    )


def _has_bad_date(sample: Sample) -> bool:
    def is_bad(text: str) -> bool:
        try:
            return not dt.date(2000, 1, 1) <= dt.date.fromisoformat(text) <= TODAY + dt.timedelta(60)
        except ValueError:
            return True

    return any(is_bad(text) for text in sample.element("BPR", 16))


def _key(one: list[list[str]]) -> tuple[str, ...]:
    header = {seg[0] + (seg[1] if seg[0] == "N1" else ""): seg for seg in reversed(one)}
    return (*header["TRN"][2:4], header["N1PE"][4])


# reason -> whether it is true of the file
IS_TRUE: dict[str, Callable[[Sample], bool]] = {
    "BAD_ISA": lambda one: not one.is_padded,
    "UNSUPPORTED_GUIDE": lambda one: one.isa[12] != "00501",
    "SE01": lambda one: any(part[-1][1] != str(len(part)) for part in one.sets),
    "GE01": lambda one: one.element("GE", 1) != {str(len(one.sets))},
    "GE02": lambda one: one.element("GE", 2) != one.element("GS", 6),
    "BPR16": _has_bad_date,
    "NO_PAYEE": lambda one: not any(seg[:2] == ["N1", "PE"] for part in one.sets for seg in part),
    "PAYMENT_GATE": _breaks_the_payment_gate,
}
NOTES = ("BOM", "UNTERMINATED")  # said of a file, but nothing is refused for them


def files(shared: Path) -> dict[str, bytes]:
    """Every sample by its sha256."""
    found = [path.read_bytes() for path in sorted((shared / "samples" / "835").iterdir())]
    assert len(found) > 20
    return {hashlib.sha256(data).hexdigest(): data for data in found}


def work(home: Home, dropped: dict[str, bytes], prefix: str) -> None:
    """Drop the files, sweep until none is waited for, open, load and post."""
    for number, data in enumerate(dropped.values()):
        (home.settings.inbox / f"{prefix}{number}.835").write_bytes(data)
    store = inbox_store(home.settings)
    with home.write() as con:
        for _ in range(SWEEPS):
            sweep_inbox(con, home.settings.inbox, store, TODAY, "run")
        open_landed(con, store, home.config, TODAY, "run")
        remittance.run(con, store, home.config, TODAY, "run")
        posting.run(con, home.config, TODAY, "run")
    assert [path.name for path in home.settings.inbox.iterdir()] == ["landed"]


def ends(con: duckdb.DuckDBPyConnection) -> dict[str, dict[str, int]]:
    """How many sets of each file ended how: loaded, duplicate, quarantined, rejected."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for file_id, end, sets in con.execute(
        "SELECT file_id, coalesce(stage.outcome, one.disposition) AS ending, count(*) FROM transport.transaction_set AS one "
        "LEFT JOIN transport.handled AS stage ON stage.item_id = set_id AND stage.stage = 'remittance' GROUP BY ALL"
    ).fetchall():
        found[file_id][end] = sets
    return found


def reasons(con: duckdb.DuckDBPyConnection) -> dict[str, set[str]]:
    """The codes found in each file, notes left out."""
    found: dict[str, set[str]] = defaultdict(set)
    for file_id, code, text in con.execute("SELECT file_id, code, text FROM transport.problem").fetchall():
        assert text.endswith((".", "?"))
        if code not in NOTES:
            found[file_id].add(code)
    return found


def test_every_sample_is_tied_out_or_refused_with_a_true_reason(home: Home, shared: Path) -> None:
    samples = files(shared)
    work(home, samples, "first")
    with home.write() as con:
        end_of, reason_of = ends(con), reasons(con)
        loaded = con.execute(
            "SELECT trn02, trn03, payee_id, file_id FROM remittance.payment JOIN transport.file USING (file_id)"
        ).fetchall()
    standing = {row[:3]: row[3] for row in loaded}
    assert len(loaded) == len(standing) > 5
    seen: set[str] = set()
    for file_id, data in samples.items():
        kinds = set(end_of.get(file_id, {"no set at all": 1}))
        assert kinds in ({"loaded"}, {"duplicate"}, {"quarantined"}, {"rejected"}, {"no set at all"}), file_id
        seen |= kinds
        sample = Sample.read(data)
        if kinds <= {"loaded", "duplicate"}:
            assert reason_of[file_id] == set()
            assert {_key(one) for one in sample.sets} <= set(standing)
            assert not _breaks_the_payment_gate(sample)
            continue
        assert reason_of[file_id], file_id
        for code in reason_of[file_id]:
            if code == "TRN_REUSED":  # another file's payment of this key stands
                assert {standing[_key(one)] for one in sample.sets}.isdisjoint({file_id}), file_id
            else:
                assert IS_TRUE[code](sample), (file_id, code)
    assert seen >= {"loaded", "duplicate", "quarantined", "rejected"}


def test_every_cent_of_the_samples_is_in_suspense_with_an_exception_for_every_claim(home: Home, shared: Path) -> None:
    samples = files(shared)
    work(home, samples, "first")
    with home.write() as con:
        payments = con.execute(
            "SELECT file_id, payment_id, paid_cents, claims, plb_cents, claim_paid_cents, is_our_payee FROM remittance.payment"
        ).fetchall()
        stated = {Decimal(text) for file_id, *_ in payments for text in Sample.read(samples[file_id]).element("BPR", 2)}
        assert {Decimal(row[2]) / 100 for row in payments} == stated
        for _, payment, paid, claims, plbs, claim_paid, is_ours in payments:
            assert paid == claim_paid - plbs
            assert not is_ours
            entries = dict(
                con.execute("SELECT account, sum(cents) FROM ledger.entry WHERE payment_id = ? GROUP BY 1", [payment])
                .fetchall()
            )  # fmt: skip
            assert entries.get("CASH_CLEARING", 0) == paid
            assert entries.get("UNAPPLIED", 0) == -paid, "these claims are not ours: all of it waits in suspense"
            assert set(entries) <= {"CASH_CLEARING", "UNAPPLIED"}
            waiting = con.execute(
                "SELECT count(DISTINCT clp.remit_claim_id) FROM remittance.claim AS clp "
                "JOIN posting.open_exception AS waits USING (remit_claim_id) "
                "WHERE clp.payment_id = ? AND waits.is_blocking",
                [payment],
            ).fetchone()
            assert waiting == (claims,)
        total = sum(row[2] for row in payments)
        assert con.execute("SELECT account, CAST(sum(cents) AS BIGINT) FROM ledger.entry GROUP BY 1 ORDER BY 1").fetchall() == [
            ("CASH_CLEARING", total),
            ("UNAPPLIED", -total),
        ]  # fmt: skip
        assert total > 0
        assert verify(con) == []


def test_the_samples_again_under_other_names_change_nothing(home: Home, shared: Path) -> None:
    samples = files(shared)
    work(home, samples, "first")
    with home.write() as con:
        before = (content_hash(con), ends(con), reasons(con))
    work(home, dict(reversed(samples.items())), "again")
    with home.write() as con:
        assert (content_hash(con), ends(con), reasons(con)) == before
        assert con.execute("SELECT count(*) FROM transport.receipt").fetchone() == (2 * len(samples),)
        assert verify(con) == []
