"""One list of people: who acts, in what role, and who may be the second of two."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from pm_pipeline.config.people import People
from pm_pipeline.errors import PmError
from tests.money import shipped

PEOPLE = People.model_validate(
    {
        "people": [
            {"person": "ana", "name": "ANA REED", "title": "Desk", "roles": ["money"]},
            {
                "person": "ben",
                "name": "BEN FROST",
                "title": "Lead",
                "roles": ["money", "denials"],
                "may_approve_cents": 5_000,
            },
            {
                "person": "cleo",
                "name": "CLEO MARSH",
                "title": "Coder",
                "roles": ["denials"],
                "may_approve_cents": 9_000,
            },
        ]
    }
)


@pytest.mark.parametrize("who", ["ana", "ANA", "Ana Reed", " ana  reed "])
def test_a_person_is_found_by_id_or_name_and_kept_under_the_id(who: str) -> None:
    assert PEOPLE.acting(who, "money").person == "ana"


def test_who_is_not_listed_or_has_not_the_role_is_told_who_has() -> None:
    with pytest.raises(PmError, match=r"'dora' is not among the people of people\.yaml \(for money: ana, ben\)"):
        PEOPLE.acting("dora", "money")
    with pytest.raises(PmError, match=r"ana has no role denials in people\.yaml; those who have it: ben, cleo"):
        PEOPLE.acting("ana", "denials")
    with pytest.raises(PmError, match=r"for exceptions: nobody yet"):
        PEOPLE.acting("dora", "exceptions")


def test_the_second_is_another_person_with_the_limit() -> None:
    assert PEOPLE.second("ben", "denials", "cleo", 5_000).person == "ben"
    with pytest.raises(PmError, match="ben asked for it and cannot answer it too"):
        PEOPLE.second("Ben Frost", "denials", "ben", 1)
    with pytest.raises(PmError, match=r"ben may approve up to 50.00; this is 50.01 .*Who may: nobody"):
        PEOPLE.second("ben", "denials", "cleo", 5_001)
    with pytest.raises(PmError, match=r"Who may: cleo"):
        PEOPLE.second("ben", "denials", "ana", 5_001)


def people(*said: tuple[str, str]) -> People:
    """People with these ids and names."""
    return People.model_validate(
        {"people": [{"person": one, "name": name, "title": "Desk", "roles": ["money"]} for one, name in said]}
    )


@pytest.mark.parametrize(
    "said",
    [
        (("ana", "ANA REED"), ("ANA", "ANA FROST")),
        (("ana", "ANA REED"), ("ben", "Ana  Reed ")),
        (("ana", "ANA REED"), ("reed", "Ana")),
        (("ana", "Reed"), ("reed", "ANA FROST")),
    ],
)
def test_nobody_is_called_as_another_is_by_id_or_name(said: tuple[tuple[str, str], ...]) -> None:
    with pytest.raises(ValidationError, match="is given twice; everybody needs an id and a name that nobody else has"):
        people(*said)


def test_blanks_of_a_name_do_not_count_and_an_id_may_be_the_name() -> None:
    found = people(("ana", " ANA   REED "), ("ben", "Ben"))
    assert [one.name for one in found.people] == ["ANA REED", "Ben"]
    assert found.acting("ana reed", "money").person == "ana"
    assert found.acting("BEN", "money").person == "ben"
    with pytest.raises(ValidationError, match="short"):
        people(("ana", "  "))


def test_somebody_shipped_may_approve() -> None:
    assert any(one.may_approve_cents for one in shipped().people.people)
