"""Month close: the figures of a month frozen, and every entry that comes after named as late.

A month goes by the day an entry was posted, as A/R does everywhere here: a payment dated in June and posted in July is July's.
Runs over a past day do post on that day, so entries can come into a closed month. They are never refused (money does not wait
for bookkeeping) and never change what was closed: they are late entries, named with the month, and a column of their own in the
next closing, so that each closing opens with what the one before closed with and still ends at the ledger's balance.

    close.py       close, reopen; who may, and when it must not be
    read.py        the closings as plain data
    report_pdf.py  the close report
    schema.sql     figures, and the views that are frozen and later held against them (audit invariant I20)
"""

from pm_pipeline.closing.close import Month, close, reopen
from pm_pipeline.closing.read import closing, closings

__all__ = ["Month", "close", "closing", "closings", "reopen"]
