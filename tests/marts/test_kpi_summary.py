"""kpi_summary: the figures people quote, with their parts, periods and what was known on the day."""

from __future__ import annotations

import duckdb
import pytest

from pm_pipeline.config.dashboard import Dashboard
from pm_pipeline.config.read import read_model
from pm_pipeline.dashboard.pages.kpis import FAMILIES
from pm_pipeline.settings import SHIPPED_CONFIG

# kpi: numerator, denominator, period start, on 15 July 2026; the sums are written out in the comments
LATEST = {
    "days_in_ar_gross": (
        975,
        1_195 / 90,
        "2026-04-17",
    ),  # 240 + 110 + 510 + 25 + 90; charges 60+130+90+110+400+300+25+80
    "days_in_ar_netted": (965, 1_195 / 90, "2026-04-17"),
    "aged_ar_over_90_service_date": (80, 485, "2026-07-15"),  # C01 50 + 10, C02 20; never billed: C04 80, C05 400
    "aged_ar_over_90_first_bill": (80, 485, "2026-07-15"),
    "aged_ar_over_120_responsibility_start": (80, 485, "2026-07-15"),
    "net_collection_rate_matched": (110, 240, "2025-12-01"),  # December to February: 70+40 of 150-20+40+70
    "net_collection_rate_matched_maturing": (310, 1_215, "2026-03-01"),  # March to July
    "net_collection_rate_cash": (190, 795, "2026-05-01"),  # May 130, June 60; charges 700+195 less 100
    "initial_denial_rate_claims_by_remits": (1, 3, "2026-05-01"),  # C09 of C03, C08, C09
    "initial_denial_rate_dollars_by_remits": (130, 490, "2026-05-01"),
    "initial_denial_rate_claims_by_submissions": (1, 4 / 3, "2026-07-01"),  # April to June: C03, C08, C09, C10
    "initial_denial_rate_dollars_by_submissions": (130, 200, "2026-07-01"),  # 300 + 60 + 130 + 110 over 3
    "clean_claim_rate": (4, 5, "2026-05-01"),  # C06, C08, C09, C13 of these and C10, which an edit held
    "touches_per_claim": (3, 5, "2026-05-01"),  # C10 fixed by one command; C09 noted and overridden
    "auto_post_rate_lines": (6, 8, "2026-05-01"),
    "auto_post_rate_claims": (5, 7, "2026-05-01"),
    "auto_post_rate_payments": (3, 5, "2026-05-01"),
    "auto_post_rate_dollars": (370, 510, "2026-05-01"),
}


@pytest.mark.parametrize("kpi", LATEST)
def test_figures_of_the_latest_day_by_hand(marts: duckdb.DuckDBPyConnection, kpi: str) -> None:
    found = marts.execute(
        "SELECT numerator, denominator, value, period_start::VARCHAR, payer_scope, definition_version "
        "FROM marts.kpi_summary WHERE is_latest AND kpi = ?",
        [kpi],
    ).fetchone()
    assert found is not None
    numerator, denominator, start = LATEST[kpi]
    assert (float(found[0]), float(found[1])) == (numerator, pytest.approx(denominator))
    assert found[2] == pytest.approx(numerator / denominator)
    assert found[3:] == (start, "all", 1)


def test_a_past_day_shows_what_was_known_on_it(marts: duckdb.DuckDBPyConnection) -> None:
    """At the end of April C02 stood paid; it was taken back in May."""
    cash = marts.execute(
        "SELECT numerator, denominator FROM marts.kpi_summary "
        "WHERE kpi = 'net_collection_rate_cash' AND as_of_date = '2026-04-30'"
    ).fetchone()
    assert cash is not None
    # February to April: 70 + 40 + 120 of charges 40 + 70 + 200 + 300 less 20 + 80
    assert [float(part) for part in cash] == [230, 510]


def test_notes_say_why_there_is_no_value(marts: duckdb.DuckDBPyConnection) -> None:
    notes = dict(
        marts.execute(
            "SELECT kpi, note FROM marts.kpi_summary WHERE as_of_date = '2026-01-31' AND value IS NULL"
        ).fetchall()
    )
    assert notes["net_collection_rate_matched"] == "no month of service is 120 days old yet"
    assert notes["initial_denial_rate_claims_by_submissions"] == "less than 3 months of submissions before"
    assert notes["auto_post_rate_lines"] == "nothing to count"
    unsaid = marts.execute("SELECT count(*) FROM marts.kpi_summary WHERE value IS NULL AND note IS NULL").fetchone()
    assert unsaid == (0,)
    young = marts.execute(
        "SELECT note FROM marts.kpi_summary WHERE as_of_date = '2026-02-28' AND kpi = 'days_in_ar_gross'"
    ).fetchone()
    assert young == ("less than 90 days of history",)


def test_every_kpi_stands_on_every_as_of_day(marts: duckdb.DuckDBPyConnection) -> None:
    counted = marts.execute(
        "SELECT count(*), count(DISTINCT as_of_date), count(DISTINCT kpi) FROM marts.kpi_summary"
    ).fetchone()
    assert counted is not None
    assert counted[0] == counted[1] * counted[2]
    assert counted[1:] == (7, 68)


def test_every_target_is_of_a_kpi_and_every_family_has_its_place(marts: duckdb.DuckDBPyConnection) -> None:
    """The practice's bands, the order of the page and the seed speak of the same figures."""
    seed = dict(marts.execute("SELECT name, family FROM marts.definition WHERE kind = 'kpi'").fetchall())
    targets = read_model(SHIPPED_CONFIG / "dashboard.yaml", Dashboard).targets
    assert set(targets) - set(seed) == set()
    assert set(seed.values()) == set(FAMILIES)
