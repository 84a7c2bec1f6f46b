"""Who owes a charge before any payer has spoken: the ledger follows the claim.

A charge is posted to whoever was known to cover it on the day it was loaded. When a coverage arrives, changes or goes
away before the claim is sent, its balance moves. Transfers carry the dates of the charge itself, so the ledger's net
content is the same as if the coverage had been there from the start.
"""

from __future__ import annotations

import datetime as dt

import duckdb

from pm_pipeline.ledger import post, proposals
from pm_pipeline.warehouse import Unit, run_sql


def assign_responsibility(con: duckdb.DuckDBPyConnection, work: Unit, today: dt.date) -> int:
    """Move the balance of each charge of the claims just looked at to the party its claim names; count the transfers.

    Uses scrub_charge and scrub_plan (build.py) and scrub.claim as just written. Charges of claims in flight stay where
    they are, and so do charges a remittance or payment has touched on a claim a payer adjudicated. Taking back what was
    moved for a charge since voided is part of voiding it (charges). Call inside the unit of work.
    """
    with proposals(con):
        run_sql(con, __package__ or "", "responsibility.sql")
        posted = post(con, work, "responsibility", today)
    return posted.transactions
