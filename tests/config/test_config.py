"""A wrong configuration file names the file, the key and what is expected; secrets come only from safe places."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pm_pipeline.config import load_config, read_secret
from pm_pipeline.errors import ConfigError
from pm_pipeline.settings import SHIPPED_CONFIG, Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    shutil.copytree(SHIPPED_CONFIG, tmp_path / "config", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return Settings.load({"PM_ROOT": str(tmp_path), "PM_CONFIG": str(tmp_path / "config")})


def edit(settings: Settings, name: str, old: str, new: str) -> None:
    path = settings.config_dir / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_the_shipped_configuration_has_what_the_practice_needs(settings: Settings) -> None:
    config = load_config(settings)
    assert len(config.practice.locations) == 2
    assert len(config.practice.providers) == 6
    kinds = [payer.kind for payer in config.payers]
    assert {"medicare", "medicaid", "workers_comp"} <= set(kinds)
    assert kinds.count("commercial") >= 3


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("practice.yaml", '"1990300018"', '"1990300019"', r"practice\.yaml.*\n.*npi: expected an NPI"),
        ("practice.yaml", 'zip: "041010001"}', 'zip: "04101"}', r"address\.zip: the billing provider needs all nine"),
        ("practice.yaml", "location_id: NORTH", "location_id: MAIN", "locations: MAIN is given twice"),
        ("payers.yaml", "timely_filing_days: 365", "timely_filing_days: soon", r"payers\[0\]\.timely_filing_days:"),
        ("payers.yaml", "payer_id: SMDCR", "payer_idd: SMDCR", r"payers\[0\]\.payer_id: Field required"),
        (
            "payers.yaml",
            "partner_id: clearinghouse",
            "partner_id: bank",
            r"payers\[0\]\.partner_id: 'bank' takes no claims",
        ),
        (
            "trading_partners.yaml",
            "    embedded: true",
            "    embedded: false",
            "host and host_key: a partner that is not embedded",
        ),
        ("trading_partners.yaml", "usage: T", "usage: X", r"partners\[0\]\.isa\.usage: Input should be 'T' or 'P'"),
        ("policies/standard-1.yaml", "action: memo", "action: forget", r"rules\[0\]\.action of OA23-MEMO: Input"),
        ("policies/standard-1.yaml", 'account: "CONTRACTUAL:sequestration",', "", "account: give it for write_off"),
        ("schedule.yaml", '"20:30"', '"25:30"', "close_of_day"),
        (
            "policies/standard-1.yaml",
            "CONTRACTUAL:contract",
            "CONTRACTAUL:contract",
            r"rules\[4\]\.account of CONTRACTUAL: String should match",
        ),
        (
            "policies/standard-1.yaml",
            '["23"]',
            '["23", "ZZ9"]',
            r"rules\[0\]\.carcs of OA23-MEMO: 'ZZ9' is no code of codes/carc\.csv",
        ),
        (
            "policies/standard-1.yaml",
            "action: memo",
            "action: memo, payers: [NOBODY]",
            r"rules\[0\]\.payers of OA23-MEMO: 'NOBODY' is no payer",
        ),
        (
            "policies/standard-1.yaml",
            "category: DUPLICATE",
            "category: DUPLIKATE",
            r"rules\[1\]\.category of DUPLICATE: 'DUPLIKATE' is no cat",
        ),
        ("practice.yaml", "America/New_York", "America/New_Yrok", "time_zone: expected a time zone of the IANA list"),
        ("practice.yaml", "2020-01-01", "2020-02-30", r"providers\[0\]\.active_from: Input should be a valid date"),
        ("practice.yaml", "city: PORTLAND", f"city: {'P' * 31}", r"address\.city: String should have at most 30"),
        (
            "practice.yaml",
            "2020-01-01}",
            "2020-01-01, active_to: 2019-12-31}",
            r"providers\[0\]: active_to: expected a day",
        ),
        ("payers.yaml", "wait_days: 45", "wait_days: 0", r"payers\[0\]\.crossover: wait_days: expected days above 0"),
        (
            "payers.yaml",
            "appeal_days: 120",
            "appeal_days: 120\n    appeal_days: 12",
            "line 16, .*the key appeal_days is given",
        ),
        ("schedule.yaml", "2026-01-01", "2026-13-01", "first_day: Input should be a valid date"),
        ("schedule.yaml", "first_day:", "first_day: [", r"schedule\.yaml is not YAML at line"),
        (
            "money_policy.yaml",
            "event: refund,        second_person_from_cents: 0",
            "event: refund",
            "no one refunds alone",
        ),
        ("money_policy.yaml", "event: charity", "event: bad_debt", "bad_debt is given twice"),
    ],
)
def test_a_wrong_value_is_named_with_its_key(settings: Settings, name: str, old: str, new: str, said: str) -> None:
    edit(settings, name, old, new)
    with pytest.raises(ConfigError, match=said) as problem:
        load_config(settings)
    assert str(settings.config_dir / name) in str(problem.value) or "trading_partners.yaml" in str(problem.value)


def test_a_file_in_another_encoding_is_named_with_the_line(settings: Settings) -> None:
    path = settings.config_dir / "practice.yaml"
    path.write_bytes(path.read_bytes() + "# CAFÉ\n".encode("latin-1"))
    with pytest.raises(ConfigError, match=r"practice\.yaml is not UTF-8 text at line 29\. Save it"):
        load_config(settings)


def test_a_password_written_into_the_file_is_refused_and_not_repeated(settings: Settings) -> None:
    edit(settings, "trading_partners.yaml", "username: practice", "username: practice\n    password: hunter2")
    with pytest.raises(ConfigError, match=r"partners\[1\]\.password: this file has no such key") as problem:
        load_config(settings)
    assert "hunter2" not in str(problem.value)


def test_a_missing_file_says_where_to_get_one(settings: Settings) -> None:
    (settings.config_dir / "payers.yaml").unlink()
    with pytest.raises(ConfigError, match=r"payers\.yaml does not exist\. Copy the shipped one"):
        load_config(settings)


def test_a_secret_file_others_can_read_is_refused_with_the_command_that_mends_it(settings: Settings) -> None:
    partner = load_config(settings).partner("practice")
    path = settings.home / "sandbox" / "keys" / "practice.password"
    with pytest.raises(ConfigError, match="does not exist"):
        read_secret(partner, settings)
    path.parent.mkdir(parents=True)
    path.write_text("correct horse\n")
    path.chmod(0o644)
    with pytest.raises(ConfigError, match=r"mode 0644.*chmod 600"):
        read_secret(partner, settings)
    path.chmod(0o600)
    assert read_secret(partner, settings) == "correct horse"


def test_a_secret_from_the_environment_is_read_there_and_nowhere_else(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(
        settings,
        "trading_partners.yaml",
        "password_file: ${PM_HOME}/sandbox/keys/practice.password",
        "password_env: PM_PW",
    )
    partner = load_config(settings).partner("practice")
    with pytest.raises(ConfigError, match="PM_PW is not set"):
        read_secret(partner, settings)
    monkeypatch.setenv("PM_PW", "correct horse")
    assert read_secret(partner, settings) == "correct horse"


def test_a_wrong_business_date_names_its_variable() -> None:
    with pytest.raises(ConfigError, match="PM_TODAY is not a date"):
        Settings.load({"PM_TODAY": "tomorrow"})
