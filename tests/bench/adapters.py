"""How each reader is called. A function here imports its library, makes ready, and returns (run, count).

``run()`` is what is timed; ``count(result)`` is not, and gives the figures the reader's result holds (only those), in the
names of truth.COMPARED. A reader is called as its own documentation says to for speed. Runs in a process of its own, in
an environment that may hold nothing but that one library.
"""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any


@dataclass(frozen=True)
class Job:
    """A file of `claims` claims, how many threads may be used, and a folder for what the reader leaves."""

    path: Path
    claims: int
    threads: int
    scratch: Path


Counts = dict[str, int]
Ready = tuple[Callable[[], Any], Callable[[Any], Counts]]


class NotHere(Exception):
    """The reader is not in this environment, or cannot be given this file. The text says why."""


def _need(name: str) -> Any:
    try:
        return import_module(name)
    except ModuleNotFoundError as problem:
        raise NotHere(f"{problem.name} is not installed here") from None


def _cents(value: object) -> int:
    return round(float(str(value)) * 100) if value not in (None, "") else 0


# --- floors: no meaning is assigned ------------------------------------------------------------------------------------


def bytes_split(job: Job) -> Ready:
    """Every segment into its elements with bytes.split; nothing is kept but a count of the tags."""

    def run() -> Counts:
        tags: dict[bytes, int] = {}
        for segment in job.path.read_bytes().split(b"~"):
            tag = segment.split(b"*")[0]
            tags[tag] = tags.get(tag, 0) + 1
        return {
            "claims": tags.get(b"CLP", 0) + tags.get(b"CLM", 0),
            "lines": tags.get(b"SVC", 0) + tags.get(b"SV1", 0),
            "segments": sum(tags.values()) - tags.get(b"", 0),
        }

    return run, lambda counts: counts


def polars_split(job: Job) -> Ready:
    """A polars frame with one row per segment, its elements as a list."""
    pl = _need("polars")

    def run() -> Any:
        text = pl.DataFrame({"text": [job.path.read_text("ascii")]})
        rows = text.select(pl.col("text").str.strip_suffix("~").str.split("~").explode().alias("segment"))
        return rows.select(pl.col("segment").str.split("*").alias("e")).with_columns(
            pl.col("e").list.get(0).alias("tag")
        )

    def count(rows: Any) -> Counts:
        tags = dict(rows["tag"].value_counts().iter_rows())
        return {"claims": tags["CLP"], "lines": tags["SVC"], "segments": rows.height}

    return run, count


# --- pyx12 -------------------------------------------------------------------------------------------------------------


def _pyx12_params() -> Any:
    _need("pyx12")
    import_module("logging").getLogger("pyx12").setLevel("CRITICAL")
    return import_module("pyx12.params").ParamsBase()


def pyx12_context(job: Job) -> Ready:
    """X12ContextReader, claim loops as trees, the amounts taken out of them."""
    params = _pyx12_params()
    context, errors = import_module("pyx12.x12context"), import_module("pyx12.error_handler")

    def run() -> Counts:
        counts: Counts = dict.fromkeys(
            ("claims", "lines", "adjustments", "charge_cents", "paid_cents", "adjusted_cents"), 0
        )
        with job.path.open(encoding="ascii") as file:
            for node in context.X12ContextReader(params, errors.errh_null(), file).iter_segments("2100"):
                if node.id != "2100":
                    continue
                counts["claims"] += 1
                counts["charge_cents"] += _cents(node.get_value("CLP03"))
                counts["paid_cents"] += _cents(node.get_value("CLP04"))
                for one in node.iterate_segments():
                    segment = one["segment"]
                    counts["lines"] += segment.get_seg_id() == "SVC"
                    if segment.get_seg_id() == "CAS":
                        for place in range(3, len(segment) + 1, 3):
                            if value := segment.get_value(f"CAS{place:02}"):
                                counts["adjustments"] += 1
                                counts["adjusted_cents"] += _cents(value)
        return counts

    return run, lambda counts: counts


