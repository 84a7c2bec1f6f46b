"""The tests, and what they all run under; set before anything of the package is imported."""

import os

os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
os.environ["COLUMNS"] = "220"  # what commands print must not hang on whose terminal it is
