"""Policies for tests: the shipped standard one with rules before its own, and the practice that goes by them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pm_pipeline.config.policy import FOREVER, InForce, PaymentRule, PolicyRule, PostingPolicy, Requirements
from tests.money import World

LONG_AGO = dt.date(2020, 1, 1)


def standard(
    world: World, *rules: dict[str, Any], payments: Sequence[dict[str, Any]] = (), version: int = 1, **require: bool
) -> PostingPolicy:
    """The shipped standard policy with these rules first; a rule's why may be left out."""
    shipped = world.config.posting_policy.of("standard")[0]
    return shipped.model_copy(
        update={
            "version": version,
            "require": Requirements(**require),
            "payments": [PaymentRule(**{"why": "a test", **one}) for one in payments] or shipped.payments,
            "rules": [*(PolicyRule(**{"why": "a test", **one}) for one in rules), *shipped.rules],
        }
    )


def strict(world: World) -> PostingPolicy:
    """The shipped strict policy."""
    return world.config.posting_policy.of("strict")[0]


def go_by(world: World, *spans: tuple[PostingPolicy, dt.date, dt.date] | PostingPolicy) -> None:
    """From now on the practice goes by these policies: each always, or (policy, first day, last day)."""
    in_force = tuple(InForce(*one) if isinstance(one, tuple) else InForce(one, LONG_AGO, FOREVER) for one in spans)
    world.config = replace(world.config, posting_policy=replace(world.config.posting_policy, in_force=in_force))
