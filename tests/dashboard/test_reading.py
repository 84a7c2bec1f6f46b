"""Reading: always the newest generation, nothing half new, nothing that writes."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pm_pipeline.dashboard.reading import Published, statement
from pm_pipeline.dashboard.server import Doors
from pm_pipeline.errors import WarehouseError
from tests.dashboard.site import Site

QUERIES = sorted(
    path.stem for path in (Path(__file__).parents[2] / "pm_pipeline" / "dashboard" / "queries").glob("*.sql")
)


@pytest.mark.parametrize("query", QUERIES)
def test_every_query_runs_with_no_filter_and_with_all(doors: Doors, query: str) -> None:
    every = {
        "first_day": "2026-01-01",
        "last_day": "2026-12-31",
        "practice": "HARBOR",
        "location": "MAIN",
        "provider": "P1",
        "payer": "BLUE",
    }
    assert isinstance(
        doors.published.rows(query, {"base": "first_bill", "kpi": "clean_claim_rate", "claim": "C01"}), list
    )
    assert isinstance(doors.published.rows(query, {**every, "by": "carc", "base": "first_bill", "claim": "C01"}), list)


def test_a_new_generation_shows_with_the_next_question(site: Site) -> None:
    published = Published(site.settings.published_dir)
    before = published.about().generation
    rows = published.rows("claim", {"claim": "C01"})
    made = site.publish()
    assert made > before
    assert published.about().generation == made
    assert published.rows("claim", {"claim": "C01"}) == rows


def test_an_answer_is_kept_while_its_generation_is_on_show(site: Site) -> None:
    published = Published(site.settings.published_dir)
    first = published.rows("choices", {})
    first[0]["value"] = "what a page makes of its rows"
    again = published.rows("choices", {"payer": None})
    assert again[0]["value"] != first[0]["value"]
    assert len(published._kept) == 1
    published.rows("as_of_days", {})
    assert len(published._kept) == 2
    site.publish()
    assert published.rows("choices", {}) == again
    assert len(published._kept) == 1


@pytest.mark.parametrize("limit", [1, 7, 40, 10_000])
def test_the_first_entries_of_a_ledger_are_those_an_export_begins_with(site: Site, limit: int) -> None:
    published = Published(site.settings.published_dir)
    for params in ({}, {"account": "AR"}, {"payer": "GOLD"}):
        every = [row for _, batch in published.every_row("entries", params) for row in batch]
        assert len({row[2] for row in every}) > 3  # days
        assert [tuple(row.values()) for row in published.rows("entries", params, limit)] == every[:limit]


def test_a_reader_that_has_begun_ends_in_its_generation(site: Site) -> None:
    published = Published(site.settings.published_dir)
    batches = published.every_row("claims_of", {"claim": "C"})
    names, rows = next(batches)
    for _ in range(4):
        site.publish()  # the file of the reader is removed meanwhile
        published.about()
    assert names == ["claim_id"]
    assert len(rows) + sum(len(more) for _, more in batches) == 13


def test_ten_readers_at_once_and_a_publisher(site: Site) -> None:
    published = Published(site.settings.published_dir)
    wrong: list[Any] = []

    def read() -> None:
        for number in range(15):
            rows = published.rows("entries", {"claim": f"C{number % 13 + 1:02}"})
            if not rows or any(row["claim_id"] != f"C{number % 13 + 1:02}" for row in rows):
                wrong.append((number, rows))

    readers = [threading.Thread(target=read) for _ in range(10)]
    for one in readers:
        one.start()
    for _ in range(3):
        site.publish()
    for one in readers:
        one.join()
    assert wrong == []


def test_the_connection_can_neither_write_nor_reach_out(site: Site, tmp_path: Path) -> None:
    published = Published(site.settings.published_dir)
    con, _ = published._current()
    for sql in (
        "CREATE TABLE marts.x (n INTEGER)",
        f"COPY marts.build TO '{tmp_path / 'out.csv'}'",
        "SET enable_external_access = true",
    ):
        with pytest.raises(duckdb.Error):
            con.execute(sql)


def test_a_copy_of_an_older_version_is_told_of(site: Site, tmp_path: Path) -> None:
    folder = tmp_path / "published"
    folder.mkdir()
    old = folder / "gen-7.duckdb"
    shutil.copy(site.settings.published_dir / (site.settings.published_dir / "current").readlink(), old)
    old.chmod(0o600)
    with duckdb.connect(old) as con:
        con.execute("DROP TABLE marts.worklist")
        con.execute("UPDATE published.about SET generation = 7")
    (folder / "current").symlink_to(old.name)
    with pytest.raises(WarehouseError, match=r"made by another version.*pm run"):
        Published(folder).rows("worklist", {})


def test_nothing_published_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="pm run"):
        Published(tmp_path).about()


def test_a_limit_is_a_number() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        statement("worklist", "1; DROP TABLE x")  # type: ignore[arg-type]
