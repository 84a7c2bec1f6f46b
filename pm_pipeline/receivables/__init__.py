"""Who owes what and how old it is; denial episodes; work that silence and time make.

Balances and aging are macros over the ledger (schema.sql): any past day is a sum over entries up to that day. This stage's
own tables hold what the ledger does not: denials (they post nothing by themselves) and work items.

    denials.sql work.sql    open and close denial episodes and work items, once a day (run.py)
    workflow.py             config/denial_workflow.yaml as the work list sees it
    episodes.py             reading: the work list, one episode with its timeline
    actions.py              what people do; permission.py: may they; owners.py: who may own it; effects.py: what it posts, the claim sent again
    letters.py              appeal letters; letter_facts.py: placeholders; letter_pdf.py: the sheet
"""

from pm_pipeline.receivables.run import Receivables, run

__all__ = ["Receivables", "run"]
