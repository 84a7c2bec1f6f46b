"""Verify an audit export by itself: no warehouse, no package, nothing but Python. It is also written into each export as verify.py.

The hashes are made again from the exported rows by the formulas of README.txt, written here a second time on purpose: what posts and
what proves share no code. Run as ``python verify.py FOLDER``; prints each fault, exits 1 when there is one, 2 when it is no export.
"""

from __future__ import annotations

import csv
import hashlib
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

KIND, FORMAT = "pm_pipeline audit export", 2
GENESIS = "0" * 64
MOST = 1000  # faults: beyond them nothing more is learnt
SAYS = (
    "entry_kind",
    "account",
    "sub_account",
    "payer_id",
    "claim_id",
    "charge_id",
    "payment_id",
    "cents",
    "service_on",
    "effective_on",
)
RESTS_ON = (
    "practice_id",
    "provider_id",
    "remit_claim_id",
    "file_id",
    "segment_no",
    "policy_id",
    "policy_version",
    "rule_id",
)
OF_TXN = ("txn_id", "txn_key", "txn_kind", "reverses_txn_id", "actor", "content_digest")
POSTED = ("posted_on", "run_id", "recorded_at")
OF_BATCH = ("batch_no", "name", "posted_on", "entries", "debit_cents", "run_id", "recorded_at", "txns_digest")
OF_CLOSING = ("close_id", "month", "edition", "first_on", "last_on", "after_close_id", "batch_no", "chain_seq", "chain_hash", "actor",
              "person_name", "person_title", "practice_name", "closed_on", "closed_at", "run_id")  # fmt: skip
ROLLED = ("practice_id", "party", "opening_cents", "late_cents", "charges_cents", "responsibility_cents", "payments_cents", "contractual_cents",
          "write_offs_cents", "transfers_cents", "closing_cents")  # fmt: skip
BALANCED = (
    "practice_id",
    "account",
    "sub_account",
    "opening_cents",
    "late_cents",
    "debit_cents",
    "credit_cents",
    "closing_cents",
)
Row = dict[str, str]


class NotAnExport(Exception):
    """The folder holds no audit export this program can read; says why."""


class Enough(Exception):
    """There are MOST faults."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: in which file, about what (an id, a line), and what."""

    file: str
    item: str
    text: str


@dataclass
class Export:
    """A folder being verified: its manifest, what was found wrong, what was counted in each file read, and what one check tells the next.

    seals: what the chain holds -> the link it is in; posted: (batch, practice, account, sub-account) -> debits and credits that are here.
    """

    folder: Path
    manifest: dict[str, Any]
    faults: list[Fault] = field(default_factory=list[Fault])
    counted: dict[str, tuple[int, dict[str, int]]] = field(default_factory=dict[str, "tuple[int, dict[str, int]]"])
    seals: dict[str, str] = field(default_factory=dict[str, str])
    posted: dict[tuple[int, str, str, str], list[int]] = field(
        default_factory=dict[tuple[int, str, str, str], list[int]]
    )

    def wrong(self, file: str, item: str, text: str) -> None:
        """Note a fault. Raises Enough."""
        self.faults.append(Fault(file, item, text))
        if len(self.faults) >= MOST:
            raise Enough

    def rows(self, name: str) -> Iterator[Row]:
        """The rows of a CSV, the apostrophe before what a spreadsheet would compute taken off; counts and sums them."""
        count, sums = 0, dict[str, int]()
        with (self.folder / name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, strict=True):
                clean = {key: value.removeprefix("'") for key, value in row.items()}
                for key, value in clean.items():
                    if is_money(key):
                        sums[key] = sums.get(key, 0) + int(value or 0)
                count += 1
                yield clean
        self.counted[name] = count, sums


def verify_export(folder: Path) -> tuple[dict[str, Any], list[Fault]]:
    """The manifest, and everything that is wrong with the export in `folder`. Raises NotAnExport."""
    csv.field_size_limit(2**31 - 1)  # a unit of work that sealed much has a long digest
    export = Export(folder, _manifest(folder))
    try:
        for check in (_files, _chain, _ledger, _closings, _sums):
            try:
                check(export)
            except (OSError, KeyError, ValueError, AttributeError, TypeError, csv.Error) as problem:
                export.wrong(
                    "manifest.json",
                    check.__name__.strip("_"),
                    f"cannot be checked: a file or column is missing or spoiled ({type(problem).__name__})",
                )
    except Enough:
        pass
    return export.manifest, export.faults


