"""`pm codes`: official files become editions; what is no such file, format or whole edition is refused in words."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pm_pipeline.cli import main
from pm_pipeline.codes.formats import EDITIONS

SAMPLE = Path(__file__).parents[1] / "pm_pipeline" / "codes" / "sample"


class Office:
    def __init__(self, folder: Path) -> None:
        self.env = {"PM_ROOT": str(folder), "PM_HOME": str(folder / "home")}

    def pm(self, *arguments: str) -> Result:
        return CliRunner(env=self.env).invoke(main, ["codes", *arguments])

    def load(self, *names: str, form: str = "ncci_ptp", day: str = "2026-04-01") -> Result:
        return self.pm("load", *(str(SAMPLE / name) for name in names), "--as", form, "--effective", day)

    def listed(self) -> list[tuple[str, str, int]]:
        done = self.pm("list", "--json")
        assert done.exit_code == 0, done.output
        return [(row["format"], row["effective_from"], row["rows"]) for row in json.loads(done.output)]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_an_edition_is_loaded_once_and_listed(office: Office, tmp_path: Path) -> None:
    done = office.load("ccipra-sample.txt")
    assert (done.exit_code, done.output) == (0, "ncci_ptp, edition of 2026-04-01: 6 rows from ccipra-sample.txt.\n")
    assert office.load("ccipra-sample.txt").output == "Loaded already: 6 rows from ccipra-sample.txt.\n"
    second = tmp_path / "f2.txt"
    second.write_text("11042\t12001\t\t20200101\t*\t0\n")
    done = office.load("ccipra-sample.txt", str(second))
    assert (done.exit_code, "7 rows from ccipra-sample.txt, f2.txt" in done.output) == (0, True)
    assert office.listed() == [("ncci_ptp", "2026-04-01", 1), ("ncci_ptp", "2026-04-01", 6)]
    alone = office.load("ccipra-sample.txt", day="2026-07-01")
    assert (alone.exit_code, "say --complete" in alone.output) == (1, True)


def test_a_format_that_is_none_is_answered_with_those_there_are(office: Office) -> None:
    said = office.load("mue-sample.csv", form="mui")
    assert (said.exit_code, all(name in said.output.replace("\n", " ") for name in EDITIONS)) == (2, True)
    listed = office.pm("formats", "--json")
    rows = json.loads(listed.output)
    assert list(dict.fromkeys(row["format"] for row in rows)) == list(EDITIONS)
    assert [row["file"].split(" ")[0] for row in rows if row["format"] == "coverage"] == [
        "article.csv", "article_x_hcpc_code.csv", "article_x_icd10_covered.csv", "article_x_icd10_noncovered.csv"]  # fmt: skip
    assert "contractor" in listed.output


def test_a_file_with_a_spoiled_line_loads_nothing(office: Office, tmp_path: Path) -> None:
    shutil.copy(SAMPLE / "mue-sample.csv", tmp_path / "mue.csv")
    with (tmp_path / "mue.csv").open("a") as file:
        file.write('"100","1","1 Line Edit","Code Descriptor"\n')
    said = office.load(str(tmp_path / "mue.csv"), form="mue")
    assert (said.exit_code, "mue.csv: line 12: expected code (five characters" in said.output.replace("\n", " ")) == (
        1,
        True,
    )
    assert office.listed() == []
