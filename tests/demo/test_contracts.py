"""The lived practice's contracts against the sandbox's books: an independent reckoning of what each payer owed and allowed."""

from __future__ import annotations

import sqlite3
from collections import Counter

from pydantic import TypeAdapter

from pm_pipeline.sandbox.draw import Draw
from pm_pipeline.sandbox.payers import cost_share
from pm_pipeline.sandbox.plan import Plan
from pm_pipeline.sandbox.visits import fees
from pm_pipeline.sandbox.world import BOOKS
from pm_pipeline.x12.write_835 import RemitClaim, RemitLine
from tests.lived import Lived

IN_FORCE = (
    "SELECT clm01, payer_id, kind, body FROM adjudication WHERE turn = 'primary' AND kind IN ('answer', 'correction') "
    "AND is_reversed = 0 AND is_suspended = 0"
)


def expected(payer_id: str, line: RemitLine, allowed_bp: int) -> float:
    """What the payer's own schedule gives for what it did not refuse, in cents, unrounded."""
    share = Draw(2026).of("fee schedule", payer_id, line.procedure).randint(9_000, 11_000)
    refused = sum(one.cents for one in line.adjustments if one.carc == "151") / line.charge_cents
    return fees()[line.procedure].cents * float(line.units) * (1 - refused) * allowed_bp * share / 1e8


def test_underpaid_is_what_the_sandbox_allowed_below_its_own_schedule(lived: Lived) -> None:
    payers = {one.payer_id: one for one in lived.home.config.payers}
    books = sqlite3.connect(lived.home.settings.sandbox_dir / BOOKS)
    books.row_factory = sqlite3.Row
    truth: dict[tuple[str, str | None], str] = {}
    kinds: Counter[str] = Counter()
    for row in books.execute(IN_FORCE).fetchall():
        terms = Plan.shipped().terms(payers[row["payer_id"]])
        for line in TypeAdapter(RemitClaim).validate_json(row["body"]).lines:
            if line.allowed_cents is None:
                continue
            wanted = expected(row["payer_id"], line, terms.allowed_bp)
            if wanted > 2 * line.charge_cents:
                continue  # the practice's own mistake in the units
            kept = sum(one.cents for one in line.adjustments if one.carc == "253")
            gap = line.paid_cents + kept + cost_share(line) - wanted
            near = max(50, wanted / 100)
            assert abs(abs(gap) - near) > 0.5 or abs(gap) < near - 10  # no line of this world lies on the edge
            said = "as_expected" if abs(gap) <= near else "underpaid" if gap < 0 else "overpaid"
            truth[row["clm01"], line.line_id] = said
            kinds[f"{row['kind']} {said}"] += 1
    books.close()
    with lived.home.warehouse.read() as con:
        ours = con.execute(
            "SELECT contract.claim_id, line.line_id, verdict FROM receivables.standing_contract_line AS contract "
            "JOIN remittance.line AS line USING (remit_line_id) WHERE verdict <> 'not_priced' AND is_newest"
        ).fetchall()
        posted = {
            row[0]
            for row in con.execute(
                "SELECT DISTINCT clp01 FROM remittance.claim SEMI JOIN posting.posting USING (remit_claim_id)"
            ).fetchall()
        }
        [work] = con.execute("SELECT count(*) FROM receivables.open_work WHERE kind = 'underpayment'").fetchall()
        reasons = {row[0] for row in con.execute("SELECT DISTINCT reason FROM receivables.contract_line").fetchall()}
    found = {(claim_id, line_id): verdict for claim_id, line_id, verdict in ours}
    assert found == {key: said for key, said in truth.items() if key[0] in posted}
    assert kinds["answer underpaid"] == 0
    assert kinds["correction underpaid"] > 0
    assert work[0] > 0
    assert reasons - {"implausible"} == {None, "denied"}
