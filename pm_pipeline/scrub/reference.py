"""What the scrub reads from configuration, as temporary tables that its SQL can join."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

import duckdb
from pydantic import BaseModel

from pm_pipeline.config import Config
from pm_pipeline.errors import ConfigError
from pm_pipeline.scrub.events import ADJUDICATED, IN_FLIGHT, UNSENT

BILLING_FIELDS = {"name", "npi", "tax_id", "taxonomy", "address", "contact", "submitter_id"}
PAYER_FIELDS = {"payer_id", "name", "filing_indicator", "address"}


def load_reference(con: duckdb.DuckDBPyConnection, config: Config) -> None:
    """Make scrub_payer, scrub_location and scrub_state_group from the configuration.

    content_digest is over what an 837P says of the payer or of the practice and location, so that a claim whose fault
    lay in a configuration file counts as changed once that file is put right. Raises ConfigError.
    """
    for position, payer in enumerate(config.payers):
        _check_pattern(con, position, payer.member_id_pattern)
    _table(
        con,
        "scrub_payer",
        {
            "payer_id": [payer.payer_id for payer in config.payers],
            "payer_kind": [payer.kind for payer in config.payers],
            "filing_indicator": [payer.filing_indicator for payer in config.payers],
            "timely_filing_days": [payer.timely_filing_days for payer in config.payers],
            "member_id_pattern": [payer.member_id_pattern for payer in config.payers],
            "content_digest": [_digest(payer, PAYER_FIELDS) for payer in config.payers],
        },
    )
    billing, locations = _digest(config.practice, BILLING_FIELDS), config.practice.locations
    _table(
        con,
        "scrub_location",
        {
            "location_id": [location.location_id for location in locations],
            "content_digest": [billing + _digest(location) for location in locations],
        },
    )
    groups = [
        (state, group)
        for group, states in (("unsent", UNSENT), ("in_flight", IN_FLIGHT), ("adjudicated", ADJUDICATED))
        for state in states
    ]
    _table(con, "scrub_state_group", {"state": [row[0] for row in groups], "state_group": [row[1] for row in groups]})


def _table(con: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, Sequence[str | int]]) -> None:
    listed = ", ".join(f"unnest(?) AS {column}" for column in columns)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT {listed}", [list(values) for values in columns.values()]
    )


def _digest(item: BaseModel, fields: set[str] | None = None) -> str:
    return hashlib.sha256(json.dumps(item.model_dump(mode="json", include=fields), sort_keys=True).encode()).hexdigest()


def _check_pattern(con: duckdb.DuckDBPyConnection, position: int, pattern: str) -> None:
    try:
        con.execute("SELECT regexp_full_match('', ?)", [pattern])
    except duckdb.Error:
        raise ConfigError(
            f"payers.yaml: payers[{position}].member_id_pattern: {pattern!r} uses what the edit engine's regular "
            "expressions (RE2) do not have, such as look-ahead or a back-reference. Write it without."
        ) from None
