"""A small world for tests about money: our claims in the warehouse, payers' 835s landed and posted by the real path."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import duckdb

from pm_pipeline import ledger, posting, receivables, remittance
from pm_pipeline.codes import refresh_codes
from pm_pipeline.config import Config, load_config
from pm_pipeline.settings import Settings
from pm_pipeline.transport.opening import open_landed
from pm_pipeline.transport.store import FileStore
from pm_pipeline.warehouse import load_rows, unit
from pm_pipeline.x12.write import InterchangeHeader
from pm_pipeline.x12.write_835 import (
    Adjustment,
    Name,
    Party,
    ProviderAdjustment,
    RemitClaim,
    RemitLine,
    Remittance,
    write_835,
)

DOS = dt.date(2026, 6, 1)
TODAY = dt.date(2026, 7, 1)
PAYERS = {"SMDCR": "1990000011", "SMDCD": "1990000012", "BLHRB": "1990000021", "SMTML": "1990000022"}
CO45, PR1, PR2, PR3 = (lambda cents, group=group, carc=carc: Adjustment(group, carc, cents) for group, carc in
                       (("CO", "45"), ("PR", "1"), ("PR", "2"), ("PR", "3")))  # fmt: skip


def line(
    charge_id: str, charge: int, paid: int, *adjustments: Adjustment, remarks: Sequence[str] = (), **more: object
) -> RemitLine:
    """A remittance line of charge `charge_id`, one unit of 99213 on DOS."""
    made = RemitLine(
        "99213", (), charge, paid, "1", DOS, DOS, f"L{charge_id}", None, tuple(adjustments), tuple(remarks)
    )
    return replace(made, **more)  # type: ignore[arg-type]


def claim(claim_id: str, *lines: RemitLine, status: str = "1", number: str = "ICN1", **more: object) -> RemitClaim:
    """A remittance claim whose totals are its lines': CLP05 is what their reasons of group PR come to."""
    patient = sum(cas.cents for one in lines for cas in one.adjustments if cas.group == "PR")
    made = RemitClaim(
        claim_id, status, sum(one.charge_cents for one in lines), sum(one.paid_cents for one in lines),
        None if status == "22" else patient, "CI", number, "11", "1", Name("TESTER", "TILDA", "M1"), None, tuple(lines), DOS, DOS, DOS,
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


def taken_back(one: RemitClaim) -> RemitClaim:
    """The reversal (CLP02 22) of a remittance claim: every amount negated."""
    lines = tuple(
        replace(
            part,
            charge_cents=-part.charge_cents,
            paid_cents=-part.paid_cents,
            adjustments=tuple(replace(cas, cents=-cas.cents) for cas in part.adjustments),
        )
        for part in one.lines
    )
    return replace(
        one, status="22", charge_cents=-one.charge_cents, paid_cents=-one.paid_cents, patient_cents=None, lines=lines,
        adjustments=tuple(replace(cas, cents=-cas.cents) for cas in one.adjustments),
    )  # fmt: skip


@dataclass(frozen=True)
class Bill:
    """A claim of ours: charge id -> cents, its first payer (None: the patient) and the one after it."""

    claim_id: str
    charges: dict[str, int]
    payer: str | None = "BLHRB"
    next_payer: str | None = None


@cache
def shipped() -> Config:
    """The configuration as shipped, read once: it is frozen."""
    return load_config(Settings.load({}))


@dataclass
class World:
    """The warehouse of one test."""

    con: duckdb.DuckDBPyConnection
    folder: Path
    config: Config = field(init=False)
    files: int = 0

    def __post_init__(self) -> None:
        self.config = shipped()
        self.store = FileStore(self.folder / "landed")
        refresh_codes(self.con, "codes")

    def bill(
        self, claim_id: str, charges: dict[str, int], payer: str | None = "BLHRB", next_payer: str | None = None
    ) -> None:
        """A claim of ours with these charges (charge id -> cents), in A/R of its first payer, or of the patient."""
        self.bill_all([Bill(claim_id, charges, payer, next_payer)])

    def bill_all(self, bills: Sequence[Bill]) -> None:
        """Several claims in one unit of work."""
        load_rows(
            self.con,
            "charges.charge",
            ["charge_id", "action", "claim_id", "group_no", "line_id", "practice_id", "encounter_id", "patient_id", "provider_id",
             "location_id", "entered_on", "dos_from", "dos_to", "procedure_code", "modifiers", "diagnoses", "diagnosis_pointers",
             "units", "charge_cents", "place_of_service", "file_id", "row_no", "landed_on", "run_id"],
            [(charge_id, "new", one.claim_id, 1, f"L{charge_id}", "HARBOR", f"E{one.claim_id}", "PT1", "P01", "MAIN", DOS, DOS, DOS, "99213",
              [], ["E119"], [1], 1, cents, "11", "feed", row, DOS, "r")
             for one in bills for row, (charge_id, cents) in enumerate(one.charges.items(), 1)],
        )  # fmt: skip
        load_rows(
            self.con,
            "scrub.claim",
            ["claim_id", "practice_id", "encounter_id", "group_no", "patient_id", "provider_id", "location_id", "payer_id", "payer_turn",
             "next_payer_id", "place_of_service", "diagnoses", "dos_from", "dos_to", "entered_on", "lines", "charge_cents", "content_hash",
             "built_on", "run_id"],
            [(one.claim_id, "HARBOR", f"E{one.claim_id}", 1, "PT1", "P01", "MAIN", one.payer, "primary" if one.payer else "patient",
              one.next_payer, "11", ["E119"], DOS, DOS, DOS, len(one.charges), sum(one.charges.values()), "h", DOS, "r") for one in bills],
        )  # fmt: skip
        with unit(self.con, "charges", "r") as work, ledger.proposals(self.con):
            load_rows(
                self.con,
                "ledger_proposal",
                ["txn_key", "txn_kind", "actor", "entry_kind", "account", "sub_account", "cents", "practice_id", "payer_id",
                 "provider_id", "claim_id", "charge_id", "service_on", "effective_on", "file_id", "segment_no"],
                [(f"charge:{charge_id}", "charge", "policy", "charge", account, sub, sign * cents, "HARBOR", one.payer,
                  "P01", one.claim_id, charge_id, DOS, DOS, "feed", row)
                 for one in bills for row, (charge_id, cents) in enumerate(one.charges.items(), 1)
                 for account, sub, sign in (("AR", "primary" if one.payer else "patient", 1), ("REVENUE_GROSS", "none", -1))],
            )  # fmt: skip
            ledger.post(self.con, work, "charges", DOS)
        self.con.execute(
            "INSERT OR IGNORE INTO transport.file VALUES ('feed', 'in', 'feed', 1, ?, now()::TIMESTAMP, 'r')", [DOS]
        )

    def remittance(
        self, *claims: RemitClaim, trace: str = "T1", payer: str = "BLHRB", plb: Sequence[tuple[str, str, int]] = (),
        paid: int | None = None, on: dt.date = dt.date(2026, 6, 20), **more: object,
    ) -> Remittance:  # fmt: skip
        """A payment that balances unless `paid` says otherwise; plb: (reason, reference, cents)."""
        adjustments = tuple(ProviderAdjustment(*one) for one in plb)
        total = sum(one.paid_cents for one in claims) - sum(one.cents for one in adjustments)
        practice = self.config.practice
        made = Remittance(
            Party("SYNTHETIC PAYER", PAYERS.get(payer, payer), "PO BOX 1", "AUGUSTA", "ME", "04330"),
            Party(practice.name, practice.npi, "100 HARBOR VIEW RD", "PORTLAND", "ME", "041010001", practice.tax_id),
            "ACH", total if paid is None else paid, on, trace, "RECEIVER", tuple(claims), adjustments,
        )  # fmt: skip
        return replace(made, **more)  # type: ignore[arg-type]

    def text(
        self, *remittances: Remittance, number: int | None = None, at: dt.datetime = dt.datetime(2026, 6, 20, 8, 0)
    ) -> str:
        """The 835 file of these payments."""
        self.files += 1
        header = InterchangeHeader("ZZ", "SANDBOXCH", "ZZ", "HARBORVIEW", number or self.files, "T", at)
        return write_835(header, "SANDBOXCH", "HARBORVIEW", number or self.files, remittances)

    def land(self, text: str, today: dt.date = TODAY, partner: str = "clearinghouse") -> str:
        """Land a file as if swept; returns its file_id."""
        file_id = self.store.put_bytes(text.encode())
        self.con.execute(
            "INSERT OR IGNORE INTO transport.file VALUES (?, 'in', 'x12', ?, ?, now()::TIMESTAMP, 'r')",
            [file_id, len(text), today],
        )
        self.con.execute(
            "INSERT OR IGNORE INTO transport.receipt VALUES (?, ?, ?, '/x', ?, NULL, ?, now()::TIMESTAMP, 'r')",
            [f"R{file_id}", file_id, partner, len(text), today],
        )
        return file_id

    def load(self, today: dt.date = TODAY, run_id: str = "run") -> remittance.Remitted:
        """Open and load what has landed."""
        open_landed(self.con, self.store, self.config, today, run_id)
        return remittance.run(self.con, self.store, self.config, today, run_id)

    def post(self, *remittances: Remittance, today: dt.date = TODAY, run_id: str = "run") -> posting.Posted:
        """Land these payments as one file (none: nothing new), load, post and age."""
        if remittances:
            self.land(self.text(*remittances), today)
        self.load(today, run_id)
        posted = posting.run(self.con, self.config, today, run_id)
        receivables.run(self.con, self.config, today, run_id)
        return posted

    def balances(self, claim_id: str | None = None) -> dict[str, int]:
        """account:sub_account -> cents, those that are not zero; of one claim, or of everything."""
        rows = self.con.execute(
            "SELECT account || ':' || sub_account, sum(cents) FROM ledger.entry WHERE $claim_id IS NULL OR claim_id = $claim_id "
            "GROUP BY 1 HAVING sum(cents) <> 0",
            {"claim_id": claim_id},
        ).fetchall()
        return {str(name): int(cents) for name, cents in rows}

    def ar(self, claim_id: str) -> dict[str, int]:
        """party -> cents that claim still has in A/R."""
        return {
            name.removeprefix("AR:"): cents for name, cents in self.balances(claim_id).items() if name.startswith("AR:")
        }

    def exceptions(self) -> list[str]:
        """Codes of the open exceptions, sorted."""
        return [row[0] for row in self.con.execute("SELECT code FROM posting.open_exception ORDER BY 1").fetchall()]

    def denials(self) -> list[tuple[str, int]]:
        """(category, cents) of the open denials, sorted."""
        rows = self.con.execute("SELECT category, denied_cents FROM receivables.open_denial ORDER BY 1, 2").fetchall()
        return [(str(category), int(cents)) for category, cents in rows]

    def problems(self) -> list[str]:
        """Codes of the problems found in landed files, sorted."""
        return [row[0] for row in self.con.execute("SELECT code FROM transport.problem ORDER BY 1").fetchall()]
