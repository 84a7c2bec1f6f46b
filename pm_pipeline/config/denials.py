"""The shape of denial_workflow.yaml and denial_edits.yaml: how a practice works its denials, and which edit would have stopped each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from pm_pipeline.config.models import Strict
from pm_pipeline.config.values import Code
from pm_pipeline.errors import DenialError

Work = Literal["correct_and_resubmit", "appeal", "write_off", "transfer", "close"]
Reason = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,30}$")]
Group = Literal["CO", "OA", "PI", "PR"]
Days = Annotated[int, Field(ge=0)]
EditId = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]+-[0-9]+$")]


class CloseReason(Strict):
    """A reason to close an episode by hand; leaves_balance: although the payer still owes the charge."""

    why: str
    leaves_balance: bool = False


class AnswerDays(Strict):
    """Days to wait for an answer before somebody asks."""

    appeal: Days
    resubmission: Days
    approval: Days


class BillPatient(Strict):
    """Which denials may be moved to the patient at all; the remarks that forbid it are in codes/rarc.csv."""

    groups: list[Group]
    categories: list[str] = Field(default_factory=list)


class Queue(Strict):
    """One pile of denials; the first whose conditions all hold takes the episode. See denial_workflow.yaml."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9-]{1,30}$")]
    why: str
    categories: list[str] = Field(default_factory=list)
    payers: list[str] = Field(default_factory=list)
    groups: list[Group] = Field(default_factory=list)
    carcs: list[str] = Field(default_factory=list)
    appealable: bool | None = None
    min_cents: int | None = None
    max_cents: int | None = None
    owner: str
    next_action: Work
    days_to_act: Days
    escalate_after_days: Days
    escalate_to: str
    chance: Annotated[float, Field(ge=0, le=1)]
    letter: Reason
    write_off_reason: Reason
    actions: Annotated[list[Work], Field(min_length=1)]
    as_new_claim: bool = False

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.next_action not in self.actions:
            raise ValueError(f"next_action: {self.next_action} is not among this queue's actions; add it there")
        return self

    @property
    def takes_everything(self) -> bool:
        """Whether it has no condition."""
        listed = (self.categories, self.payers, self.groups, self.carcs)
        return not any(listed) and self.appealable is None and self.min_cents is None and self.max_cents is None


class DenialWorkflow(Strict):
    """denial_workflow.yaml."""

    workflow_id: Code
    version: Annotated[int, Field(gt=0)]
    effective_from: dt.date
    owner: str
    priority: Literal["amount_x_chance", "amount", "deadline"]
    answer_days: AnswerDays
    approvals: str
    write_off_reasons: dict[Reason, str]
    close_reasons: dict[Reason, CloseReason]
    bill_patient: BillPatient
    queues: Annotated[list[Queue], Field(min_length=1)]

    @model_validator(mode="after")
    def _check(self) -> Self:
        ids = [one.id for one in self.queues]
        if twice := next((one for one in ids if ids.count(one) > 1), None):
            raise ValueError(f"queues: {twice} is given twice; every id must be unique")
        if not self.queues[-1].takes_everything:
            raise ValueError("queues: the last one must have no condition, so that every denial has a queue")
        for place, queue in enumerate(self.queues):
            if queue.write_off_reason not in self.write_off_reasons:
                raise ValueError(
                    f"queues[{place}].write_off_reason: {queue.write_off_reason} is not among write_off_reasons"
                )
            if queue.takes_everything and place < len(self.queues) - 1:
                raise ValueError(
                    f"queues[{place}]: {queue.id} has no condition, so nothing reaches the queues after it"
                )
        return self

    @property
    def teams(self) -> set[str]:
        """Everybody the workflow names as an owner: of a queue, of what waited too long, of approvals."""
        return {self.approvals, *(name for one in self.queues for name in (one.owner, one.escalate_to))}

    def queue(self, queue_id: str) -> Queue:
        """The queue with this id; the last one, which takes everything, when there is none such (any more)."""
        return next((one for one in self.queues if one.id == queue_id), self.queues[-1])


class DenialEdit(Strict):
    """Which edits (scrub/rules) would have stopped a denial with these codes; an empty condition holds always."""

    carcs: list[str] = Field(default_factory=list)
    rarcs: list[str] = Field(default_factory=list)
    categories: list[str] = Field(default_factory=list)
    edits: Annotated[list[EditId], Field(min_length=1)]

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not (self.carcs or self.rarcs or self.categories):
            raise ValueError("give at least one of carcs, rarcs, categories")
        return self


class DenialEdits(Strict):
    """denial_edits.yaml; the first entry that fits decides."""

    denials: list[DenialEdit]


@dataclass(frozen=True)
class Denials:
    """All a practice says about denials. letters: the folder of the letter templates."""

    workflow: DenialWorkflow
    edits: DenialEdits
    letters: Path

    def unknown(
        self, payers: Iterable[str], carcs: Iterable[str], rarcs: Iterable[str], categories: Iterable[str]
    ) -> str | None:
        """The first value that names nothing, as `file: key: value is no ...`; None when there is none."""
        known = {
            "payers": (set(payers), "payer of payers.yaml"),
            "carcs": (set(carcs), "code of codes/carc.csv"),
            "rarcs": (set(rarcs), "code of codes/rarc.csv"),
            "categories": (set(categories), "category of codes/category.csv"),
        }
        parts: list[tuple[str, Queue | DenialEdit | BillPatient]] = [
            *((f"denial_workflow.yaml: queues[{place}]", one) for place, one in enumerate(self.workflow.queues)),
            ("denial_workflow.yaml: bill_patient", self.workflow.bill_patient),
            *((f"denial_edits.yaml: denials[{place}]", one) for place, one in enumerate(self.edits.denials)),
        ]
        for where, part in parts:
            for key, (values, kind) in known.items():
                for value in getattr(part, key, []):
                    if value not in values:
                        return f"{where}.{key}: {value!r} is no {kind}."
            if isinstance(part, Queue) and part.letter not in self.templates():
                return f"{where}.letter: there is no {self.letters / part.letter}.md."
        return None

    def templates(self) -> list[str]:
        """The names of the letter templates: the .md files of the folder, without .md."""
        return sorted(one.stem for one in self.letters.glob("*.md"))

    def template(self, letter: str) -> Path:
        """The file of a letter template. Raises DenialError for any text that is not the name of one: it may come from a form."""
        known = self.templates()
        if letter not in known:
            raise DenialError(
                f"There is no letter template {letter[:40]!r} in {self.letters}. Those there are: {', '.join(known) or 'none'}."
            )
        return self.letters / f"{letter}.md"