def sha256(*parts: str, between: str = "|") -> str:
    """The hash of the parts with a mark between them."""
    return hashlib.sha256(between.join(parts).encode()).hexdigest()


def is_money(column: str) -> bool:
    """Whether a column holds cents."""
    return column == "cents" or column.endswith("_cents")


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        if manifest["kind"] != KIND or manifest["format"] != FORMAT:
            raise NotAnExport(f"{folder / 'manifest.json'} is of another kind or format than {KIND} {FORMAT}.")
        _ = [(one["name"], one["sha256"], one["rows"], one["sums"]) for one in manifest["files"]]
        _ = (manifest["from"], manifest["to"], manifest["head"]["seq"], manifest["head"]["hash"])
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise NotAnExport(
            f"{folder} holds no readable manifest.json of an audit export ({type(problem).__name__})."
        ) from None
    return manifest


def _files(export: Export) -> None:
    """Every file of the manifest is there as it was written, and no other."""
    listed = {one["name"]: one["sha256"] for one in export.manifest["files"]}
    for name, digest in listed.items():
        path = export.folder / name
        if not path.is_file():
            export.wrong(name, name, "the manifest lists it, and it is not here")
            continue
        try:
            with path.open("rb") as file:
                is_same = hashlib.file_digest(file, "sha256").hexdigest() == digest
        except OSError as problem:
            export.wrong(name, name, f"it cannot be read ({problem.strerror})")
            continue
        if not is_same:
            export.wrong(name, name, "it was changed: its sha256 is not that of the manifest")
    for path in sorted(export.folder.iterdir()):
        if path.name not in listed and path.name != "manifest.json":
            export.wrong(path.name, path.name, "it is not in the manifest")


def _chain(export: Export) -> None:
    """The chain, link by link from the first, and what it seals."""
    seals = export.seals
    before, at = GENESIS, 0
    for row in export.rows("chain.csv"):
        at += 1
        made = sha256(before, str(at), row["unit_name"], row["run_id"], row["digest"])
        if (row["seq"], row["prev_hash"], row["hash"]) != (str(at), before, made):
            export.wrong("chain.csv", f"link {row['seq']}", "it does not follow the link before it, or was changed")
        before = row["hash"]
        seals.update(
            (seal, row["seq"])
            for seal in row["digest"].split("+")
            if seal.startswith("batch ") or row["unit_name"].startswith("closing.")
        )
        seals[f"link {row['seq']} {row['hash']}"] = row["seq"]
    head = export.manifest["head"]
    if (at, before) != (head["seq"], head["hash"]):
        export.wrong("chain.csv", f"link {at}", f"the chain ends otherwise than the manifest says (link {head['seq']})")


def _ledger(export: Export) -> None:
    """Transactions, entries and batches: each hash made again, each transaction zero, each batch sealed in the chain."""
    batches = {int(row["batch_no"]): row for row in export.rows("batches.csv")}
    for number, row in batches.items():
        if f"batch {number} {row['digest']}" not in export.seals:
            export.wrong("batches.csv", f"batch {number}", "its seal is not in the chain")
        if row["digest"] != sha256(*(row[name] for name in OF_BATCH)):
            export.wrong("batches.csv", f"batch {number}", "it, or its day, is not what was sealed: its digest differs")
    for seal in export.seals:
        if seal.startswith("batch ") and int(seal.split(" ")[1]) not in batches:
            export.wrong(
                "batches.csv", f"batch {seal.split(' ')[1]}", "the chain says that it was sealed, and it is not here"
            )
    known = {row["file_id"] for row in export.rows("files.csv")}
    held: dict[int, list[Any]] = {}  # batch -> entries, debit, hashes of its transactions in the order of their ids
    for txn, entries in _transactions(export):
        number = int(txn["batch_no"])
        of_batch = held.setdefault(number, [0, 0, []])
        of_batch[0] += len(entries)
        of_batch[1] += sum(cents for one in entries if (cents := int(one["cents"])) > 0)
        of_batch[2].append((txn["txn_id"], txn["txn_hash"]))
        _transaction(export, txn, entries, known)
        if number in batches and txn["posted_on"] != batches[number]["posted_on"]:
            export.wrong("transactions.csv", txn["txn_id"], "its day is not that of its batch")
    for number, row in batches.items():
        if not export.manifest["from"] <= row["posted_on"] <= export.manifest["to"]:
            continue
        entries, debit, hashes = held.pop(number, (0, 0, []))
        joined = sha256("".join(made for _, made in sorted(hashes)))
        if (str(entries), str(debit), joined) != (row["entries"], row["debit_cents"], row["txns_digest"]):
            export.wrong(
                "batches.csv",
                f"batch {number}",
                f"sealed with {row['entries']} entries of {row['debit_cents']} cents; here are {entries} of {debit}, or one was replaced",
            )
    for number in held:
        export.wrong("transactions.csv", f"batch {number}", "its transactions are of no batch that is here")


