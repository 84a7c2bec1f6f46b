"""`pm claims`: what can be shown to others about a claim."""

from __future__ import annotations

from typing import Any

import click

from pm_pipeline.console import as_json, dollars, escape, out, print_json

COUNTED = {"service": "the first service", "prior_remittance": "the earlier payer's payment"}


@click.group()
def claims() -> None:
    """Claims: proofs for payers and auditors.

    \b
    pm claims filing-proof CLAIM_ID   sent, received and accepted, against the payer's filing limit
    """


@claims.command("filing-proof")
@click.argument("claim_id")
@click.option(
    "--turn",
    type=click.Choice(["primary", "secondary", "tertiary"]),
    default="primary",
    show_default=True,
    help="To which payer.",
)
@click.option(
    "--raw/--no-raw", default=False, help="Show the segments themselves, ours and theirs (holds patient data)."
)
@as_json
def filing_proof(claim_id: str, turn: str, raw: bool, json_: bool) -> None:
    """Proof of timely filing: the bytes sent, the upload, every TA1, 999, 277CA and 835, against the payer's limit.

    The last day is the first day of service plus the payer's timely_filing_days (payers.yaml); for a later payer (--turn) as its
    later_filing says, by default from the payment of the payer before it. What counts is the day we
    received a 277CA that accepts the claim, or the payer's own 835; a TA1 or 999 proves the file, not the claim.

    \b
    Exit 0: filed in time.   Exit 1: late, not proven, or never sent; what there is is shown all the same.
    """
    from pm_pipeline.audit.filing_proof import filing_proof as prove
    from pm_pipeline.audit.trace import Evidence
    from pm_pipeline.home import open_home
    from pm_pipeline.transport.store import inbox_store, outbox_store

    home = open_home()
    outbox = outbox_store(home.settings)
    evidence = Evidence(inbox_store(home.settings), outbox) if raw else None
    payers = {one.payer_id: one for one in home.config.payers}
    with home.warehouse.read() as con:
        found = prove(con, claim_id, payers, outbox, evidence, turn)
    if json_:
        print_json(found)
    else:
        _print(found)
    if found["verdict"] != "proven":
        raise SystemExit(1)


def _print(found: dict[str, Any]) -> None:
    lines = [
        f"Claim {found['claim_id']}, services {found['dos_from']} to {found['dos_to']}, charge {dollars(found['charge_cents'])}",
        found["text"],
    ]
    if found["last_day"]:
        lines.append(
            f"Limit of {found['payer_id']}: {found['timely_filing_days']} days from {COUNTED[found['counted_from']]}; last day {found['last_day']}"
        )
    for one in found["submissions"]:
        lines += ["", *_submission(one)]
    for line in lines:
        out.print(escape(line), highlight=False, soft_wrap=True)


def _submission(one: dict[str, Any]) -> list[str]:
    lines = [
        f"Submission {one['version']} to {one['payer_id']}, frequency {one['frequency']}, charge {dollars(one['charge_cents'])}",
        f"  sent       ISA13 {one['isa13']:09d}  GS06 {one['gs06']}  ST02 {one['st02']:04d}  BHT03 {one['reference']}",
        f"  bytes      sha256 {one['file_id']}, {one['bytes']:,} bytes, {one['bytes_on_hand']}",
        f"  the claim  segments {one['first_segment_no']} to {one['last_segment_no']} of that file",
        *(f"             {segment}" for segment in one.get("raw", [])),
    ]
    for event in one["upload"]:
        where = f" as {one['remote_name']} to {one['partner_id']}" if event["state"] == "uploaded" else ""
        detail = f" ({event['detail']})" if event["detail"] else ""
        lines.append(
            f"  {event['state']:<10} {event['happened_on']}{where}{detail}, recorded {event['recorded_at']:%Y-%m-%d %H:%M:%S} UTC"
        )
    for answer in one["answers"]:
        lines.append(f"  {answer['answer']:<10} {answer['received_on']} {answer['outcome']}: {answer['detail']}")
        lines.append(f"             sha256 {answer['file_id']} segment {answer['segment_no']}")
        if answer["received_from"]:
            lines.append(
                f"             from {answer['received_from']} as {answer['remote_path']}, {answer['bytes']:,} bytes, {answer['landed_at']:%Y-%m-%d %H:%M:%S} UTC"
            )
        if answer.get("raw"):
            lines.append(f"             {answer['raw']}")
    return lines if one["answers"] else [*lines, "  no answer is on record"]
