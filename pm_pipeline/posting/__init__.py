"""Remittance lines become ledger entries by the posting policy, or wait in suspense with a coded exception.

    pending.sql     what is not posted yet: new claims, and those in suspense, tried again every run
    match.sql       to our claim, by CLM01;  match_more.sql  else by the payer's claim number, or by what one claim alone has
    answer.sql      whose turn the payer is, and which charge a line speaks of
    decide.sql      each adjustment against the policy in force on the payment's date (config/policies/, policy.sql)
    gates.sql       what that policy requires of the payment, and what it makes of the claim's payment
    block.sql       what keeps a claim from being posted;  unblock.sql  what this run has posted since lets go
    items.sql       what nothing blocks, line by line;  overlap.sql  what of a later payer's write-offs is covered already
    forward.sql     its payments, write-offs and transfers;  keep.sql  the postings, line outcomes and decisions they go with
    reversal.sql    CLP02 22: the exact negation of what it takes back
    suspend.sql     the rest: cash to UNAPPLIED, with the reason
    deposits.sql    which payment each deposit of the bank is;  tie.sql  keeps it;  unexplained.sql  money without a remittance
    provider.sql    PLB
    flags.sql       what posted but should be looked at, by what the ledger holds;  look.sql  by what the remittance says
    recoup.sql      takebacks and balances carried forward, until their other half comes
    deferred.sql    what a rule's delay_days held back, when its day has come

People decide about what waits (exceptions.csv: which codes, which actions): propose.py shows and proposes, resolve.py
keeps the decision, unpost.py that a match was wrong, and the next run acts on it in the same path (said.sql, unposting.sql,
unpost.sql, overrule.sql, placing.sql, place.sql, place_reversed.sql, settled.sql).

All of a run is kept, or nothing (run.py). Until the first transactions go into the ledger nothing but temporary tables is made:
DuckDB reads them with all its threads only when they were made before the transaction.

auto_post.py says how much posted with no person.

Order does not matter: what cannot be posted yet (a reversal before its original, a secondary before its primary, a
remittance before its charges) waits in suspense and is released by a later run, and the ledger nets to the same.
"""

from pm_pipeline.posting.auto_post import auto_posted
from pm_pipeline.posting.exceptions import ACTIONS, kinds
from pm_pipeline.posting.propose import Proposal, behind, propose, queue
from pm_pipeline.posting.resolve import Resolution, resolve
from pm_pipeline.posting.run import Posted, run
from pm_pipeline.posting.unpost import unpost

__all__ = [
    "ACTIONS",
    "Posted",
    "Proposal",
    "Resolution",
    "auto_posted",
    "behind",
    "kinds",
    "propose",
    "queue",
    "resolve",
    "run",
    "unpost",
]
