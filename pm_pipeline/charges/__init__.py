"""Charge capture: the practice's charge rows, given their claim, and posted to the ledger as what somebody owes.

A charge row is never changed. A row with action correct replaces the one it names, a void row cancels it; in the ledger
the first one's charge is then reversed exactly. What the rows say as a claim is the business of scrub.
"""

from pm_pipeline.charges.capture import load
from pm_pipeline.charges.claim_id import claim_id, is_valid_claim_id, line_id
from pm_pipeline.charges.posting import post_charges

__all__ = ["claim_id", "is_valid_claim_id", "line_id", "load", "post_charges"]
