"""What a generated file holds, known by the generator and compared with what each reader says. Imports nothing of ours."""

from __future__ import annotations

from dataclasses import asdict, dataclass

COMPARED = ("claims", "lines", "adjustments", "charge_cents", "paid_cents", "adjusted_cents", "segments")


@dataclass
class Truth:
    """Sums over one file. Cents: charge CLP03 or CLM02, paid CLP04, adjusted all CAS amounts, plb all PLB amounts."""

    bytes: int = 0
    segments: int = 0
    sets: int = 0
    claims: int = 0
    lines: int = 0
    adjustments: int = 0
    charge_cents: int = 0
    paid_cents: int = 0
    adjusted_cents: int = 0
    plb_cents: int = 0

    def add(self, **more: int) -> None:
        """Add to the sums by name."""
        for name, value in more.items():
            setattr(self, name, getattr(self, name) + value)


def differences(truth: Truth, counts: dict[str, int]) -> list[str]:
    """One text for each of the reader's figures that is not the truth; what a reader does not give is not compared."""
    known = asdict(truth)
    return [
        f"{name} {counts[name]:,} instead of {known[name]:,}"
        for name in COMPARED
        if name in counts and counts[name] != known[name]
    ]


def money(cents: int) -> str:
    """Cents as X12 writes them: 12050 -> 120.5, 900 -> 9, -5 -> -0.05."""
    sign, value = ("-", -cents) if cents < 0 else ("", cents)
    whole, part = divmod(value, 100)
    return f"{sign}{whole}" if not part else f"{sign}{whole}.{part:02d}".rstrip("0")
