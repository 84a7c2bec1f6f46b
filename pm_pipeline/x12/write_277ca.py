"""Writing a 277CA (005010X214): which claims went on to the payer and which came back, with balanced totals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from pm_pipeline.x12.write import InterchangeHeader, InterchangeWriter, amount, day8

GUIDE = "005010X214"


@dataclass(frozen=True)
class Status:
    """STC01 (category, status, entity), e.g. ``A7:164:IL``. WQ or U follows from the category."""

    category: str
    code: str
    entity: str | None = None

    @property
    def is_accepted(self) -> bool:
        """A0, A1, A2 and A5 are not rejections."""
        return self.category in ("A0", "A1", "A2", "A5")

    @property
    def action(self) -> str:
        """STC03: WQ accept, U reject."""
        return "WQ" if self.is_accepted else "U"


@dataclass(frozen=True)
class ClaimAnswer:
    """Loop 2000D to 2200D: one claim. `statuses` holds one or more; the claim is accepted when all are."""

    clm01: str
    last_name: str
    first_name: str
    member_id: str
    statuses: tuple[Status, ...]
    charge_cents: int
    dos_from: dt.date
    dos_to: dt.date
    payer_claim_number: str | None = None

    @property
    def is_accepted(self) -> bool:
        """True when no status is a rejection."""
        return all(status.is_accepted for status in self.statuses)


@dataclass(frozen=True)
class ProviderAnswer:
    """Loop 2000C: the claims of one billing provider."""

    name: str
    npi: str
    claims: tuple[ClaimAnswer, ...]


@dataclass(frozen=True)
class BatchAnswer:
    """One 277CA: the answer to one 837 transaction set. `batch_reference` is that set's BHT03."""

    reference: str
    batch_reference: str
    submitter_name: str
    submitter_id: str
    received_on: dt.date
    processed_at: dt.datetime
    providers: tuple[ProviderAnswer, ...]

    @property
    def claims(self) -> list[ClaimAnswer]:
        """All claims of all providers."""
        return [claim for provider in self.providers for claim in provider.claims]


@dataclass(frozen=True)
class Source:
    """Loop 2100A: who answers (a clearinghouse)."""

    name: str
    identifier: str


def write_277ca(
    header: InterchangeHeader,
    sender: str,
    receiver: str,
    group_number: int,
    source: Source,
    answers: Sequence[BatchAnswer],
) -> str:
    """One interchange with one HN group and a set per answer. Totals are computed here, so they balance."""
    out = InterchangeWriter(header)
    out.begin_group("HN", sender, receiver, group_number, GUIDE)
    for number, answer in enumerate(answers, start=1):
        out.begin_set("277", f"{number:04d}", GUIDE)
        _write_batch(out, source, answer)
        out.end_set()
    out.end_group()
    return out.text()


def _write_batch(out: InterchangeWriter, source: Source, batch: BatchAnswer) -> None:
    at = batch.processed_at
    out.seg("BHT", "0085", "08", batch.reference, day8(at), f"{at:%H%M}", "TH")
    out.seg("HL", 1, None, "20", 1)
    out.seg("NM1", "AY", 2, source.name, None, None, None, None, "46", source.identifier)
    out.seg("TRN", 1, batch.reference)
    out.seg("DTP", "050", "D8", day8(batch.received_on))
    out.seg("DTP", "009", "D8", day8(at))
    out.seg("HL", 2, 1, "21", 1 if batch.claims else 0)
    out.seg("NM1", "41", 2, batch.submitter_name, None, None, None, None, "46", batch.submitter_id)
    out.seg("TRN", 2, batch.batch_reference)
    _write_status(out, Status("A1", "19", "PR"), day8(at), sum(claim.charge_cents for claim in batch.claims))
    _write_totals(out, batch.claims, "90", "AA")
    level = 2
    for provider in batch.providers:
        level += 1
        parent = level
        out.seg("HL", level, 2, "19", 1)
        out.seg("NM1", "85", 2, provider.name, None, None, None, None, "XX", provider.npi)
        out.seg("TRN", 1, 0)
        _write_status(out, Status("A1", "19", "PR"), None, sum(claim.charge_cents for claim in provider.claims))
        _write_totals(out, provider.claims, "QA", "QC")
        for claim in provider.claims:
            level += 1
            _write_claim(out, claim, level, parent, at)


def _write_claim(out: InterchangeWriter, claim: ClaimAnswer, level: int, parent: int, at: dt.datetime) -> None:
    out.seg("HL", level, parent, "PT")
    out.seg("NM1", "QC", 1, claim.last_name, claim.first_name, None, None, None, "MI", claim.member_id)
    out.seg("TRN", 2, claim.clm01)
    for status in claim.statuses:
        _write_status(out, status, day8(at), claim.charge_cents)
    if claim.payer_claim_number:
        out.seg("REF", "1K", claim.payer_claim_number)
    if claim.dos_from == claim.dos_to:
        out.seg("DTP", "472", "D8", day8(claim.dos_from))
    else:
        out.seg("DTP", "472", "RD8", f"{day8(claim.dos_from)}-{day8(claim.dos_to)}")


def _write_status(out: InterchangeWriter, status: Status, day: str | None, cents: int) -> None:
    out.seg("STC", out.composite(status.category, status.code, status.entity), day, status.action, amount(cents))


def _write_totals(out: InterchangeWriter, claims: Sequence[ClaimAnswer], accepted: str, rejected: str) -> None:
    good = [claim.charge_cents for claim in claims if claim.is_accepted]
    bad = [claim.charge_cents for claim in claims if not claim.is_accepted]
    for qualifier, found in ((accepted, good), (rejected, bad)):
        if found:
            out.seg("QTY", qualifier, len(found))
    for qualifier, found in (("YU", good), ("YY", bad)):
        if found:
            out.seg("AMT", qualifier, amount(sum(found)))
