"""Starting what tests run in processes of their own: `python -m MODULE VERB PATH [ARGUMENT ...]`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def start(module: str, verb: str, path: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start a verb of a test module; its output can be read line by line."""
    return subprocess.Popen(
        [sys.executable, "-m", module, verb, str(path), *arguments],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
