"""Attributes of HTML whose names are no names in Python."""

from __future__ import annotations

from typing import Any


def named(**values: Any) -> dict[str, Any]:
    """aria_label="x" -> {"aria-label": "x"}, to be passed on with two stars."""
    return {name.replace("_", "-"): value for name, value in values.items()}
