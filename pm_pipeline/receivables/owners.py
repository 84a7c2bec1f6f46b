"""Who may own a piece of work: a person, or a team the practice's own files name."""

from __future__ import annotations

from pm_pipeline.config import Config
from pm_pipeline.errors import DenialError
from pm_pipeline.scrub import rules_in_force


def owner(config: Config, given: str) -> str:
    """The id of the person with this id or name, or the team of this name, which edit rules or denial_workflow.yaml know.

    Raises DenialError with all there are.
    """
    if (person := config.people.find(given)) is not None:
        return person.person
    teams = {*config.denials.workflow.teams, *(one.rule.owner for one in rules_in_force(config).rules)}
    if given not in teams:
        known = ", ".join(sorted(teams | {one.person for one in config.people.people}))
        raise DenialError(
            f"{given!r} is no person and no team here: expected one of {known} (people.yaml, by id or name; denial_workflow.yaml; edit rules)."
        )
    return given
