"""BAI2 files made by hand for tests, with right totals and counts. Accounts, banks and payers are invented."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from tests.money import TODAY, World

AS_OF = dt.date(2026, 6, 22)
ORIGINATOR = "1990000021"  # BLHRB


def credit(
    cents: int, trace: str = "", *, kind: str = "165", reference: str = "", customer: str = "", originator: str = ORIGINATOR,
    text: str = "",
) -> list[str]:  # fmt: skip
    """The records of one transaction: the 16, and an 88 with the addenda where there is a trace."""
    records = [f"16,{kind},{cents},,{reference},{customer},{text}{'' if text else '/'}"]
    if trace:
        records.append(f"88,ADDENDA=TRN*1*{trace}*{originator}~")
    return records


def account(
    *transactions: Sequence[str], number: str = "000123456789", summary: str = "015,500000,,,100,1000,2,"
) -> list[str]:
    """An account with a true trailer."""
    records = [f"03,{number},USD,{summary}/", *(record for one in transactions for record in one)]
    parts = summary.split(",")
    total = sum(int(parts[at + 1]) for at in range(0, len(parts) - 1, 4))
    total += sum(int(one.split(",")[2]) for one in records if one.startswith("16,"))
    return [*records, f"49,{total},{len(records) + 1}/"]


def statement(
    *accounts: Sequence[str], as_of: dt.date = AS_OF, file_no: int = 1, status: str = "1", currency: str = "USD"
) -> str:
    """A whole file of one group."""
    inner = [record for one in accounts for record in one]
    total = sum(int(one.split(",")[1]) for one in inner if one.startswith("49,"))
    day = f"{as_of:%y%m%d}"
    group = [f"02,HARBORVIEW,999000013,{status},{day},2359,{currency},2/", *inner]
    group.append(f"98,{total},{len(accounts)},{len(group) + 1}/")
    file = [f"01,999000013,HARBORVIEW,{day},0600,{file_no},,,2/", *group]
    file.append(f"99,{total},1,{len(file) + 1}/")
    return "\n".join(file) + "\n"


def land(world: World, text: str, kind: str = "bank", today: dt.date = TODAY) -> str:
    """Land a bank's file as if swept; returns its file_id."""
    file_id = world.store.put_bytes(text.encode())
    world.con.execute(
        "INSERT OR IGNORE INTO transport.file VALUES (?, 'in', ?, ?, ?, now()::TIMESTAMP, 'r')",
        [file_id, kind, len(text), today],
    )
    return file_id


def feed(*rows: tuple[str, int, str, str]) -> str:
    """The deposits feed: (deposit_id, cents, trace_number, originator)."""
    lines = [
        f"{deposit_id},{AS_OF},{trace},{originator},{cents // 100}.{cents % 100:02d}"
        for deposit_id, cents, trace, originator in rows
    ]
    return "\n".join(["deposit_id,deposited_on,trace_number,originator,amount", *lines]) + "\n"
