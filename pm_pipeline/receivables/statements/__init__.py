"""Patients' statements: what each guarantor owes after insurance, asked for in notices, and what is left out with its reason.

A statement is a fact made once (receivables.statement); it is sent when it goes into a file for the print vendor. Nothing that insurance
may still owe, or that is in dispute, is on one.

    lines.sql holds.sql                    what is owed, what may not be asked for
    plans.sql stale.sql due.sql            plans that are kept, statements that must not be sent any more, what is due
    run.py last_day.sql keep.sql           the run of a day, whether that day is past, and what is kept
    holds.csv                              every reason to leave a line out, with what to do
    desk.py                                what people do: stop, resume, payment plans, sending
    statement_pdf.py                       the page of one statement
    vendor.py                              the print vendor's file
    reading.py                             lists for the command line
"""

from pm_pipeline.receivables.statements.run import Statements, find, run

__all__ = ["Statements", "find", "run"]
