"""Reading everything, writing nothing: invariants, the trace of a claim or an entry, the status of the whole.

This is the auditor's door. It may read every stage's tables; no stage imports it.
"""
