"""What a demo prints, for those who write a page of it: it lives in a folder of its own, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import click

ROOT = Path(__file__).resolve().parents[2]


def demo_document(home: Path, mix: str, days: int, config: Path | None = None) -> dict[str, Any]:
    """The document of `pm demo --mix MIX --days DAYS --json` lived in `home`; config: a PM_CONFIG. Exits when there is none."""
    env = os.environ | {"PM_HOME": str(home), "PM_INBOX": str(home / "in"), "PM_OUTBOX": str(home / "out")}
    if config is not None:
        env["PM_CONFIG"] = str(config)
    command = [sys.executable, "-m", "pm_pipeline.cli", "demo", "--mix", mix, "--days", str(days), "--json"]
    done = subprocess.run(command, env=env, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if not done.stdout.strip():
        raise click.ClickException(f"{' '.join(command)} ended with {done.returncode}; what it said stands above.")
    document: dict[str, Any] = json.loads(done.stdout)
    return document
