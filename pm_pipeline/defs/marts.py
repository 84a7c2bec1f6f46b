"""dbt builds the marts from the warehouse; the published generation is what people read."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliResource, dbt_assets

from pm_pipeline.defs.pages import address
from pm_pipeline.defs.resources import PmResource
from pm_pipeline.defs.stage import OWNER, POOL
from pm_pipeline.errors import PmError
from pm_pipeline.home import Home
from pm_pipeline.settings import Settings
from pm_pipeline.warehouse.publish import publish

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"


class Translator(DagsterDbtTranslator):
    """Names dbt's nodes as the rest of the graph is named: sources are the stages' tables, models [layer, name]."""

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: Any) -> dg.AssetSpec:
        """The default spec with our key, group and owner."""
        node = super().get_asset_spec(manifest, unique_id, project)
        props = manifest["sources" if unique_id.startswith("source") else "nodes"].get(unique_id, {})
        if unique_id.startswith("source"):
            return node.replace_attributes(key=dg.AssetKey([props["source_name"], props["name"]]))
        layer = props.get("fqn", ["", "marts"])[1]
        return node.replace_attributes(key=dg.AssetKey([layer, props["name"]]), group_name=layer, owners=[OWNER])


def environment(settings: Settings) -> dict[str, str]:
    """What dbt needs to know: the warehouse, and folders outside the project to write to; nothing is sent anywhere."""
    return {
        "PM_WAREHOUSE": str(settings.warehouse_path),
        "DBT_TARGET_PATH": str(settings.home / "dbt" / "target"),
        "DBT_LOG_PATH": str(settings.home / "dbt" / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }


def manifest_path(settings: Settings) -> Path:
    """dbt's manifest of the project, parsed again only when a file of the project changed. Raises PmError."""
    digest = hashlib.sha256()
    for path in sorted(PROJECT.rglob("*")):
        if path.is_file() and path.suffix in {".sql", ".yml", ".md", ".csv"} and "target" not in path.parts:
            digest.update(path.relative_to(PROJECT).as_posix().encode() + b"\0" + path.read_bytes())
    target = settings.home / "dbt" / "manifests" / digest.hexdigest()[:16]
    manifest = target / "manifest.json"
    if not manifest.is_file():
        target.mkdir(parents=True, exist_ok=True)
        _dbt(settings, ["parse", "--target-path", str(target)])
    return manifest


def write_docs(home: Home) -> Path:
    """dbt's own pages about the marts as they are in the warehouse, in one file that needs no network; returns it. Raises PmError."""
    settings = home.settings
    target = settings.home / "dbt" / "docs"
    with home.warehouse.lend():
        _dbt(settings, ["docs", "generate", "--static", "--target-path", str(target)])
    page = settings.documents_dir / "marts" / "index.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    fresh = page.with_suffix(".new")
    shutil.copyfile(target / "static_index.html", fresh)
    fresh.replace(page)
    return page


def _dbt(settings: Settings, arguments: list[str]) -> None:
    """Run dbt in a process of its own. Raises PmError with the end of what it said."""
    done = subprocess.run(  # noqa: S603 (our own dbt, our own project)
        [str(dbt_executable()), *arguments, "--quiet", "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)],
        env={**os.environ, **environment(settings)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise PmError(
            f"dbt cannot do `{' '.join(arguments[:2])}` with the project in {PROJECT}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        )


def dbt_executable() -> Path:
    """The dbt beside this Python."""
    return Path(sys.executable).with_name("dbt")


def dbt_resource() -> DbtCliResource:
    """dbt as a Dagster resource."""
    return DbtCliResource(project_dir=str(PROJECT), profiles_dir=str(PROJECT), dbt_executable=str(dbt_executable()))


def assets() -> list[dg.AssetsDefinition]:
    """The dbt models as assets (their tests as checks), and the published generation after them."""
    settings = Settings.load()

    @dbt_assets(manifest=manifest_path(settings), dagster_dbt_translator=Translator(), pool=POOL, name="build_marts")
    def build_marts(context: dg.AssetExecutionContext, dbt: DbtCliResource, pm: PmResource) -> Iterator[Any]:
        home = pm.home()
        pm.release()
        os.environ.update(environment(home.settings))
        with home.warehouse.lend():  # dbt opens the file itself, in its own process
            yield from dbt.cli(["build"], context=context, target_path=home.settings.home / "dbt" / "target").stream()

    published = [key for key in build_marts.keys if key.path[0] in ("marts", "drill", "persons")]

    @dg.asset(
        key=["published", "generation"],
        group_name="published",
        description="An immutable copy of the marts that dashboards and notebooks read while the pipeline goes on.",
        deps=published,
        owners=[OWNER],
        kinds={"duckdb"},
        pool=POOL,
    )
    def generation(pm: PmResource) -> dg.MaterializeResult:
        home: Home = pm.home()
        pm.release()
        with home.warehouse.lend() as database:
            made = publish(database, home.settings.published_dir, home.config.schedule.keep_generations)
        return dg.MaterializeResult(
            metadata={
                "generation": made.number,
                "path": dg.MetadataValue.path(str(made.path)),
                "dashboard": dg.MetadataValue.url(address("/")),
            }
        )

    return [build_marts, generation]
