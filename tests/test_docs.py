"""The README and the changelog are true: commands, targets, files and columns they name are there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import click
import pytest

from pm_pipeline.cli import main
from pm_pipeline.intake.document import find, table

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()


def test_the_charge_feed_is_documented_as_it_is() -> None:
    shown = re.search(r"<!-- feed charges: [^>]*-->\n(.*?)<!-- /feed -->", README, re.DOTALL)
    assert shown, "README.md has lost the comments around the charge feed's table"
    assert shown[1] == table(find("charges")), "write it again: python -m pm_pipeline.intake.document charges"


def test_every_pm_command_the_readme_names_exists() -> None:
    for line in re.findall(r"^pm (.+)$|`pm ([^`]+)`", README, re.MULTILINE):
        words = next(filter(None, line)).split("#")[0].split()
        command: click.Command = main
        while isinstance(command, click.Group):
            command = command.commands[words.pop(0)]
        options = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
        assert {word for word in words if word.startswith("--")} <= options


def test_every_make_target_the_readme_names_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"^make ([a-z]+)", README, re.MULTILINE)) | set(re.findall(r"`make ([a-z]+)`", README))
    assert named
    assert named <= targets


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"`((?:pm_pipeline|dbt_project|tests|config)/[A-Za-z_./]+)`", README)))
)
def test_every_file_the_readme_names_is_there(path: str) -> None:
    assert (ROOT / path).exists() or (ROOT / "pm_pipeline" / path).exists()


def test_every_picture_the_readme_shows_is_there() -> None:
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README)
    assert pictures
    assert [one for one in pictures if not (ROOT / one).is_file()] == []


def test_the_changelog_speaks_of_the_version_that_is_built() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert f"## [{version}]" in (ROOT / "CHANGELOG.md").read_text()


def test_the_settings_named_in_the_readme_are_read() -> None:
    settings = (ROOT / "pm_pipeline" / "settings.py").read_text()
    for name in set(re.findall(r"PM_[A-Z]+", README)):
        assert f'"{name}"' in settings
