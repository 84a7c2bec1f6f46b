"""Rule files are written so that they say what was meant: drafts, and promotion out of the shadow."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import yaml

from pm_pipeline.scrub.author import Draft, promote, write_draft
from pm_pipeline.scrub.rule import Rule
from tests.scrub.test_rules import GOOD

TODAY = dt.date(2026, 6, 3)
ONE = {"version": 2, "made_on": dt.date(2026, 5, 1), "by": "wren", "why": "the payer said so"}
BODY = yaml.safe_dump(GOOD | {"version": 2, "severity": "shadow"}, sort_keys=False)
INDENTED = "changes:\n  - {version: 2, made_on: 2026-05-01, by: wren, why: the payer said so}\n"
FORMS = {
    "none yet": "",
    "an empty list": "changes: []\n",
    "indented": INDENTED,
    "not indented": INDENTED.replace("  - ", "- "),
    "one line": "changes: [{version: 2, made_on: 2026-05-01, by: wren, why: the payer said so}]\n",
    "several lines": "changes:\n  - version: 2\n    made_on: 2026-05-01\n\n    by: wren  # of coding\n    why: the payer said so\n",
}


@pytest.mark.parametrize("is_last", [True, False])
@pytest.mark.parametrize("form", FORMS)
def test_promotion_adds_to_the_changes_in_whatever_form_they_stand(tmp_path: Path, form: str, is_last: bool) -> None:
    path = tmp_path / "rules" / "units" / "TST-001.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(f"# kept\n{BODY}{FORMS[form]}" if is_last else f"# kept\n{FORMS[form]}{BODY}")
    target, rule = promote(path, tmp_path / "rules", tmp_path / "own", "hold", "tamsin", "no: 19 of 20", TODAY)
    said = yaml.safe_load(target.read_text())
    assert said["changes"] == [
        *([ONE] if "wren" in FORMS[form] else []),
        {"version": 3, "made_on": TODAY, "by": "tamsin", "why": "no: 19 of 20"},
    ]
    assert (said["version"], said["severity"], rule.version) == (3, "hold", 3)
    assert {key: said[key] for key in GOOD if key not in ("version", "severity")} == {
        key: GOOD[key] for key in GOOD if key not in ("version", "severity")
    }
    assert target.read_text().startswith("# kept\n")
    assert path.read_text() != target.read_text()  # the file it came from is as it was


@pytest.mark.parametrize(
    "text",
    [
        "no",
        "Yes",
        "null",
        "True",
        "12",
        "1e3",
        "2026-01-01",
        "- x",
        "a: b",
        "x # y",
        '"q"',
        "~",
        "plain words, (so) 1-2",
    ],
)
def test_a_draft_says_any_text_as_it_was_given(tmp_path: Path, text: str) -> None:
    draft = Draft(
        id="TST-001", family="units", level="line", title=text, owner=text, why=text, source=text, where="units > 3",
        message="m", remedy="r", fires=[{"units": 4}], passes=[{"units": 3}],
    )  # fmt: skip
    path = write_draft(tmp_path, draft)
    rule = Rule.model_validate(yaml.safe_load(path.read_text()))
    assert {rule.title, rule.owner, rule.why, rule.source} == {text}
