"""The asset graph as plain text: what the golden snapshot holds and what the README shows.

After a change to the graph that is meant, write both again:  python -m tests.defs.graph
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import dagster as dg

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden" / "asset_graph.json"
README = ROOT / "README.md"
BLOCK = re.compile(r"(<!-- graph: [^>]*-->\n).*?(<!-- /graph -->)", re.DOTALL)
DESK = "desk"  # between charges and scrub; no stage of a claim's life
LIFECYCLE = (
    "transport", "front_office", "charges", "scrub", "submission", "acknowledgments", "remittance", "posting", "receivables",
)  # fmt: skip
DBT_LAYERS = ("staging", "intermediate", "drill", "persons", "marts")
STAGES = (
    "codes",
    "warehouse",
    "transport",
    "intake",
    *LIFECYCLE[1:3],
    DESK,
    *LIFECYCLE[3:-1],
    "ledger",
    LIFECYCLE[-1],
    *DBT_LAYERS,
    "published",
)


def definitions() -> dg.Definitions:
    """Everything workspace.yaml loads."""
    from pm_pipeline.definitions import everything

    return everything()


def snapshot(loaded: dg.Definitions) -> dict[str, Any]:
    """Assets with group, kinds, deps and checks; jobs, schedules, sensors."""
    graph = loaded.resolve_asset_graph()
    checks: dict[str, list[str]] = {}
    for key in graph.asset_check_keys:
        blocking = " (blocking)" if graph.get_check_spec(key).blocking else ""
        checks.setdefault(key.asset_key.to_user_string(), []).append(key.name + blocking)
    assets = {
        key.to_user_string(): {
            "group": graph.get(key).group_name,
            "kinds": sorted(graph.get(key).kinds),
            "deps": sorted(one.to_user_string() for one in graph.get(key).parent_keys),
            "checks": sorted(checks.get(key.to_user_string(), [])),
            "partitioned": graph.get(key).partitions_def is not None,
            "materializable": graph.get(key).is_materializable,
        }
        for key in sorted(graph.get_all_asset_keys())
    }
    repository = loaded.get_repository_def()
    return {
        "assets": assets,
        "jobs": {
            job.name: sorted(key.to_user_string() for key in job.asset_layer.executable_asset_keys)
            for job in sorted(repository.get_all_jobs(), key=lambda one: one.name)
            if not job.name.startswith("__")
        },
        "schedules": {
            one.name: [one.cron_schedule, one.execution_timezone, one.job_name] for one in repository.schedule_defs
        },
        "sensors": {
            one.name: [one.minimum_interval_seconds, sorted(target.job_name for target in one.targets)]
            for one in repository.sensor_defs
        },
    }


def text(loaded: dg.Definitions) -> str:
    """The snapshot as it lies in tests/golden."""
    return json.dumps(snapshot(loaded), indent=1, sort_keys=True) + "\n"


def picture(loaded: dg.Definitions) -> str:
    """The groups and what flows between them, as a Mermaid flowchart. dbt's layers are one box; an arrow that others imply
    is left out."""
    graph = loaded.resolve_asset_graph()
    group = {key: _box(graph.get(key).group_name) for key in graph.get_all_asset_keys()}
    names = sorted(set(group.values()), key=_place)
    arrows = {(group[parent], group[key]) for key in group for parent in graph.get(key).parent_keys}
    after: dict[str, set[str]] = {name: set() for name in names}
    for name in reversed(names):
        for one in [two for start, two in arrows if start == name and _place(two) > _place(name)]:
            after[name] |= {one} | after[one]
    shown = [
        (a, b)
        for a, b in sorted(arrows, key=lambda pair: [_place(one) for one in pair])
        if a != b and not any(b in after[other] for start, other in arrows if start == a and other not in (a, b))
    ]
    lines = ["```mermaid", "flowchart LR"]
    for name in names:
        count = sum(1 for one in group.values() if one == name)
        lines.append(f'  {name}["{name}<br/>{count} table{"s" if count > 1 else ""}"]')
    return "\n".join([*lines, *(f"  {a} --> {b}" for a, b in shown), "```"]) + "\n"


def _box(group: str) -> str:
    return "marts" if group in DBT_LAYERS else group


def _place(name: str) -> int:
    return STAGES.index(name)


def readme_with(picture_text: str, readme: str) -> str:
    """The README with its picture replaced."""
    return BLOCK.sub(lambda found: found[1] + picture_text + found[2], readme)


if __name__ == "__main__":
    found = definitions()
    GOLDEN.write_text(text(found))
    README.write_text(readme_with(picture(found), README.read_text()))
