"""Which remittance a bank transaction names: the reassociation trace number in the addenda the bank passes on.

An ACH payment to a provider carries one addenda record, a TRN segment like that of the 835: `TRN*1*TRN02*TRN03~` (CORE 370;
CCD+). Banks print it into the free text, broken anywhere across lines, and end it with ~ or \\ or not at all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pm_pipeline.remittance.bai2 import BankLine

ENDED = re.compile(r"TRN\*1\*([^*~\\]{1,60})(?:\*([^*~\\]{0,40})(?:\*[^~\\]{0,60})?)?[~\\]")
OPEN_ENDED = re.compile(r"TRN\*1\*([^*~\\\s]{1,50})(?:\*([^*~\\\s]{1,30}))?")
TRN03_LENGTH = 10  # 1 and the nine digits of the payer's tax id


@dataclass(frozen=True)
class Trace:
    """The trace number ('' when the bank names none, or several) and the originator, where it is named."""

    number: str
    originator: str | None = None


def trace_of(line: BankLine) -> Trace:
    """The trace of a transaction: the TRN of its addenda, else the customer's reference (a check number, say)."""
    texts = (line.customer_reference, *line.text)
    found = {_joined(one[1], one[2]) for one in ENDED.finditer("\n".join(texts))}
    if any(len(one.originator or "") > TRN03_LENGTH for one in found) or not found:
        found = {Trace(one[1], one[2]) for text in texts for one in OPEN_ENDED.finditer(text)} or found
    if len(found) > 1:
        return Trace("")  # one deposit for several payments: which part is whose is not said
    if found:
        return found.pop()
    return Trace("" if not line.customer_reference.strip("0 ") else line.customer_reference)


def _joined(number: str, originator: str | None) -> Trace:
    """A line end inside the segment is the bank's, not the payer's."""
    return Trace(number.replace("\n", "").strip(), (originator or "").replace("\n", "").strip() or None)
