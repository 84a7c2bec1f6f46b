"""835 payments: read to the adjustment, held to the balancing gates, keyed so that each counts once; bank deposits.

A set that is not whole or does not balance is quarantined with its reason and leaves its siblings alone. A claim that does
not balance is loaded and marked: its money goes to suspense when it is posted. Nothing is ever added to make a thing balance.
"""

from pm_pipeline.remittance.load import Remitted, load_deposits, run

__all__ = ["Remitted", "load_deposits", "run"]
