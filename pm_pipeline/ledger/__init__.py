"""Double entry, append-only. Accounts, transactions, entries, balances; no knowledge of any stage.

Stages propose (``proposals``), the ledger posts (``post``) what balances and is new, and nothing else ever writes here.
Money is integer cents; a debit is positive, a credit negative; every transaction sums to zero.
"""

from pm_pipeline.ledger.content import content_hash
from pm_pipeline.ledger.post import Found, Posted, batch_after, find, keep, post, proposals, reverse
from pm_pipeline.warehouse import Schema

SCHEMA = Schema("ledger", 6, "pm_pipeline.ledger")

__all__ = [
    "SCHEMA",
    "Found",
    "Posted",
    "batch_after",
    "content_hash",
    "find",
    "keep",
    "post",
    "proposals",
    "reverse",
]
