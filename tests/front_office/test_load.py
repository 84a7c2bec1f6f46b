"""Reference rows in versions, and the practice's own clinicians."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import duckdb
import pytest

from pm_pipeline import front_office
from pm_pipeline.config import Config, load_config
from pm_pipeline.intake import load_feed, load_feed_files
from pm_pipeline.settings import Settings
from tests.intake.files import (
    COVERAGES,
    DEPOSITS,
    PATIENTS,
    PROVIDERS,
    RUN,
    TODAY,
    MemoryStore,
    land,
    refused,
    rows_text,
)


@pytest.fixture(scope="module")
def config() -> Config:
    return load_config(Settings.load({"PM_ROOT": "."}))


def test_every_front_office_feed_is_loaded_and_no_other(con: duckdb.DuckDBPyConnection, config: Config) -> None:
    store = MemoryStore()
    for feed in (PATIENTS, COVERAGES, PROVIDERS, DEPOSITS):
        land(con, store, rows_text(feed, [{}]))
    day = "2026-06-01"
    authorizations = load_feed("pm_pipeline.front_office", "authorizations")
    appointments = load_feed("pm_pipeline.front_office", "appointments")
    land(con, store, ",".join(authorizations.header) + f"\nA1,{day},PT1,LKSHM,AUTH77,,{day},2026-12-31,12\n")
    land(con, store, ",".join(appointments.header) + f"\nAP1,{day},PT1,P01,MAIN,{day}T09:30,completed\n")
    results = front_office.load(con, store, config, TODAY, RUN)
    assert sorted(file.feed for file in results) == [
        "appointments", "authorizations", "coverages", "patients", "providers",
    ]  # fmt: skip
    assert all(file.rows_loaded == 1 for file in results)
    starts = con.execute("SELECT CAST(starts_at AS VARCHAR) FROM front_office.appointment").fetchall()
    assert starts == [("2026-06-01 09:30:00",)]
    assert con.execute("SELECT procedure_code, units_allowed FROM front_office.authorization").fetchall() == [
        (None, 12)
    ]
    assert con.execute("SELECT cob_order, effective_to FROM front_office.coverage").fetchall() == [(1, None)]


def test_a_later_updated_on_is_a_new_version_and_the_newest_is_current(
    con: duckdb.DuckDBPyConnection, config: Config
) -> None:
    store = MemoryStore()
    land(con, store, rows_text(PATIENTS, [{"updated_on": "2026-06-05", "city": "FALMOUTH"}, {}]))
    front_office.load(con, store, config, TODAY, RUN)
    land(con, store, rows_text(PATIENTS, [{"updated_on": "2026-06-03", "city": "BANGOR"}]))
    front_office.load(con, store, config, TODAY, RUN)
    assert con.execute("SELECT count(*) FROM front_office.patient").fetchall() == [(3,)]
    assert con.execute("SELECT city FROM front_office.current_patient").fetchall() == [("FALMOUTH",)]


def test_the_same_version_with_other_content_is_quarantined(con: duckdb.DuckDBPyConnection, config: Config) -> None:
    store = MemoryStore()
    land(con, store, rows_text(PATIENTS, [{}, {"city": "BANGOR"}]))
    [file] = front_office.load(con, store, config, TODAY, RUN)
    assert (file.rows_loaded, file.rows_quarantined) == (1, 1)
    assert refused(con) == {2: ["KEY_CONFLICT"]}


def test_the_practices_own_clinicians_are_written_once(con: duckdb.DuckDBPyConnection, config: Config) -> None:
    assert front_office.load(con, MemoryStore(), config, TODAY, RUN) == []
    assert front_office.load_configured(con, config, "run-2") == 0
    rows = con.execute(
        "SELECT provider_id, updated_on, role, npi, file_id, row_no, run_id FROM front_office.provider ORDER BY 1"
    ).fetchall()
    given = config.practice.providers
    assert rows == [(item.provider_id, item.active_from, "rendering", item.npi, None, None, RUN) for item in given]
    assert con.execute("SELECT count(*) FROM warehouse.chain").fetchall() == [(1,)]


@pytest.mark.parametrize("first_day", [dt.date(2019, 1, 1), dt.date(2021, 1, 1)])
def test_a_corrected_first_day_in_the_practice_file_replaces_the_old_one(
    con: duckdb.DuckDBPyConnection, config: Config, first_day: dt.date
) -> None:
    front_office.load_configured(con, config, RUN)
    first, *others = config.practice.providers
    moved = first.model_copy(update={"active_from": first_day})
    edited = replace(config, practice=config.practice.model_copy(update={"providers": [moved, *others]}))
    assert front_office.load_configured(con, edited, RUN) == 1
    assert front_office.load_configured(con, edited, RUN) == 0
    rows = con.execute("SELECT active_from FROM front_office.provider WHERE provider_id = ?", [first.provider_id])
    assert rows.fetchall() == [(first_day,)]


def test_an_edited_practice_file_is_followed_and_a_feeds_version_is_left_alone(
    con: duckdb.DuckDBPyConnection, config: Config
) -> None:
    store = MemoryStore()
    leaver, replaced, *others = config.practice.providers
    text = rows_text(
        PROVIDERS,
        [{"provider_id": replaced.provider_id, "updated_on": replaced.active_from.isoformat(), "npi": replaced.npi}],
    )
    land(con, store, text)
    load_feed_files(con, store, [PROVIDERS], TODAY, RUN)
    assert front_office.load_configured(con, config, RUN) == len(config.practice.providers) - 1
    gone = leaver.model_copy(update={"active_to": dt.date(2026, 5, 31)})
    edited = replace(config, practice=config.practice.model_copy(update={"providers": [gone, replaced, *others]}))
    assert front_office.load_configured(con, edited, RUN) == 1
    rows = con.execute(
        "SELECT provider_id, last_name, active_to FROM front_office.current_provider "
        "WHERE provider_id IN (?, ?) ORDER BY 1",
        [leaver.provider_id, replaced.provider_id],
    ).fetchall()
    assert rows == [
        (leaver.provider_id, leaver.last_name, dt.date(2026, 5, 31)),
        (replaced.provider_id, "BASALT", None),
    ]
