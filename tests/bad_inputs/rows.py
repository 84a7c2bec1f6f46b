"""The register: which row of ../shared/domain/bad_inputs.csv is which case, and what its behaviour word is here.

A case is a generator over a Scene (scene.py). It lands its trigger and yields; what else landed that day is loaded and
posted with it; it goes on and says what became of it, and may land more. All rows about 835s live in one world, so each
is shown to leave all the others alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

QUAR_ST, SUSPENSE, POST_EXC, ACCEPT, NOOP_DUP, FAIL_STOP = WORDS = (
    "QUAR_ST",  # the set is quarantined, its siblings are not
    "SUSPENSE",  # the money waits in UNAPPLIED with a blocking exception
    "POST_EXC",  # it posts, and a person is to look at it
    "ACCEPT",  # it posts
    "NOOP_DUP",  # it was there before: nothing happens
    "FAIL_STOP",  # the program refuses to go on
)

MODULES = ("test_header_835", "test_claim_835_amounts", "test_claim_835_identity", "test_plb_835")

# rows whose word here is another one than the list's, and why
DEVIATIONS = {
    "B100": (ACCEPT, "CLM01 stays the same over replacement (DESIGN.md, part 4): the family is one claim, so nothing is odd"),
    "B119": (SUSPENSE, "DESIGN.md, law 6: unknown CARC: hold. The money is in UNAPPLIED, not lost, and posts once the code is known"),
    "B137": (SUSPENSE, "DESIGN.md, law 6: unknown PLB code: hold. The set ties all the same: claims and PLB wait in UNAPPLIED together"),
}  # fmt: skip

Steps = Iterator[None]


@dataclass(frozen=True)
class Case:
    """One row, or one variant of its trigger. `behaviour` is one of WORDS."""

    row: str
    behaviour: str
    number: int
    trigger: Callable[..., Steps]
    arguments: tuple[Any, ...] = ()

    @property
    def id(self) -> str:
        """The test's id: row, what is wrong, and the variant."""
        parts = [self.row, self.trigger.__name__, *map(str, self.arguments)]
        return "-".join(parts)


class Cases(list[Case]):
    """The cases of one module."""

    def row(self, row: str, behaviour: str, *variants: Any) -> Callable[[Callable[..., Steps]], Callable[..., Steps]]:
        """Register the function below as a row's case, once per variant (an argument, or several in a tuple)."""

        def register(trigger: Callable[..., Steps]) -> Callable[..., Steps]:
            for one in variants or ((),):
                arguments = one if isinstance(one, tuple) else (one,)
                number = sum(case.row == row for case in self)
                self.append(Case(row, behaviour, number, trigger, arguments))
            return trigger

        return register
