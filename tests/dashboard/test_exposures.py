"""dbt's exposures say what each page reads, and every page in the navigation has one."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from pm_pipeline.dashboard import pages

ROOT = Path(__file__).parents[2]
QUERIES = ROOT / "pm_pipeline" / "dashboard" / "queries"
EXPOSURES = yaml.safe_load((ROOT / "dbt_project" / "models" / "exposures.yml").read_text())["exposures"]
TABLE = re.compile(r"\b(?:marts|drill|persons)\.(\w+)")
EVERYWHERE = {"claim_status"}  # the choices of the filters


def test_every_page_people_can_go_to_is_an_exposure() -> None:
    wanted = {one.path: one.title for one in pages.PAGES.values() if one.in_navigation and not one.administers}
    assert {urlsplit(one["url"]).path: one["label"] for one in EXPOSURES} == wanted


def test_what_the_pages_read_is_what_the_exposures_name() -> None:
    read = {table for path in QUERIES.glob("*.sql") for table in TABLE.findall(path.read_text())}
    named = {re.fullmatch(r"ref\('(\w+)'\)", ref)[1] for one in EXPOSURES for ref in one["depends_on"]}  # type: ignore[index]
    assert read | EVERYWHERE == named
