"""Every asset leads to a page of the dashboard, and what posting made to its entries there."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import dagster as dg
import pytest

from pm_pipeline.dashboard.documents import KINDS
from pm_pipeline.dashboard.pages import PAGES
from pm_pipeline.dashboard.tables import LISTINGS
from pm_pipeline.defs.pages import address, entries_of_run, page_of
from tests.defs.graph import definitions


def leads_somewhere(url: str) -> bool:
    parts = urlsplit(url)
    asked = {name for name, _ in parse_qsl(parts.query)}
    if parts.path.startswith("/list/"):
        return asked <= set(LISTINGS[parts.path.removeprefix("/list/")].filters)
    if parts.path.startswith("/documents/"):
        return parts.path.split("/")[2] in KINDS
    return parts.path in PAGES and asked <= set(PAGES[parts.path].filters)


def test_every_asset_leads_to_a_page_there_is() -> None:
    graph = definitions().resolve_asset_graph()
    urls = {
        key: str(graph.get(key).metadata["dashboard"].value)
        for key in graph.get_all_asset_keys()
        if graph.get(key).is_materializable
    }
    assert len(urls) > 50
    assert [key.to_user_string() for key, url in urls.items() if not leads_somewhere(url)] == []
    assert urls[dg.AssetKey(["receivables", "denial"])] == "http://127.0.0.1:8050/denials"


def test_the_entries_of_a_run_are_a_list() -> None:
    url = str(entries_of_run("0f3a").value)
    assert url == address("/list/entries?run=0f3a")
    assert leads_somewhere(url)


def test_a_stage_without_a_page_is_noticed() -> None:
    with pytest.raises(KeyError):
        page_of(dg.AssetKey(["scheduling", "appointment"]))