def _transactions(export: Export) -> Iterator[tuple[Row, list[Row]]]:
    """Every transaction with its entries; both files stand in the order of batch and transaction."""
    entries = export.rows("entries.csv")
    ahead = next(entries, None)
    for txn in export.rows("transactions.csv"):
        mine: list[Row] = []
        while ahead is not None and _place(ahead) <= _place(txn):
            if ahead["txn_id"] == txn["txn_id"]:
                mine.append(ahead)
            else:
                export.wrong("entries.csv", ahead["entry_id"], "it belongs to no transaction that is here")
            ahead = next(entries, None)
        yield txn, mine
    while ahead is not None:
        export.wrong("entries.csv", ahead["entry_id"], "it belongs to no transaction that is here")
        ahead = next(entries, None)


def _place(row: Row) -> tuple[int, str]:
    return int(row["batch_no"]), row["txn_id"]


def _transaction(export: Export, txn: Row, entries: list[Row], known: set[str]) -> None:
    txn_id = txn["txn_id"]
    total = sum(int(one["cents"]) for one in entries)
    if total:
        export.wrong("entries.csv", txn_id, f"its entries sum to {total} cents, not zero")
    says = sha256(*("|".join(one[name] for name in SAYS) for one in entries), between="~")
    rests_on = "~".join("|".join(one[name] for name in RESTS_ON) for one in entries)
    made = sha256(*(txn[name] for name in OF_TXN), rests_on, *(txn[name] for name in POSTED))
    if (txn["content_digest"], txn["txn_hash"]) != (says, made):
        export.wrong("transactions.csv", txn_id, "it, or one of its entries, is not what was posted: its hash differs")
    if txn_id != "T" + sha256(txn["txn_key"])[:16]:
        export.wrong("transactions.csv", txn_id, "its id is not that of its key")
    if not export.manifest["from"] <= txn["posted_on"] <= export.manifest["to"]:
        export.wrong("transactions.csv", txn_id, "it was posted outside the period")
    for place, one in enumerate(entries, 1):
        own = (one["entry_id"], one["ordinal"], *(one[name] for name in POSTED))
        if own != (f"E{txn_id[1:]}-{place}", str(place), *(txn[name] for name in POSTED)):
            export.wrong(
                "entries.csv", one["entry_id"], "its id, place, day, clock or run is not that of its transaction"
            )
        where = (int(txn["batch_no"]), one["practice_id"], one["account"], one["sub_account"])
        posted, cents = export.posted.setdefault(where, [0, 0]), int(one["cents"])
        posted[cents < 0] += cents
        if one["file_id"] and one["file_id"] not in known:
            export.wrong("files.csv", one["entry_id"], f"it rests on file {one['file_id'][:12]}, which is not here")


