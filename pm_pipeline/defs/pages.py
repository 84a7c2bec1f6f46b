"""From an asset in the Dagster UI to the page of the dashboard that shows what is in it; from there, links lead back to runs."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import dagster as dg

from pm_pipeline.config.dashboard import load_dashboard
from pm_pipeline.settings import Settings

# stage -> its page; a table with one of its own stands under [stage, table]
PAGES: dict[tuple[str, ...], str] = {
    ("transport",): "/files",
    ("front_office",): "/documents",
    ("intake",): "/documents",
    ("charges",): "/scrub",
    ("desk",): "/",
    ("scrub",): "/scrub",
    ("submission",): "/files",
    ("acknowledgments",): "/files",
    ("remittance",): "/remittances",
    ("posting",): "/remittances",
    ("posting", "exception"): "/list/worklist?worklist=posting_exceptions",
    ("ledger",): "/list/entries",
    ("receivables",): "/",
    ("receivables", "denial"): "/denials",
    ("warehouse",): "/",
    ("codes",): "/denials",
    ("published",): "/",
}
DBT = ("staging", "intermediate", "drill", "persons", "marts")


def page_of(key: dg.AssetKey) -> str:
    """The address of the page about an asset, without its host."""
    path = tuple(key.path)
    if path[0] in DBT:
        return f"/documents/marts/index.html#!/model/model.pm_pipeline.{path[-1]}"
    return PAGES.get(path) or PAGES[path[:1]]


def with_pages(assets: Iterable[Any]) -> list[Any]:
    """The assets, each with a link to its page among its metadata."""
    return list(
        dg.map_asset_specs(
            lambda spec: spec.merge_attributes(
                metadata={"dashboard": dg.MetadataValue.url(address(page_of(spec.key)))}
            ),
            assets,
        )
    )


def entries_of_run(run_id: str) -> dg.UrlMetadataValue:
    """The ledger entries a run made, in the dashboard."""
    return dg.MetadataValue.url(address(f"/list/entries?run={run_id}"))


def address(path: str) -> str:
    """The whole address of a page."""
    return _dashboard_url() + path


@cache
def _dashboard_url() -> str:
    return load_dashboard(Settings.load()).url
