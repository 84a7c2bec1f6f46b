"""Reading 835s by hand, so that the writer is not checked by itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal


def cents(text: str) -> int:
    """X12 money to cents."""
    return int(Decimal(text or "0") * 100)


@dataclass
class Svc:
    charge: int
    paid: int
    cas: list[tuple[str, str, int]] = field(default_factory=list)
    line_id: str = ""


@dataclass
class Clp:
    clm01: str
    status: str
    charge: int
    paid: int
    patient: int
    number: str
    svc: list[Svc] = field(default_factory=list)
    forwarded_to: str = ""


@dataclass
class Payment:
    trace: str = ""
    originator: str = ""
    payee: str = ""
    method: str = ""
    paid: int = 0
    claims: list[Clp] = field(default_factory=list)
    plb: list[tuple[str, str, int]] = field(default_factory=list)


def payments(text: str) -> list[Payment]:
    """Every transaction set of an 835 file."""
    found: list[Payment] = []
    for piece in text.split("~"):
        seg = [*piece.split("*"), *[""] * 20]
        match seg[0]:
            case "ST":
                found.append(Payment())
            case "BPR":
                found[-1].paid, found[-1].method = cents(seg[2]), seg[4]
            case "TRN":
                found[-1].trace, found[-1].originator = seg[2], seg[3]
            case "N1" if seg[1] == "PE":
                found[-1].payee = seg[4]
            case "CLP":
                found[-1].claims.append(Clp(seg[1], seg[2], cents(seg[3]), cents(seg[4]), cents(seg[5]), seg[7]))
            case "NM1" if seg[1] == "TT":
                found[-1].claims[-1].forwarded_to = seg[9]
            case "SVC":
                found[-1].claims[-1].svc.append(Svc(cents(seg[2]), cents(seg[3])))
            case "CAS":
                triplets = [(seg[1], seg[at], cents(seg[at + 1])) for at in range(2, 20, 3) if seg[at]]
                found[-1].claims[-1].svc[-1].cas += triplets
            case "REF" if seg[1] == "6R":
                found[-1].claims[-1].svc[-1].line_id = seg[2]
            case "PLB":
                for at in range(3, 15, 2):
                    reason, _, reference = seg[at].partition(":")
                    if reason:
                        found[-1].plb.append((reason, reference, cents(seg[at + 1])))
            case _:
                pass
    return found


def gate_failures(payment: Payment) -> list[str]:
    """What does not balance, by the three gates."""
    found: list[str] = []
    for clp in payment.claims:
        for svc in clp.svc:
            if svc.charge - svc.paid != sum(amount for _, _, amount in svc.cas):
                found.append(f"{clp.clm01} line {svc.line_id}")
        if clp.charge != sum(svc.charge for svc in clp.svc) or clp.paid != sum(svc.paid for svc in clp.svc):
            found.append(clp.clm01)
        if clp.charge - clp.paid != sum(amount for svc in clp.svc for _, _, amount in svc.cas):
            found.append(f"{clp.clm01} claim")
    if payment.paid != sum(clp.paid for clp in payment.claims) - sum(amount for _, _, amount in payment.plb):
        found.append("BPR02")
    return found
