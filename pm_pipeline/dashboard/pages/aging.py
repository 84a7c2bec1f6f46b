"""A/R aging: payer by bucket on three aging bases, on any day figures are stated as of; every cell leads to its balances."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pm_pipeline.dashboard.context import Context
from pm_pipeline.dashboard.forms import filters
from pm_pipeline.dashboard.parts import dollars, empty, panel, table, tile, tiles
from pm_pipeline.dashboard.reading import Row
from pm_pipeline.dashboard.tables import Column
from pm_pipeline.dashboard.text import ratio

if TYPE_CHECKING:
    from pm_pipeline.dashboard.server import Doors

BUCKETS = ("0-30", "31-60", "61-90", "91-120", "121+", "not billed")
BASES = [
    ("service_date", "Date of service"),
    ("first_bill", "First bill"),
    ("responsibility_start", "Start of responsibility"),
]
PARTIES = [
    ("insurance", "Any payer"),
    ("primary", "Primary"),
    ("secondary", "Secondary"),
    ("tertiary", "Tertiary"),
    ("patient", "Patient"),
    ("collections", "Collections"),
]
KEPT = ("practice", "provider", "payer", "as_of", "base", "party")


def render(context: Context, doors: Doors) -> list[Any]:
    """Tiles and the crosstab."""
    base = context.state.get("base") or "service_date"
    asked = {"base": base, "as_of": context.as_of}
    by_payer: dict[str, Row] = {}
    for one in context.rows("aging", **asked):
        row = by_payer.setdefault(str(one["payer_id"]), {"payer_id": one["payer_id"], "total": 0})
        row[str(one["bucket"])] = one["amount"]
        row["total"] += one["amount"]
    rows = sorted(by_payer.values(), key=lambda row: -row["total"])
    days = [(one["as_of_date"].isoformat(), one["as_of_date"].isoformat()) for one in context.rows("as_of_days")]
    form = filters(
        context,
        "/aging",
        ("as_of", "base", "party", "practice", "provider", "payer"),
        (),
        {"as_of": days, "base": BASES, "party": PARTIES},
        ("party",),
    )
    if not rows:
        return [form, empty("Nothing is owed under these filters.")]
    used = [bucket for bucket in BUCKETS if bucket != "not billed" or any(bucket in row for row in rows)]
    total: Row = {bucket: sum(row.get(bucket, 0) for row in rows) for bucket in used}
    total["total"] = sum(row["total"] for row in rows)
    columns = [
        Column("payer_id", "Payer", "payer"),
        *(Column(bucket, bucket, "money") for bucket in used),
        Column("total", "Total", "money"),
    ]

    def to(column: Column, row: Row) -> str | None:
        payer = {"payer": row["payer_id"]} if row.get("payer_id") else {}
        bucket = column.name if column.name in BUCKETS else None
        return context.state.link("/list/balances", KEPT, **{**asked, "bucket": bucket, **payer})

    def rest(**more: str) -> str:
        return context.state.link("/list/balances", KEPT, **{**asked, **more})

    over = sum(total.get(bucket, 0) for bucket in ("91-120", "121+"))
    insurance = total["total"] - by_payer.get("patient", {"total": 0})["total"]
    head = tiles(
        [
            tile("Open A/R", dollars(total["total"]), f"as of {context.as_of}", to(columns[-1], {})),
            tile("Owed by payers", dollars(insurance), "", rest(party=context.state.get("party") or "insurance")),
            tile("Owed by patients", dollars(total["total"] - insurance), "", rest(payer="patient")),
            tile(
                "Over 90 days",
                dollars(over),
                ratio(over / total["total"]) if total["total"] > 0 else "",
                rest(bucket="over 90"),
                tone="warn" if over > 0 else "",
            ),
        ]
    )
    note = "Credits are in their buckets, so the buckets add up to the A/R control account. Age in days from the base chosen above."
    return [
        form,
        head,
        panel(
            "Payer by age",
            table(context, columns, rows, "A/R by payer and age", to, total),
            note,
            ("aging", context.state.link("", KEPT, **asked)),
        ),
    ]
