"""A change to the asset graph shows in review: the snapshot in tests/golden and the picture in the README."""

from __future__ import annotations

import json

import dagster as dg

from tests.defs import graph


def test_the_asset_graph_is_the_golden_one(definitions: dg.Definitions) -> None:
    assert graph.snapshot(definitions) == json.loads(graph.GOLDEN.read_text()), (
        "The asset graph changed. If that is meant: python -m tests.defs.graph, and commit tests/golden and README.md."
    )


def test_the_readme_shows_the_graph_as_it_is(definitions: dg.Definitions) -> None:
    readme = graph.README.read_text()
    assert graph.BLOCK.search(readme), "README.md has lost the comments around its picture of the graph"
    assert graph.readme_with(graph.picture(definitions), readme) == readme
