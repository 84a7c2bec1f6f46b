"""pm_pipeline: the financial life of a medical practice, from charge to posted cent.

The stages, in the order a claim travels them. One word per stage everywhere: Python package, Dagster group,
DuckDB schema, tests folder.

    front_office -> charges -> scrub -> submission -> acknowledgments -> remittance -> posting -> receivables -> marts

The import law (tests/test_architecture.py holds it):

- ``x12 ledger codes warehouse transport intake config`` know no stage;
- a stage imports only those and, where the journey needs it, a stage before it;
- nothing but ``defs/`` (and ``definitions.py``) imports dagster;
- ``sandbox`` is the other side of the wire: it never imports ledger, posting or any stage but the formats it speaks.
"""
