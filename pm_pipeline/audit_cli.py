"""`pm audit`: a period of the ledger for an auditor, and the proof that nobody changed it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from pm_pipeline.console import DAY, as_json, err, escape, out, print_json
from pm_pipeline.errors import PmError


@click.group()
def audit() -> None:
    """Exports for auditors, and their verification.

    \b
    pm audit export --from 2026-06-01 --to 2026-06-30 FOLDER
    pm audit verify FOLDER        needs no warehouse, and neither does `python FOLDER/verify.py FOLDER`
    """


@audit.command("export")
@click.option("--from", "first", type=DAY, required=True, help="First business day of posting.")
@click.option("--to", "last", type=DAY, required=True, help="Last business day of posting.")
@click.argument("folder", type=click.Path(path_type=Path))
@as_json
def export_(first: dt.datetime, last: dt.datetime, folder: Path, json_: bool) -> None:
    """Write the period's ledger, the hash chain, closings, people's actions and files as CSV into FOLDER, which must be new.

    Ids, amounts, names of staff and the reasons they gave; no patient's name. README.txt in it says how every hash is made.
    Keep the sha256 of the manifest, which is told here, apart from the export.
    """
    from pm_pipeline.audit.export import export
    from pm_pipeline.home import open_home

    home = open_home()
    with (err if json_ else out).status("audit export"), home.warehouse.read() as con:
        done = export(con, home.config, first.date(), last.date(), folder.absolute())
    if json_:
        print_json(vars(done))
        return
    for name, rows in done.rows.items():
        out.print(f"  {name:<24} {rows:>12,} rows", highlight=False)
    for line in (
        f"Written to {done.folder}. Chain up to link {done.head_seq}: {done.head_hash}",
        f"sha256 of manifest.json, to keep elsewhere: {done.manifest_sha256}",
    ):
        out.print(escape(line), highlight=False, soft_wrap=True)


@audit.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--manifest-sha256", help="What `pm audit export` said; the manifest is held against it.")
@as_json
def verify(folder: Path, manifest_sha256: str | None, json_: bool) -> None:
    """Verify an export by itself: file hashes, every transaction, batch and link made again, sums. Exit 1 and the faults."""
    import hashlib

    from pm_pipeline.audit.verify_export import Fault, NotAnExport, verify_export

    try:
        manifest, faults = verify_export(folder)
    except NotAnExport as problem:
        raise PmError(f"{problem} Name the folder that `pm audit export` wrote.") from None
    if manifest_sha256 is not None:
        found = hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()
        if found != manifest_sha256.strip().lower():
            faults.insert(
                0, Fault("manifest.json", found, "it is not the one that was told when the export was written")
            )
    head = manifest["head"]
    if json_:
        print_json(
            {"from": manifest["from"], "to": manifest["to"], "head": head, "faults": [vars(one) for one in faults]}
        )
    else:
        for one in faults:
            out.print(f"[red]{escape(one.file)}[/] {escape(one.item)}: {escape(one.text)}", soft_wrap=True)
        out.print(
            f"{manifest['from']} to {manifest['to']}, chain up to link {head['seq']} ({head['hash']}): {len(faults)} faults.",
            highlight=False, soft_wrap=True,
        )  # fmt: skip
    if faults:
        raise SystemExit(1)
