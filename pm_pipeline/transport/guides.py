"""Which of the sets others send us we read, judged after the envelope: version, guide and usage.

The envelope (x12/envelope.py) says whether a file is whole; this says whether it is for us to read.
"""

from __future__ import annotations

from collections.abc import Collection

from pm_pipeline.x12.envelope import Envelope, Group, Interchange, Problem, TransactionSet, shown

# ST01 -> implementation guides read
READ: dict[str, frozenset[str]] = {
    "835": frozenset({"005010X221", "005010X221A1"}),
    "277": frozenset({"005010X214"}),
    "999": frozenset({"005010X231", "005010X231A1"}),
    "997": frozenset({"005010", "005010X230"}),
}
VERSION = "00501"


def judge(envelope: Envelope, accepts_usage: Collection[str]) -> None:
    """Reject what is not for us to read, with a coded problem. The envelope's own judgement stands."""
    for interchange in envelope.interchanges:
        if interchange.disposition == "rejected":
            continue
        if interchange.isa[11] != VERSION:
            interchange.fail(
                "UNSUPPORTED_GUIDE",
                interchange.first_segment_no,
                f"ISA12 is {shown(interchange.isa[11])}; only {VERSION} is read. Ask the sender for version 5010.",
            )
        elif interchange.usage not in accepts_usage:
            interchange.fail("USAGE", interchange.first_segment_no, _usage_text(interchange.usage, accepts_usage))
        else:
            for group in interchange.groups:
                for one in group.sets:
                    _judge_set(group, one)


def guide_of(group: Group, one: TransactionSet) -> str:
    """ST03, else GS08: an 835 has no ST03."""
    return one.st03 or group.gs08


def disposition_of(interchange: Interchange, group: Group, one: TransactionSet) -> str:
    """A set's disposition, given what it stands in: accepted, quarantined or rejected."""
    if "rejected" in (interchange.disposition, group.disposition):
        return "rejected"
    return one.disposition


def _judge_set(group: Group, one: TransactionSet) -> None:
    guide = guide_of(group, one)
    if guide in READ.get(one.st01, frozenset()):
        return
    code, text = "UNSUPPORTED_GUIDE", f"This is a {shown(one.st01)} by guide {shown(guide)}, which is not read here."
    if one.st01 == "837":
        code = "UNEXPECTED_GUIDE"
        text = "This is an 837: claims are sent from here, never read. Was it dropped by mistake?"
    elif one.st01 in READ:
        text += f" Ask the sender for {' or '.join(sorted(READ[one.st01]))}."
    one.problems.append(Problem("set", code, one.first_segment_no, text))
    one.disposition = "rejected"


def _usage_text(usage: str, accepts_usage: Collection[str]) -> str:
    wanted = " or ".join(sorted(accepts_usage))
    if usage == "T":
        return f"ISA15 is T: a test file, whose money must not post where {wanted} is accepted (TA1 020)."
    return f"ISA15 is {shown(usage)}; {wanted} is accepted here (accepts_usage in trading_partners.yaml; TA1 020)."
