"""The rulebook as web pages: every rule has one, safe to open, found by what people look for."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from pm_pipeline.audit.rulebook_site import write_site
from pm_pipeline.errors import PmError
from pm_pipeline.scrub import shipped_rules
from pm_pipeline.scrub.report import NOTHING, explain_rules

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
    assert "1,300 on 1,200 claims of $12,345.67" in page
    assert "<script>alert" not in index.read_text() + page
    (only,) = json.loads((tmp_path / "rulebook.json").read_text())["rules"]
    assert (only["id"], only["did"]["claims"]) == (rule["id"], 1200)


def test_a_rule_no_longer_in_force_loses_its_page_and_nothing_else_is_touched(tmp_path: Path) -> None:
    made(tmp_path, RULES[:3])
    (tmp_path / "note.txt").write_text("ours")
    made(tmp_path, RULES[:2])
    assert len(list((tmp_path / "rules").iterdir())) == 2
    assert (tmp_path / "note.txt").read_text() == "ours"


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
