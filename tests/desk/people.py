"""People at the desk, for tests: actions as the door makes them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pm_pipeline.desk import Action, new_action_id

NOON = dt.datetime(2026, 7, 1, 12, 0)


def said(**given: Any) -> Action:
    """A note of wren's about denial I1 at noon, but for what is given."""
    made: dict[str, Any] = {
        "action_id": new_action_id(), "at": NOON, "by": "wren", "kind": "denial", "item": "I1", "action": "note", "arguments": {},
        "why": "called the payer", "generation": 3,
    }  # fmt: skip
    return Action(**(made | given))
