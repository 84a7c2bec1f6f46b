"""The rulebook as web pages: every rule has one, safe to open, found by what people look for."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from jinja2 import UndefinedError

from pm_pipeline.audit.render_rules import scope_words
from pm_pipeline.audit.rulebook_site import write_site
from pm_pipeline.errors import PmError
from pm_pipeline.scrub import shipped_rules
from pm_pipeline.scrub.report import NOTHING, explain_rules
from pm_pipeline.scrub.scope import Scope

CHROMIUM = shutil.which("chromium")
RULES = explain_rules(shipped_rules())


def made(folder: Path, rules: list[dict[str, Any]]) -> Path:
    return write_site(folder, rules, practice="HARBOR <VIEW>", today="2026-06-03", counted=True)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("rulebook"), RULES)


def test_every_rule_has_a_page_and_every_link_leads_somewhere(index: Path) -> None:
    text = index.read_text()
    links = re.findall(r'href="(rules/[^"]+)"', text)
    assert len(links) == len(RULES) == len(list((index.parent / "rules").iterdir())) > 200
    assert all((index.parent / link).is_file() for link in links)
    assert "http" not in text  # nothing is fetched from anywhere


def test_a_page_says_what_a_biller_asks(index: Path) -> None:
    rule = next(one for one in RULES if one["id"] == "UNT-001")
    text = (index.parent / "rules" / "UNT-001.html").read_text()
    for said in (rule["title"], rule["why"], rule["source"], rule["owner"], "CARC 151, number/frequency not supported", "units = 2",
                 "A claim it fires on waits until that is mended.", "Service units (SV104)", "It has found nothing so far."):  # fmt: skip
        assert said in text, said
    assert "HARBOR &lt;VIEW&gt;" in text


def test_what_rules_found_is_told_and_their_words_are_no_markup(tmp_path: Path) -> None:
    did = NOTHING | {
        "claims": 1200,
        "findings": 1300,
        "cents": 1_234_567,
        "held_claims": 7,
        "first_on": "2026-06-01",
        "last_on": "2026-06-02",
    }
    rule = RULES[0] | {"did": did, "title": "<script>alert(1)</script>"}
    index = made(tmp_path, [rule])
    page = (tmp_path / "rules" / f"{rule['id']}.html").read_text()
    assert "1,200 of $12,345.67, 2026-06-01 to 2026-06-02" in page
    assert "<dt>Findings</dt><dd>1,300</dd>" in page
    assert "<script>alert" not in index.read_text() + page
    (only,) = json.loads((tmp_path / "rulebook.json").read_text())["rules"]
    assert (only["id"], only["did"]["claims"]) == (rule["id"], 1200)


def test_a_denial_that_came_all_the_same_is_told_of_a_rule_that_found_nothing(tmp_path: Path) -> None:
    made(tmp_path, [RULES[0] | {"did": NOTHING | {"denials_missed": 3, "denied_cents_missed": 45_000}}])
    page = (tmp_path / "rules" / f"{RULES[0]['id']}.html").read_text()
    assert "3 refusals of $450.00" in page
    assert "It has found nothing so far." in page


def test_whose_claims_a_rule_judges_is_told_as_on_the_command_line(tmp_path: Path) -> None:
    scope = Scope(payers=["SMTML", "LKSHM"], dos_from=dt.date(2026, 7, 1))
    rule = RULES[0] | {"scope": scope.model_dump(mode="json")}
    index = made(tmp_path, [rule])
    page = (tmp_path / "rules" / f"{rule['id']}.html").read_text()
    assert scope_words(rule["scope"]) == "payers: SMTML, LKSHM; dos from: 2026-07-01"
    assert f"<dd>{scope_words(rule['scope'])}</dd>" in page
    assert "<td>SMTML, LKSHM</td>" in index.read_text()
    assert scope_words(Scope().model_dump(mode="json")) == "every claim"


def test_without_claims_nothing_is_counted(tmp_path: Path) -> None:
    index = write_site(tmp_path, RULES[:1], practice="HARBOR", today="2026-06-03", counted=False)
    assert "there is nothing to count" in index.read_text()


def test_a_rule_no_longer_in_force_loses_its_page_and_nothing_else_is_touched(tmp_path: Path) -> None:
    made(tmp_path, RULES[:3])
    for name in ("note.txt", "rules/ours.html", "rules/ZZZ-999.html"):
        (tmp_path / name).write_text("ours")
    made(tmp_path, RULES[:2])
    assert {path.stem for path in (tmp_path / "rules").iterdir()} == {
        *(one["id"] for one in RULES[:2]),
        "ours",
        "ZZZ-999",
    }
    assert (tmp_path / "note.txt").read_text() == (tmp_path / "rules" / "ZZZ-999.html").read_text() == "ours"


def test_a_run_that_stopped_halfway_leaves_what_the_next_one_knows(tmp_path: Path) -> None:
    made(tmp_path, RULES[:3])
    broken = {key: value for key, value in RULES[0].items() if key != "where"}
    with pytest.raises(KeyError):
        made(tmp_path, [broken])  # before anything is written
    with pytest.raises(UndefinedError):
        made(tmp_path, [RULES[0], {key: value for key, value in RULES[1].items() if key != "remedy"}])
    assert len(list((tmp_path / "rules").iterdir())) == 3
    made(tmp_path, RULES[:1])
    assert [path.stem for path in (tmp_path / "rules").iterdir()] == [RULES[0]["id"]]


def test_the_first_thing_written_marks_the_folder(tmp_path: Path) -> None:
    with pytest.raises(UndefinedError):
        made(tmp_path, [{key: value for key, value in RULES[0].items() if key != "remedy"}])
    made(tmp_path, RULES[:1])  # it is no foreign folder


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"rules": 1}', '{"rules": [{"id": 7}]}'])
def test_a_rulebook_json_of_somebody_else_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "rulebook.json").write_text(text)
    with pytest.raises(PmError, match="not a rulebook that this command wrote"):
        made(tmp_path, RULES[:1])
    assert (tmp_path / "rulebook.json").read_text() == text


def test_a_name_in_rulebook_json_leads_nowhere_else(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    made(folder, RULES[:1])
    outside = tmp_path / "outside.html"
    outside.write_text("ours")
    (folder / "rulebook.json").write_text(json.dumps({"rules": [{"id": "../../outside"}]}))
    made(folder, RULES[:1])
    assert outside.exists()


def test_a_folder_with_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "claims.csv").write_text("x")
    with pytest.raises(PmError, match="name an empty or a new folder"):
        made(tmp_path, RULES[:1])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["claims.csv"]


def test_what_a_search_goes_by_is_on_every_row(index: Path) -> None:
    """The words without the browser: where there is none, this is what is left to hold."""
    says = dict(re.findall(r'<tr data-says="([^"]*)"><td><a href="rules/([^"]+)\.html"', index.read_text()))
    found = {rule_id for said, rule_id in says.items() if "carc 151" in said}
    assert found == {one["id"] for one in RULES if any(code.startswith("151") for code in one["prevents"])}
    assert all(said == said.lower() for said in says)


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")
def test_a_search_shows_only_what_fits(index: Path) -> None:
    done = subprocess.run(
        [CHROMIUM or "", "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", f"{index.as_uri()}#carc%20151"],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    shown = re.findall(r'<tr data-says="[^"]*"><td><a href="rules/([^"]+)\.html"', done.stdout)
    hidden = re.findall(r'<tr data-says="[^"]*" hidden=""><td><a href="rules/([^"]+)\.html"', done.stdout)
    assert set(shown) == {one["id"] for one in RULES if any(code.startswith("151") for code in one["prevents"])}
    assert len(shown) + len(hidden) == len(RULES)
    assert f"{len(shown)} of {len(RULES)} rules" in done.stdout
