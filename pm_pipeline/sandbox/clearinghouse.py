"""The clearinghouse: takes 837 files, answers each interchange (TA1), group (999) and claim (277CA).

What is well formed is decided by a real validation of what was sent (x12.validate); what can be paid, by intake.py.
Claims it accepts wait in the books for their payer (payments.py).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from pm_pipeline.config import Config
from pm_pipeline.sandbox.draw import Draw
from pm_pipeline.sandbox.follow_up import FollowUps
from pm_pipeline.sandbox.hard import Hard
from pm_pipeline.sandbox.intake import Desk
from pm_pipeline.sandbox.outbox import Outbox
from pm_pipeline.sandbox.plan import Plan
from pm_pipeline.sandbox.read_837 import Claim, ClaimBatch, Unreadable, read_batch
from pm_pipeline.sandbox.store import Store
from pm_pipeline.x12.envelope import Envelope, Group, Interchange, open_envelope
from pm_pipeline.x12.findings import Finding, SetVerdict, Verdict
from pm_pipeline.x12.write_277ca import BatchAnswer, ClaimAnswer, ProviderAnswer, Source, Status, write_277ca
from pm_pipeline.x12.write_999 import (
    ELEMENT_CODES,
    SEGMENT_CODES,
    ElementError,
    GroupAnswer,
    SegmentError,
    SetAnswer,
    write_999,
)
from pm_pipeline.x12.write_ta1 import InterchangeAnswer, write_ta1

CLAIM = TypeAdapter(Claim)
TA1_NOTES = {"NO_IEA": "023", "IEA01": "021", "IEA02": "001"}
DUPLICATE = "025"
BAD_CONTENT = "024"
SPLIT = Status("A5", "20", "PR")
TEMPORARY = (".part", ".tmp", ".filepart")
SET_NOTES = frozenset({"2", "3", "4", "5", "23"})
GROUP_NOTES = {"NO_GE": "3", "GE02": "4", "GE01": "5"}


@dataclass(frozen=True)
class Taken:
    """One file that was taken: how many claims were accepted and returned by content."""

    name: str
    outcome: str
    accepted: int = 0
    rejected: int = 0


@dataclass
class Clearinghouse:
    """Takes files for `store`. `reject_next` asks for a TA1 R to the next good interchange (mischief)."""

    store: Store
    plan: Plan
    config: Config
    draw: Draw
    outbox: Outbox
    validate: Callable[[bytes], Verdict]
    follow_ups: FollowUps

    def __post_init__(self) -> None:
        self.desk = Desk(self.store, self.plan, self.config, self.draw)
        self.hard = Hard(self.store, self.plan, self.draw, self.follow_ups)
        self.payers = {payer.payer_id: payer for payer in self.config.payers}

    def take_all(self, folder: Path, archive: Path, today: dt.date) -> list[Taken]:
        """Take every whole file of a folder, in order of name, and move it to the archive, where its sender can see it.

        A file that is cut short is left for the next day: its upload may still be going on.
        """
        done: list[Taken] = []
        for path in sorted(folder.glob("*")) if folder.is_dir() else []:
            if path.name.startswith(".") or path.name.endswith(TEMPORARY) or not path.is_file():
                continue
            data = path.read_bytes()
            if taken := self._take(path.name, data, today):
                done.append(taken)
            archived = self.store.one("SELECT 1 FROM inbound WHERE sha256 = ? AND is_archived = 0", [_sha256(data)])
            if archived:
                _move(path, archive)
                self.store.do("UPDATE inbound SET is_archived = 1 WHERE sha256 = ?", [_sha256(data)])
        return done

    def _take(self, name: str, data: bytes, today: dt.date) -> Taken | None:
        """Judge a file and put the answers on their way; None when there is nothing to do (yet)."""
        sha256 = _sha256(data)
        if self.store.one("SELECT 1 FROM inbound WHERE sha256 = ? AND is_archived = 0", [sha256]):
            return None  # judged before, and only the move is missing
        envelope = open_envelope(data)
        cut_short = any(problem.code == "NO_IEA" for problem in envelope.all_problems()) or not data
        with self.store.unit():
            seen = self.store.meta(f"cut short {sha256}")
            if cut_short and (seen is None or seen == today.isoformat()):
                self.store.set_meta(f"cut short {sha256}", today.isoformat())
                return None
            verdict = self.validate(data)
            results = [self._interchange(one, envelope, verdict, sha256, today) for one in envelope.interchanges]
            taken = Taken(
                name,
                "taken" if results else "not X12",
                sum(good for good, _ in results),
                sum(bad for _, bad in results),
            )
            ordinal = self.store.all("SELECT 1 FROM inbound WHERE sha256 = ?", [sha256])
            self.store.add(
                "inbound", sha256=sha256, ordinal=len(ordinal) + 1, name=name, received_on=today.isoformat(),
                outcome=taken.outcome, is_archived=0,
            )  # fmt: skip
        return taken

    def _interchange(
        self, one: Interchange, envelope: Envelope, verdict: Verdict, sha256: str, today: dt.date
    ) -> tuple[int, int]:
        """Answer one interchange; returns how many claims were accepted and returned."""
        number = int(one.control_number) if one.control_number.isdigit() else 0
        before = self.store.all("SELECT 1 FROM interchange WHERE sender = ? AND isa13 = ?", [one.sender, number])
        note = "000"
        if one.disposition == "rejected":
            note = next((TA1_NOTES[problem.code] for problem in one.problems if problem.code in TA1_NOTES), BAD_CONTENT)
        elif before:
            note = DUPLICATE
        elif "interchange_rejected" in self.plan.mischief and self.store.next("interchanges seen") == 2:
            note = BAD_CONTENT
            self.store.add(
                "planted", item_id=f"ISA {number}", stage="wire", code="interchange_rejected", due_on=today.isoformat()
            )
        if note != "000" or one.isa[13] == "1":
            self._ta1(one, number, "A" if note == "000" else "R", note, today)
        answers, batches = ([], []) if note != "000" else self._groups(one, envelope, verdict)
        if answers:
            self._999(answers, today)
        accepted = rejected = 0
        if batches:
            accepted, rejected = self._277ca(batches, today)
        verdicts = {answer.code for answer in answers}
        self.store.add(
            "interchange", sender=one.sender, isa13=number, ordinal=len(before) + 1, sha256=sha256,
            received_on=today.isoformat(), ta1="A" if note == "000" else "R", note=note,
            verdict=verdicts.pop() if len(verdicts) == 1 else "P" if verdicts else None, claims=accepted + rejected,
        )  # fmt: skip
        return accepted, rejected

    def _groups(
        self, one: Interchange, envelope: Envelope, verdict: Verdict
    ) -> tuple[list[GroupAnswer], list[ClaimBatch]]:
        answers: list[GroupAnswer] = []
        batches: list[ClaimBatch] = []
        judged = {found.first_segment_no: found for found in verdict.sets}
        for group in one.groups:
            notes = tuple(dict.fromkeys(GROUP_NOTES[p.code] for p in group.problems if p.code in GROUP_NOTES))
            sets: list[SetAnswer] = []
            for each in group.sets:
                answer = _set_answer(judged.get(each.first_segment_no), each.st01, each.st02, each.st03 or group.gs08)
                if answer.code == "A" and not notes and group.disposition != "rejected":
                    try:
                        batches.append(read_batch(envelope.cut(each.start, each.end), one.delimiters))
                    except Unreadable:
                        answer = SetAnswer(each.st01, each.st02, each.st03 or group.gs08, "R", notes=("5",))
                sets.append(answer)
            answers.append(GroupAnswer(group.gs01, group.gs06, group.gs08, _stated(group), tuple(sets), notes))
        return answers, batches

    def _ta1(self, one: Interchange, number: int, code: str, note: str, today: dt.date) -> None:
        control = self.store.next("ISA13")
        try:
            sent_at = dt.datetime.strptime(one.isa[8] + one.isa[9], "%y%m%d%H%M")  # noqa: DTZ007  (the sender's clock)
        except ValueError:
            sent_at = _clock(today)
        answer = InterchangeAnswer(number, sent_at, "A" if code == "A" else "R", note)
        text = write_ta1(self.outbox.ends.header(control, _clock(today)), [answer])
        self.outbox.answer("TA1", f"TA1_{control:09d}.edi", text, today)

    def _999(self, answers: list[GroupAnswer], today: dt.date) -> None:
        control = self.store.next("ISA13")
        text = write_999(self.outbox.ends.header(control, _clock(today)), *self.outbox.ends.gs, control, answers)
        self.outbox.answer("999", f"999_{control:09d}.edi", text, today)

    def _277ca(self, batches: list[ClaimBatch], today: dt.date) -> tuple[int, int]:
        """Judge every claim, file it, and answer on the next day."""
        control, ends = self.store.next("ISA13"), self.outbox.ends
        due_on = today + dt.timedelta(days=1)
        answers: list[BatchAnswer] = []
        for place, batch in enumerate(batches, start=1):
            claims = tuple(one for claim in batch.claims for one in self._claim(claim, batch, today, due_on))
            answers.append(
                BatchAnswer(
                    f"{control}{place:04d}", batch.reference, batch.submitter_name, batch.submitter_id, today,
                    _clock(due_on), (ProviderAnswer(batch.billing_name, batch.billing_npi, claims),),
                )
            )  # fmt: skip
        source = Source(self.outbox.ends.clearinghouse.name.upper(), ends.gs[0])
        text = write_277ca(ends.header(control, _clock(due_on)), *ends.gs, control, source, answers)
        late = 3 if "out_of_order" in self.plan.mischief and self.store.next("277CA made") == 2 else 0
        self.outbox.answer("277CA", f"277CA_{control:09d}.edi", text, due_on + dt.timedelta(days=late))
        good = [claim.is_accepted for answer in answers for claim in answer.claims]
        return sum(good), len(good) - sum(good)

    def _claim(self, claim: Claim, batch: ClaimBatch, today: dt.date, answered_on: dt.date) -> list[ClaimAnswer]:
        """The answer to a claim; two when the payer takes it in two parts."""
        found = self.desk.judge(claim)
        is_accepted = found.status.is_accepted
        times = len(self.store.all("SELECT 1 FROM claim WHERE clm01 = ? AND turn = ?", [claim.clm01, claim.turn]))
        name = (claim.clm01, claim.turn, times)
        number = (
            f"{claim.payer_id[-3:]}{today:%y%j}{self.draw.digits(8, 'claim number', *name)}" if is_accepted else None
        )
        status = ":".join(part for part in (found.status.category, found.status.code, found.status.entity) if part)
        second = f"{number}B" if number and self.hard.splits(claim, found.patient_id) else None
        self.store.add(
            "claim", clm01=claim.clm01, turn=claim.turn, payer_id=claim.payer_id, frequency=claim.frequency,
            received_on=today.isoformat(), st02=batch.st02, charge_cents=claim.charge_cents,
            body=CLAIM.dump_json(claim).decode(), patient_id=found.patient_id, visit=found.visit, status=status,
            is_accepted=is_accepted, payer_claim_number=number, second_number=second,
            ready_on=(today + dt.timedelta(days=self._days(name))).isoformat() if is_accepted else None,
        )  # fmt: skip
        if found.is_at_random and found.visit:
            self.follow_ups.after_rejection(found.visit, answered_on)
        who, first = claim.patient, claim.lines[0].charge_cents
        statuses, parts = (found.status,), [(number, claim.charge_cents)]
        if second:
            statuses, parts = (SPLIT,), [(number, first), (second, claim.charge_cents - first)]
        return [
            ClaimAnswer(
                claim.clm01, who.last, who.first, claim.subscriber.identifier, statuses, charged,
                claim.dos_from, claim.dos_to, one,
            )
            for one, charged in parts
        ]  # fmt: skip

    def _days(self, name: tuple[object, ...]) -> int:
        """How long the payer takes to decide."""
        outcomes = self.plan.claims
        slow = self.draw.happens(outcomes.slow, "slow", *name)
        return self.draw.between(outcomes.slow_days if slow else outcomes.adjudication_days, "days", *name)


def _set_answer(verdict: SetVerdict | None, st01: str, st02: str, guide: str) -> SetAnswer:
    """A set that nobody judged was not understood: rejected."""
    if verdict is not None and verdict.is_valid:
        return SetAnswer(st01, st02, guide, "A")
    findings = verdict.findings if verdict else []
    notes = dict.fromkeys(found.code for found in findings if found.level == "set" and found.code in SET_NOTES)
    if not notes or any(found.level in ("segment", "element") for found in findings):
        notes.setdefault("5")
    return SetAnswer(st01, st02, guide, "R", _errors(findings), tuple(notes)[:5])


def _errors(findings: list[Finding]) -> tuple[SegmentError, ...]:
    """One IK3 per segment at fault, with an IK4 per element at fault."""
    places: dict[int, list[Finding]] = {}
    for found in findings:
        if found.segment_in_set and found.level in ("segment", "element"):
            places.setdefault(found.segment_in_set, []).append(found)
    errors: list[SegmentError] = []
    for position, some in sorted(places.items()):
        elements = tuple(
            ElementError(found.element, found.code if found.code in ELEMENT_CODES else "7", found.component)
            for found in some
            if found.level == "element" and found.element
        )
        codes = [found.code for found in some if found.level == "segment"]
        code = "8" if elements or not codes else codes[0] if codes[0] in SEGMENT_CODES else "I6"
        name = next((found.segment_id for found in some if found.segment_id), "ST")
        errors.append(SegmentError(name, position, code, elements=elements))
    return tuple(errors)


def _stated(group: Group) -> int:
    """AK902: how many sets came; what GE01 says is in the notes when it says something else."""
    return len(group.sets)


def _clock(day: dt.date) -> dt.datetime:
    """The clearinghouse answers at six in the morning."""
    return dt.datetime.combine(day, dt.time(6, 0))


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _move(path: Path, archive: Path) -> None:
    """Into the archive, beside a file of the same name if there is one."""
    archive.mkdir(parents=True, exist_ok=True)
    target, number = archive / path.name, 1
    while target.exists():
        number += 1
        target = archive / f"{path.name}.{number}"
    path.replace(target)
