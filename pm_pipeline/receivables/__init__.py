"""Who owes what and how old it is; denial episodes; work that silence and time make.

Balances and aging are macros over the ledger (schema.sql): any past day is a sum over entries up to that day. This stage's
own tables hold what the ledger does not: denials (they post nothing) and work items.
"""

from pm_pipeline.receivables.run import Receivables, run

__all__ = ["Receivables", "run"]
