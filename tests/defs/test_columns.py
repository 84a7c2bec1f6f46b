"""Columns in the Dagster UI, and the X12 element each is read from."""

from __future__ import annotations

import dagster as dg
import duckdb
import pytest

from pm_pipeline.defs.columns import SETS, column_lineage, column_schema, columns
from pm_pipeline.defs.remittance import SPECS
from pm_pipeline.defs.stage import results

OURS = {  # of the tables made from an 835: keys, places and judgements of our own
    "payment": {"payment_id", "set_id", "file_id", "segment_no", "payer_id", "is_our_payee", "claims", "fingerprint",
                "received_on", "run_id"},
    "claim": {"remit_claim_id", "payment_id", "clp_no", "file_id", "segment_no", "lines", "is_balanced", "imbalance",
              "run_id"},
    "line": {"remit_line_id", "remit_claim_id", "svc_no", "file_id", "segment_no", "is_balanced", "run_id"},
    "adjustment": {"adjustment_id", "remit_claim_id", "remit_line_id", "file_id", "segment_no", "run_id"},
    "provider_adjustment": {"plb_id", "payment_id", "file_id", "segment_no", "run_id"},
}  # fmt: skip


def test_every_column_of_every_table_is_found(con: duckdb.DuckDBPyConnection) -> None:
    for (schema, table), found in columns().items():
        rows = con.execute(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = ? AND table_name = ? "
            "ORDER BY ordinal_position",
            [schema, table],
        ).fetchall()
        assert [one.name for one in found] == [name for name, _ in rows], (schema, table)
        types = [one.type.replace(", ", ",") for one in found]
        assert types == [kind.replace(", ", ",") for _, kind in rows], (schema, table)


@pytest.mark.parametrize("table", OURS)
def test_every_column_that_comes_from_an_835_names_its_element(table: str) -> None:
    assert {one.name for one in columns()["remittance", table] if not one.elements} == OURS[table]


@pytest.mark.parametrize(
    ("stage", "table", "column", "elements"),
    [
        ("remittance", "claim", "paid_cents", ["CLP04"]),
        ("remittance", "claim", "forwarded_to", ["NM1*TT", "NM109"]),
        ("remittance", "line", "line_id", ["REF*6R"]),
        ("remittance", "line", "dos_from", ["DTM*472", "DTM*150"]),
        ("remittance", "adjustment", "cents", ["CAS03", "CAS06", "CAS09", "CAS12", "CAS15", "CAS18"]),
        ("acknowledgments", "claim_status", "category", ["STC01-1"]),
    ],
)
def test_lineage_leads_to_the_element(stage: str, table: str, column: str, elements: list[str]) -> None:
    lineage = column_lineage(stage, table)
    assert lineage is not None
    assert {dep.column_name for dep in lineage.deps_by_column[column]} == set(elements)
    assert {dep.asset_key for dep in lineage.deps_by_column[column]} == {SETS}


def test_the_elements_are_columns_of_the_sets_they_are_read_from() -> None:
    schema = column_schema("transport", "transaction_set")
    assert schema is not None
    shown = {one.name for one in schema.columns}
    for (stage, table), found in columns().items():
        assert column_lineage(stage, table) is None or any(one.elements for one in found)
        assert {element for one in found for element in one.elements} <= shown


def test_a_bank_deposit_has_columns_and_no_element() -> None:
    assert column_lineage("remittance", "deposit") is None
    schema = column_schema("remittance", "deposit")
    assert schema is not None
    assert schema.columns[0] == dg.TableColumn("deposit_id", "VARCHAR", description="the bank's own id")


def test_a_materialisation_carries_its_lineage_and_its_asset_its_columns() -> None:
    claim = next(one for one in results(SPECS, {"claim": {"claims": 3}}) if one.asset_key == SPECS[1].key)
    assert claim.metadata is not None
    assert set(claim.metadata) == {"claims", "dagster/column_lineage"}
    assert SPECS[1].metadata["dagster/column_schema"] == column_schema("remittance", "claim")
