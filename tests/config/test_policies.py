"""Posting policies as files: versions that succeed each other, and errors that name the file, the rule and the key."""

from __future__ import annotations

import datetime as dt
import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from pm_pipeline.config import load_config
from pm_pipeline.errors import ConfigError
from pm_pipeline.settings import SHIPPED_CONFIG, Settings

STANDARD = SHIPPED_CONFIG / "policies" / "standard-1.yaml"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    shutil.copytree(SHIPPED_CONFIG, tmp_path / "config", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return Settings.load({"PM_ROOT": str(tmp_path), "PM_CONFIG": str(tmp_path / "config")})


def write(settings: Settings, name: str, *changes: tuple[str, str]) -> Path:
    """A file of policies/: the shipped standard policy with changes."""
    text = STANDARD.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = settings.config_dir / "policies" / name
    path.write_text(text)
    return path


ENDS = ("effective_from: 2020-01-01", "effective_from: 2020-01-01\neffective_to: 2026-06-30")
SECOND = (("\nversion: 1", "\nversion: 2"), ("effective_from: 2020-01-01", "effective_from: 2026-07-01"))


def test_the_practice_goes_by_standard_and_may_choose_strict(settings: Settings) -> None:
    found = load_config(settings).posting_policy
    assert found.ids() == ["standard", "strict"]
    decides = found.on(dt.date(2026, 7, 1))
    assert decides is not None
    assert decides.named() == "standard version 1"
    assert not any(dict(decides.require).values())
    practice = settings.config_dir / "practice.yaml"
    practice.write_text(practice.read_text().replace("posting_policy: standard", "posting_policy: strict"))
    strict = load_config(settings).posting_policy.on(dt.date(2026, 7, 1))
    assert strict is not None
    assert all(dict(strict.require).values())
    assert strict.rules == decides.rules  # the two differ in what they require only


def test_a_practice_that_says_nothing_goes_by_standard(settings: Settings) -> None:
    practice = settings.config_dir / "practice.yaml"
    kept = [line for line in practice.read_text().splitlines() if not line.startswith("posting_policy")]
    practice.write_text("\n".join(kept))
    assert load_config(settings).posting_policy.chosen == "standard"


def test_versions_succeed_each_other_by_date(settings: Settings) -> None:
    write(settings, "standard-1.yaml", ENDS)
    write(settings, "whatever name.yml", *SECOND)
    found = load_config(settings).posting_policy
    versions = {
        str(day): found.on(day).version  # type: ignore[union-attr]
        for day in (dt.date(2020, 1, 1), dt.date(2026, 6, 30), dt.date(2026, 7, 1), dt.date(2099, 1, 1))
    }
    assert versions == {"2020-01-01": 1, "2026-06-30": 1, "2026-07-01": 2, "2099-01-01": 2}
    assert found.on(dt.date(2019, 12, 31)) is None


def test_another_policy_can_be_put_in_its_place_for_some_days(settings: Settings) -> None:
    write(settings, "standard-1.yaml", ENDS)
    write(settings, "standard-2.yaml", *SECOND)
    found = load_config(settings).posting_policy
    strict = found.of("strict")[0]
    instead = found.instead(strict, dt.date(2026, 6, 1), dt.date(2026, 7, 31))
    days = [dt.date(2026, 5, 31), dt.date(2026, 6, 1), dt.date(2026, 7, 31), dt.date(2026, 8, 1)]
    assert [instead.on(day).named() for day in days] == [  # type: ignore[union-attr]
        "standard version 1", "strict version 1", "strict version 1", "standard version 2",
    ]  # fmt: skip
    spans = sorted((span.first, span.last) for span in instead.in_force)
    assert all(one[1] < other[0] for one, other in pairwise(spans))


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ([], SECOND, r"standard-1\.yaml: effective_to: version 2 \(standard-2\.yaml\) takes effect on 2026-07-01; expected "
         r"2026-06-30, found none: both would decide payments from 2026-07-01 on"),
        ([(ENDS[0], ENDS[1].replace("06-30", "07-31"))], SECOND, r"expected 2026-06-30, found 2026-07-31: both would decide"),
        ([(ENDS[0], ENDS[1].replace("06-30", "05-31"))], SECOND,
         r"found 2026-05-31: no version would decide payments from 2026-06-01 to 2026-06-30"),
        ([ENDS], SECOND[1:], r"standard-2\.yaml: version: standard version 1 takes effect on 2026-07-01, after version 1 "
         r"\(standard-1\.yaml\); expected a number above 1"),
        ([ENDS, ("\nversion: 1", "\nversion: 3")], SECOND, r"standard-2\.yaml: version: .*expected a number above 3"),
    ],
    ids=["no end", "overlap", "gap", "one number twice", "numbers against the dates"],
)  # fmt: skip
def test_versions_that_do_not_follow_each_other_are_refused(
    settings: Settings, first: list[tuple[str, str]], second: tuple[tuple[str, str], ...], said: str
) -> None:
    write(settings, "standard-1.yaml", *first)
    write(settings, "standard-2.yaml", *second)
    with pytest.raises(ConfigError, match=said):
        load_config(settings)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("action: memo", "action: memo, rarcs: [M2X]", r"rules\[0\]\.rarcs\[0\] of OA23-MEMO: String should match"),
        ("action: memo", "action: memo, delay_days: 3", r"rules\[0\] of OA23-MEMO: delay_days: give it only for write_off"),
        ("action: memo", "action: memo, max_cents: -1", r"rules\[0\]\.max_cents of OA23-MEMO: Input should be greater"),
        ("action: memo", "action: memo, effective_from: 2026-02-01, effective_to: 2026-01-01",
         r"rules\[0\] of OA23-MEMO: effective_to: expected a day not before"),
        ("action: memo", "action: post", r"rules\[0\]\.action of OA23-MEMO: Input should be 'write_off'"),
        ("\nrules:", "\nrequire: {deposit_matchd: true}\nrules:", r"require\.deposit_matchd: this file has no such key"),
        ("\nrules:", "\npayments:\n  - {id: ANY, why: x, action: deny}\nrules:", r"payments\[0\]\.action of ANY: Input should be 'post'"),
        ("\nrules:", "\npayments:\n  - {id: ANY, why: x, action: post, payers: [NOBODY]}\nrules:",
         r"payments\[0\]\.payers of ANY: 'NOBODY' is no payer of payers\.yaml"),
        ("\nrules:", "\npayments:\n  - {id: DUPLICATE, why: x, action: post}\nrules:", r"rules: DUPLICATE is given twice"),
        ("effective_from: 2020-01-01", "effective_from: 2020-01-01\neffective_to: 2019-01-01", r"effective_to: expected a day"),
    ],
)  # fmt: skip
def test_a_wrong_policy_is_named_with_its_rule_and_key(settings: Settings, old: str, new: str, said: str) -> None:
    path = write(settings, "standard-1.yaml", (old, new))
    with pytest.raises(ConfigError, match=said) as problem:
        load_config(settings)
    assert str(path) in str(problem.value)


def test_a_policy_nobody_has_is_refused_with_those_there_are(settings: Settings) -> None:
    practice = settings.config_dir / "practice.yaml"
    practice.write_text(practice.read_text().replace("posting_policy: standard", "posting_policy: lenient"))
    with pytest.raises(ConfigError, match=r"posting_policy: 'lenient' is no policy of .*Known: standard, strict"):
        load_config(settings)


def test_the_file_of_an_older_installation_is_moved_with_one_command(settings: Settings) -> None:
    former = settings.config_dir / "posting_policy.yaml"
    shutil.rmtree(settings.config_dir / "policies")
    shutil.copy(STANDARD, former)
    with pytest.raises(ConfigError, match=r"is no longer read") as problem:
        load_config(settings)
    told = str(problem.value)
    assert f"mkdir -p {former.parent}/policies && mv {former} {former.parent}/policies/standard-1.yaml" in told
    (settings.config_dir / "policies").mkdir()
    former.rename(settings.config_dir / "policies" / "standard-1.yaml")
    assert load_config(settings).posting_policy.chosen == "standard"