def pyx12_document(job: Job) -> Ready:
    """x12n_document: conformance to the guide. It gives a verdict and no figures."""
    params = _pyx12_params()
    document = import_module("pyx12.x12n_document")

    def run() -> bool:
        return document.x12n_document(params, str(job.path), None, None)

    return run, _verdict


def _verdict(is_valid: bool) -> Counts:
    if not is_valid:
        raise NotHere("it calls this file invalid")
    return {}


# --- oxedi -------------------------------------------------------------------------------------------------------------


def oxedi_arrow(job: Job) -> Ready:
    """File to its five Arrow tables."""
    _need("oxedi")
    pa = _need("pyarrow")

    def run() -> list[dict[str, Any]]:
        return [{name: pa.table(tables[name]) for name in tables} for tables in _oxedi_tables(job)]

    def count(parts: list[dict[str, Any]]) -> Counts:
        con = _need("duckdb").connect()
        for place, part in enumerate(parts):
            for name, table in part.items():
                con.register(f"{name}_{place}", table)
        for name in parts[0]:
            every = " UNION ALL ".join(f"FROM {name}_{place}" for place in range(len(parts)))
            con.execute(f"CREATE VIEW {name} AS {every}")
        return _oxedi_counts(con)

    return run, count


def oxedi_duckdb(job: Job) -> Ready:
    """File to its five tables in a DuckDB database on disk."""
    _need("oxedi")
    duckdb = _need("duckdb")
    database = job.scratch / "oxedi.duckdb"

    def run() -> None:
        con = duckdb.connect(str(database), config={"threads": job.threads})
        for place, tables in enumerate(_oxedi_tables(job)):
            for name in tables:
                con.register("part", tables[name])
                verb = f"INSERT INTO {name}" if place else f"CREATE TABLE {name} AS"
                con.execute(f"{verb} SELECT * FROM part")
                con.unregister("part")
        con.close()

    return run, lambda _: _oxedi_counts(duckdb.connect(str(database), read_only=True))


