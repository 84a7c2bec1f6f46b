"""Appeal letters: the PDF says what the denial says, is private, names nobody in its file name, and never has a blank."""

from __future__ import annotations

import hashlib
import io
import re
import shutil
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader

from pm_pipeline.errors import DenialError, PmError
from pm_pipeline.receivables.letters import Letter, write_letter
from tests.money import TODAY, Adjustment, World
from tests.receivables.desk import refused, register

ARGUMENT = "The examination found what the plan requires.\n\nA second paragraph: 5 < 6 & **bold**."


def write(world: World, denial: str, template: str | None = None, argument: str = ARGUMENT, by: str = "wren") -> Letter:
    return write_letter(world.con, world.config, world.folder / "letters", denial, template, 1, by, argument, TODAY)


def text_of(letter: Letter) -> str:
    """The text a reader of the PDF sees, one blank between words."""
    pages = PdfReader(io.BytesIO(letter.path.read_bytes())).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_the_letter_says_who_what_when_and_how_much(world: World) -> None:
    register(world)
    denial = refused(world)
    said = text_of(write(world, denial))
    for words in (
        "HARBOR VIEW FAMILY MEDICINE", "Tax ID 99-0300018", "BLUE HARBOR HEALTH PLAN", "PO BOX 2001", "BOSTON, MA 02101-0001", "July 1, 2026",
        "RE: Appeal - medical necessity", "TILDA TESTER", "February 3, 1980", "ABC123456789", "GRP77", "IC1", "C1", "June 1, 2026",
        "JUNE ALDER, NPI 1990300216", "On June 20, 2026 you denied the service below in the amount of $100.00", "CO-50", "99213", "E119",
        "The examination found what the plan requires.", "A second paragraph: 5 < 6 & bold.", "WREN HOLLIS", "Denial Specialist", "Enclosures",
        "Page 1",
    ):  # fmt: skip
        assert words in said, words
    assert "{{" not in said
    assert "None" not in said


@pytest.mark.parametrize(
    "template", ["general", "medical_necessity", "authorization", "timely_filing", "coding", "records", "contract"]
)
def test_every_shipped_template_makes_a_letter_of_one_or_two_pages(world: World, template: str) -> None:
    register(world)
    denial = refused(world, adjustment=Adjustment("CO", "16", 10_000), remarks=("M77",))
    made = write(world, denial, template)
    assert 1 <= len(PdfReader(io.BytesIO(made.path.read_bytes())).pages) <= 2
    said = text_of(made)
    assert "{" not in said
    assert "$100.00" in said


def test_the_file_is_private_named_without_a_person_and_the_same_facts_are_the_same_bytes(world: World) -> None:
    register(world)
    denial = refused(world)
    first = write(world, denial)
    again = write(world, denial)
    assert first == again
    assert first.sha256 == hashlib.sha256(first.path.read_bytes()).hexdigest()
    assert stat.S_IMODE(first.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(first.path.parent.stat().st_mode) == 0o700
    assert re.fullmatch(rf"{denial}-[0-9a-f]{{12}}\.pdf", first.path.name)
    other = write(world, denial, argument="Something else.")
    assert first.path.exists()
    assert other.path != first.path


def test_a_letter_about_timely_filing_lists_what_our_records_prove(world: World) -> None:
    register(world)
    denial = refused(world, adjustment=Adjustment("CO", "29", 10_000))
    for seq, (kind, day) in enumerate(
        (("sent", "2026-06-02"), ("set_accepted", "2026-06-03"), ("accepted", "2026-06-04")), 900
    ):
        world.con.execute(
            "INSERT INTO scrub.claim_event VALUES (?, 'C1', 1, ?, ?, ?, 50, ?, NULL, NULL, NULL, 'r', now()::TIMESTAMP)",
            [f"V{seq}", seq, kind, kind, day],
        )
    said = text_of(write(world, denial))
    assert "your limit of 180 days ended on November 28, 2026" in said
    assert "June 4, 2026: claim accepted for adjudication (277CA)" in said
    assert said.index("June 2, 2026:") < said.index("June 3, 2026:") < said.index("June 4, 2026:")


def test_a_name_the_font_has_no_letters_for_is_spelled_as_the_claim_spells_it(world: World) -> None:
    register(world, last_name="Łącki-Müller")
    assert "TILDA Lacki-Müller" in text_of(write(world, refused(world)))


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("{{ patient.nickname }}", r"own\.md: .*nickname.*Placeholders: .*patient\.name"),
        ("one\n{% if %}", r"own\.md, line 6: "),
        ("{{ ''.__class__.__mro__ }}", r"own\.md: "),
    ],
)
def test_a_template_with_a_fault_is_named_and_no_letter_is_made(world: World, body: str, says: str) -> None:
    register(world)
    denial = refused(world)
    folder = world.folder / "own"
    shutil.copytree(world.config.denials.letters, folder)
    (folder / "own.md").write_text(f"---\nsubject: Own\n---\n\n{body}\n")
    world.config = replace(world.config, denials=replace(world.config.denials, letters=folder))
    with pytest.raises(DenialError, match=says):
        write(world, denial, "own")
    assert not (world.folder / "letters").exists()


def test_a_template_without_a_head_or_that_is_not_there(world: World) -> None:
    register(world)
    denial = refused(world)
    folder = Path(shutil.copytree(world.config.denials.letters, world.folder / "own"))
    shutil.copy(folder / "general.md", world.folder / "outside.md")
    for name in ("nothing", "../outside", str(world.folder / "outside"), "general.md", "a" * 300, "a\0"):
        with pytest.raises(
            DenialError, match=r"There is no letter template .*Those there are: authorization, .*general"
        ):
            write(world, denial, name)
    (folder / "general.md").write_text("Dear all,\n")
    world.config = replace(world.config, denials=replace(world.config.denials, letters=folder))
    with pytest.raises(DenialError, match="must open with a head"):
        write(world, denial, "general")


@pytest.mark.parametrize(
    ("argument", "by", "says"),
    [
        ("\N{CJK UNIFIED IDEOGRAPH-4E2D}", "wren", r"U\+4E2D"),
        ("x", "nobody", "'nobody' is not among the people of people.yaml"),
    ],
)
def test_what_cannot_be_printed_or_signed_is_refused(world: World, argument: str, by: str, says: str) -> None:
    register(world)
    with pytest.raises(PmError, match=says):
        write(world, refused(world), argument=argument, by=by)


def test_without_the_patients_registration_there_is_no_letter(world: World) -> None:
    with pytest.raises(DenialError, match="is not registered"):
        write(world, refused(world))
