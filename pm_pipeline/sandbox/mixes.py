"""The mixes of a simulation: what `pm demo --mix` takes, and what each merges onto plan.yaml."""

STANDARD = "standard"
MIXES = {STANDARD: None, "hard": "hard.yaml", "edits": "edits.yaml"}
