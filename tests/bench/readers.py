"""Who is measured: a row per reader and task, in the order of the tables."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Literal

Kind = Literal["835", "837P"]
PEERS, OURS = "tests.bench.adapters", "tests.bench.adapters_ours"


@dataclass(frozen=True)
class Reader:
    """One thing to measure. `group` is what --readers picks by; `package` is whose version is told (empty: Python's);
    `old` says that it lives in the environment of older libraries; `note` stands under the tables; `most` is the most
    claims it is given; `patience` is how many caps of a run it may take, for what does more than read."""

    key: str
    group: str
    title: str
    task: str
    kind: Kind
    adapter: str
    package: str = ""
    threads: tuple[int, ...] = (1,)
    old: bool = False
    note: str = ""
    most: int = sys.maxsize
    patience: float = 1


READERS = (
    Reader("ours-all", "ours", "pm_pipeline, every segment kept", "typed DuckDB tables", "835", f"{OURS}:read_everything",
           "pm-pipeline", (1, 2)),
    Reader("ours", "ours", "pm_pipeline, claims + lines + adjustments", "typed DuckDB tables", "835", f"{OURS}:read_tables",
           "pm-pipeline", (1, 2)),
    Reader("ours-gates", "ours", "pm_pipeline, all that and the balance gates", "typed DuckDB tables", "835",
           f"{OURS}:read_with_gates", "pm-pipeline", (1, 2)),
    Reader("oxedi-duckdb", "oxedi", "oxedi, loaded into DuckDB", "typed DuckDB tables", "835", f"{PEERS}:oxedi_duckdb",
           "oxedi", (1, 2),
           note="oxedi reads one buffer on one core. At two threads the file is cut before the claim in its middle, both "
           "parts are parsed at once and their tables loaded one after the other. Its text columns stay BLOB, as it makes "
           "them."),
    Reader("oxedi-arrow", "oxedi", "oxedi", "Arrow tables", "835", f"{PEERS}:oxedi_arrow", "oxedi", (1, 2)),
    Reader("polars-split", "floor", "polars, split", "a frame of segments", "835", f"{PEERS}:polars_split", "polars", (1, 2),
           note="Floors: segments into elements, no meaning assigned. polars' threads are those of its pool."),
    Reader("bytes-split", "floor", "bytes.split", "elements, not kept", "835", f"{PEERS}:bytes_split"),
    Reader("edi-835-parser", "edi-835-parser", "edi-835-parser", "objects", "835", f"{PEERS}:edi_835_parser",
           "edi-835-parser", old=True,
           note="edi-835-parser keeps money as float, the first reason of a CAS only, and no CAS of the claim itself."),
    Reader("linuxforhealth-x12", "linuxforhealth-x12", "linuxforhealth-x12", "pydantic models", "835",
           f"{PEERS}:linuxforhealth", "linuxforhealth-x12", old=True,
           note="linuxforhealth-x12 refuses every PER in loop 1000A, which the guide requires: it gets the 835 without."),
    Reader("badx12", "badx12", "badx12", "an object per element", "835", f"{PEERS}:badx12", "badx12", old=True,
           note="badx12 imports names that Python 3.10 took out of collections; they are put back for it."),
    Reader("pyx12-context", "pyx12", "pyx12 X12ContextReader", "claim trees, amounts", "835", f"{PEERS}:pyx12_context",
           "pyx12"),
    Reader("pyx12-document", "pyx12", "pyx12 x12n_document", "conformance", "835", f"{PEERS}:pyx12_document", "pyx12"),
    Reader("ours-post", "ours", "pm_pipeline, landed to posted", "a posted ledger", "835",
           "tests.bench.adapters_post:post_835", "pm-pipeline", (2,),
           note="Landed to posted: the file opened, judged, loaded, matched with our claims and posted in double entry. Each "
           "step is a committed transaction.",
           patience=6),
    Reader("ours-emit", "ours", "pm_pipeline write_837p", "models to text", "837P", f"{OURS}:emit_837p", "pm-pipeline",
           note="Emission starts from claim models in memory and ends with one text, as a batch does: so not at every size.",
           most=100_000),
    Reader("ours-validate", "ours", "pm_pipeline validate", "conformance", "837P", f"{OURS}:validate_837p", "pm-pipeline"),
    Reader("ours-readback", "ours", "pm_pipeline summarize", "claims and lines read back", "837P",
           f"{OURS}:read_back_837p", "pm-pipeline", most=100_000),
    Reader("linuxforhealth-x12-837p", "linuxforhealth-x12", "linuxforhealth-x12", "pydantic models", "837P",
           f"{PEERS}:linuxforhealth", "linuxforhealth-x12", old=True),
    Reader("pyx12-document-837p", "pyx12", "pyx12 x12n_document", "conformance", "837P", f"{PEERS}:pyx12_document",
           "pyx12"),
)  # fmt: skip


def pick(words: str) -> list[Reader]:
    """The readers whose key or group is among the comma-separated words; empty means all. Raises LookupError."""
    wanted = {word.strip() for word in words.split(",") if word.strip()}
    known = {name for one in READERS for name in (one.key, one.group)}
    if wanted - known:
        raise LookupError(f"no such reader: {', '.join(sorted(wanted - known))}; there are {', '.join(sorted(known))}")
    return [one for one in READERS if not wanted or {one.key, one.group} & wanted]