def _oxedi_tables(job: Job) -> list[Any]:
    """The tables of each part. oxedi uses one core for one buffer and lets go of the GIL, so for two cores the file is
    cut before the claim in its middle, and the second part gets the header again."""
    oxedi = _need("oxedi")
    if job.threads == 1:
        return [oxedi.parse_file(str(job.path)).tables]
    data = job.path.read_bytes()
    body = data.index(b"CLP*")
    middle = data.index(b"~CLP*", len(data) // 2) + 1
    set_start = data.rindex(b"~ST*", 0, middle) + 1
    header = data[: data.index(b"~ST*") + 1] + data[set_start : data.index(b"CLP*", set_start)]
    parts = [memoryview(data)[:middle], header + data[middle:]] if middle > body else [data]
    found: list[Any] = [None] * len(parts)

    def parse(place: int) -> None:
        found[place] = oxedi.parse(parts[place]).tables

    workers = [threading.Thread(target=parse, args=(place,)) for place in range(len(parts))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return found


def _oxedi_counts(con: Any) -> Counts:
    claims = "SELECT count(*), sum(charge_amount) * 100, sum(payment_amount) * 100 FROM claims"
    adjustments = "SELECT count(*), sum(amount) * 100 FROM adjustments"
    names = ("claims", "charge_cents", "paid_cents", "adjustments", "adjusted_cents", "lines")
    row = con.execute(f"SELECT * FROM ({claims}), ({adjustments}), (SELECT count(*) FROM services)").fetchone()
    return {name: int(value) for name, value in zip(names, row, strict=True)}


# --- older peers -------------------------------------------------------------------------------------------------------


def linuxforhealth(job: Job) -> Ready:
    """X12ModelReader: a pydantic model per ST. It refuses any PER in loop 1000A, so it gets the file without."""
    io = _need("linuxforhealth.x12.io")
    copy = job.scratch / "without-per.x12"
    copy.write_bytes(_without_payer_contact(job.path.read_bytes()))

    def run() -> list[Any]:
        with io.X12ModelReader(str(copy)) as reader:
            return list(reader.models())

    def count(models: list[Any]) -> Counts:
        if all(hasattr(model, "loop_2000a") for model in models):
            return _linuxforhealth_837p(models)
        claims = [claim for model in models for loop in model.loop_2000 for claim in loop.loop_2100]
        return {
            "claims": len(claims),
            "lines": sum(len(claim.loop_2110 or ()) for claim in claims),
            "charge_cents": sum(_cents(claim.clp_segment.total_claim_charge_amount) for claim in claims),
            "paid_cents": sum(_cents(claim.clp_segment.claim_payment_amount) for claim in claims),
        }

    return run, count


def _linuxforhealth_837p(models: list[Any]) -> Counts:
    subscribers = [one for model in models for billing in model.loop_2000a for one in billing.loop_2000b]
    people = [*subscribers, *(patient for one in subscribers for patient in one.loop_2000c or ())]
    claims = [claim for person in people for claim in person.loop_2300 or ()]
    return {
        "claims": len(claims),
        "lines": sum(len(claim.loop_2400) for claim in claims),
        "charge_cents": sum(_cents(claim.clm_segment.total_claim_charge_amount) for claim in claims),
    }


def _without_payer_contact(data: bytes) -> bytes:
    """The 835 without PER*BL, SE01 one less for each."""
    without, removed = re.subn(rb"~PER\*BL\*[^~]*(?=~)", b"", data)
    return re.sub(rb"~SE\*(\d+)\*", lambda se: b"~SE*%d*" % (int(se[1]) - 1), without) if removed else data


def edi_835_parser(job: Job) -> Ready:
    """parse: objects per claim and line (its frame is made from those, and not timed)."""
    library = _need("edi_835_parser")
    import_module("warnings").simplefilter("ignore")

    def count(parsed: Any) -> Counts:
        claims = [claim for one in parsed for claim in one.claims]
        lines = [line for claim in claims for line in claim.services]
        amounts = [adjustment.amount for line in lines for adjustment in line.adjustments]
        return {
            "claims": len(claims),
            "lines": len(lines),
            "adjustments": len(amounts),
            "charge_cents": sum(_cents(claim.claim.charge_amount) for claim in claims),
            "paid_cents": sum(_cents(claim.claim.paid_amount) for claim in claims),
            "adjusted_cents": sum(_cents(amount) for amount in amounts),
        }

    return lambda: library.parse(str(job.path), debug=True), count


def badx12(job: Job) -> Ready:
    """Parser: an object per segment and per element. It is given the name Python 3.10 took out of collections, and a
    stand-in for the library of its XML output, which is published as source only and is not used here."""
    vars(import_module("collections")).setdefault("Iterable", Iterable)
    xml = sys.modules.setdefault("dicttoxml", ModuleType("dicttoxml"))
    vars(xml).setdefault("dicttoxml", None)
    library = _need("badx12")

    def count(document: Any) -> Counts:
        sets = [one for group in document.interchange.groups for one in group.transaction_sets]
        rows = [[field.content for field in segment.fields] for one in sets for segment in one.transaction_body]
        claims = [row for row in rows if row[0] == "CLP"]
        amounts = [value for row in rows if row[0] == "CAS" for value in row[3::3]]
        return {
            "claims": len(claims),
            "lines": sum(row[0] == "SVC" for row in rows),
            "adjustments": len(amounts),
            "charge_cents": sum(_cents(row[3]) for row in claims),
            "paid_cents": sum(_cents(row[4]) for row in claims),
            "adjusted_cents": sum(map(_cents, amounts)),
        }

    return lambda: library.Parser().parse_document(str(job.path)), count