def _closings(export: Export) -> None:
    """Every closing and reopening of a month is the one that was sealed, none is missing, and the entries come to its figures."""
    seals = {seal for seal in export.seals if seal.split(" ")[0] in ("close", "reopen", "link")}
    rolled, balances = (
        _by_closing(export, "roll_forwards.csv", ROLLED),
        _by_closing(export, "trial_balances.csv", BALANCED),
    )
    here: set[str] = set()
    months: dict[str, Row] = {}  # those wholly in the period
    for row in export.rows("closings.csv"):
        name = row["close_id"]
        here.add(
            f"close {name} "
            + sha256(*(row[column] for column in OF_CLOSING), rolled.pop(name, ""), balances.pop(name, ""))
        )
        if f"link {row['chain_seq']} {row['chain_hash']}" not in seals:
            export.wrong("closings.csv", name, f"the link {row['chain_seq']} it was closed at is not in the chain")
        if export.manifest["from"] <= row["first_on"] and row["last_on"] <= export.manifest["to"]:
            months[name] = row
    for row in export.rows("reopenings.csv"):
        here.add(
            f"reopen {row['close_id']} "
            + sha256(*(row[name] for name in ("close_id", "actor", "reason", "reopened_on", "reopened_at", "run_id")))
        )
    for seal in sorted(here - seals):
        export.wrong(
            "closings.csv", seal.split(" ")[1], f"its {seal.split(' ')[0]} is not in the chain as it stands here"
        )
    for seal in sorted(one for one in seals - here if not one.startswith("link ")):
        export.wrong(
            "closings.csv", seal.split(" ")[1], f"the chain says: {seal.split(' ')[0]}; it is not here, or was changed"
        )
    for name in sorted({*rolled, *balances}):
        export.wrong("closings.csv", name, "there are figures of it, and it is not here")
    _balances(export, months)


def _balances(export: Export, months: Mapping[str, Row]) -> None:
    """The entries posted in each closed month, in the batches it was closed on, come to its debits and credits."""
    days = {int(row["batch_no"]): row["posted_on"] for row in export.rows("batches.csv")}
    said: dict[tuple[str, ...], tuple[int, int]] = {}
    for row in export.rows("trial_balances.csv"):
        if row["close_id"] in months:
            where = (row["close_id"], row["practice_id"], row["account"], row["sub_account"])
            said[where] = (int(row["debit_cents"]), int(row["credit_cents"]))
    here: dict[tuple[str, ...], tuple[int, int]] = {}
    for name, month in months.items():
        for (number, *of), (debit, credit) in export.posted.items():
            if number <= int(month["batch_no"]) and month["first_on"] <= days.get(number, "") <= month["last_on"]:
                so_far = here.get((name, *of), (0, 0))
                here[name, *of] = (so_far[0] + debit, so_far[1] + credit)
    for where in sorted({*said, *here}):
        told, found = said.get(where, (0, 0)), here.get(where, (0, 0))
        if told != found:
            text = f"{' '.join(where[1:])} was closed with debits and credits of {told} cents; the entries here come to {found}"
            export.wrong("trial_balances.csv", where[0], text)


def _by_closing(export: Export, name: str, columns: tuple[str, ...]) -> dict[str, str]:
    lines: dict[str, list[str]] = {}
    for row in export.rows(name):
        lines.setdefault(row["close_id"], []).append("|".join(row[column] for column in columns))
    return {close_id: "~".join(found) for close_id, found in lines.items()}


def _sums(export: Export) -> None:
    """Rows and sums of cents of every CSV are those of the manifest."""
    told: Mapping[str, Any]
    for told in export.manifest["files"]:
        name = told["name"]
        if not name.endswith(".csv"):
            continue
        if name not in export.counted:
            for _ in export.rows(name):
                pass
        if export.counted[name] != (told["rows"], {key: value for key, value in told["sums"].items() if told["rows"]}):
            export.wrong(
                name,
                name,
                f"the manifest says {told['rows']} rows, sums {told['sums']}; here are {export.counted[name]}",
            )


def main(arguments: list[str]) -> int:
    """Verify the folder named; the exit code."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python verify.py FOLDER\n")
        return 2
    try:
        manifest, faults = verify_export(Path(arguments[0]))
    except NotAnExport as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    for one in faults:
        sys.stdout.write(f"{one.file}: {one.item}: {one.text}\n")
    sys.stdout.write(
        f"{manifest['from']} to {manifest['to']}, chain up to link {manifest['head']['seq']}: {len(faults)} faults.\n"
    )
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
