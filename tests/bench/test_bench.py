"""The bench measures what it says: its files hold what the generator claims, its table says what the runs gave."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from importlib import util
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pm_pipeline.x12.summary import summarize
from pm_pipeline.x12.validate import validate
from tests.bench import adapters, make_835, make_837p, worker
from tests.bench.__main__ import main, sizes_of
from tests.bench.adapters import Job, NotHere
from tests.bench.harness import Plan, Result, expect, measure_all
from tests.bench.picture import draw
from tests.bench.readers import READERS, pick
from tests.bench.report import as_markdown, machine
from tests.bench.truth import Truth, differences, money

CLAIMS = 200
FIELDS = ("claims", "lines", "adjustments", "charge_cents", "paid_cents", "plb_cents")


def sets_of(path: Path) -> list[dict[str, Any]]:
    return summarize(path.read_bytes())["interchanges"][0]["transactions"]


def test_the_memory_of_a_child_counts_when_it_is_one_of_the_task() -> None:
    subprocess.run([sys.executable, "-c", "len(bytearray(80_000_000))"], check=True)
    assert (children := worker.of_children()) > 80_000_000
    assert worker.peak_bytes(children - 1) - worker.peak_bytes(children) == children


@pytest.mark.parametrize("per_set", [0, 60])
def test_an_835_holds_what_the_generator_says(tmp_path: Path, per_set: int) -> None:
    truth = make_835.write_835(path := tmp_path / "some.835", CLAIMS, per_set=per_set)
    sets = sets_of(path)
    assert {name: sum(one[name] for one in sets) for name in FIELDS} == {name: getattr(truth, name) for name in FIELDS}
    assert truth.adjusted_cents == truth.charge_cents - truth.paid_cents
    assert (truth.sets, truth.claims) == (len(sets), CLAIMS)
    assert truth.bytes == path.stat().st_size
    assert truth.segments == path.read_bytes().count(b"~")


def test_an_835_balances_and_is_valid(tmp_path: Path) -> None:
    make_835.write_835(path := tmp_path / "some.835", CLAIMS)
    assert [(one["balanced"], one["unbalanced_claims"]) for one in sets_of(path)] == [(True, 0)]
    assert validate(path.read_bytes()).findings == []


def test_an_835_is_the_size_of_a_real_one(tmp_path: Path) -> None:
    truth = make_835.write_835(tmp_path / "some.835", 2_000)
    assert truth.bytes / truth.claims == pytest.approx(515, abs=15)
    assert truth.segments / truth.claims == pytest.approx(24.3, abs=0.5)
    assert truth.lines / truth.claims == pytest.approx(2.33, abs=0.1)
    assert truth.adjustments / truth.claims == pytest.approx(6.1, abs=0.3)


def test_an_835_is_the_same_every_time_and_another_with_another_seed(tmp_path: Path) -> None:
    for name, seed in (("one", 7), ("two", 7), ("three", 8)):
        make_835.write_835(tmp_path / name, 50, seed=seed)
    one, two, three = ((tmp_path / name).read_bytes() for name in ("one", "two", "three"))
    assert one == two
    assert one != three


def test_chunks_are_only_a_way_of_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make_835, "CHUNK", 30)
    truth = make_835.write_835(path := tmp_path / "some.835", 100)
    [only] = sets_of(path)
    assert {name: only[name] for name in FIELDS} == {name: getattr(truth, name) for name in FIELDS}
    assert only["balanced"]


def test_an_837p_holds_what_the_generator_says_and_is_valid(tmp_path: Path) -> None:
    truth = make_837p.write_text(path := tmp_path / "some.837", CLAIMS)
    [only] = sets_of(path)
    assert (only["claims"], only["lines"], only["charge_cents"]) == (truth.claims, truth.lines, truth.charge_cents)
    assert (truth.bytes, truth.segments) == (path.stat().st_size, path.read_bytes().count(b"~"))
    assert validate(path.read_bytes()).findings == []


def test_the_models_are_the_claims_of_the_file(tmp_path: Path) -> None:
    make_837p.write_text(path := tmp_path / "some.837", 40)
    written = make_837p.write_models(list(make_837p.claim_models(40)))
    wanted = ("CLM*", "SV1*", "NM1*IL", "NM1*QC", "DMG*", "REF*")
    ours, generated = written.text.split("~"), path.read_text().split("~")
    assert [one for one in ours if one.startswith(wanted)] == [one for one in generated if one.startswith(wanted)]


@pytest.mark.parametrize("cents", [0, 5, -5, 100, 12050, -12345])
def test_money_is_written_as_cents(cents: int) -> None:
    assert round(float(money(cents)) * 100) == cents
    assert not money(cents).endswith((".0", "."))


def test_a_wrong_figure_is_told_and_a_missing_one_is_not() -> None:
    truth = Truth(claims=3, lines=7)
    assert differences(truth, {"claims": 3}) == []
    assert differences(truth, {"claims": 3, "lines": 6}) == ["lines 6 instead of 7"]


def test_readers_are_picked_by_name_or_group() -> None:
    assert {one.group for one in pick("oxedi,badx12")} == {"oxedi", "badx12"}
    assert pick("") == list(READERS)
    with pytest.raises(LookupError, match="no such reader: nobody"):
        pick("ours,nobody")


def test_sizes_are_read() -> None:
    assert sizes_of(None, None, "200,1k,1M") == (200, 1_000, 1_000_000)  # type: ignore[arg-type]


def test_a_library_that_is_not_here_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "oxedi", None)
    job = Job(tmp_path / "no.835", 1, 1, tmp_path)
    with pytest.raises(NotHere, match="oxedi is not installed here"):
        adapters.oxedi_arrow(job)
    found = worker.measure("tests.bench.adapters:oxedi_arrow", "", job, job)
    assert found == {"skipped": "oxedi is not installed here"}


@pytest.fixture(scope="module")
def measured() -> tuple[Plan, list[Result]]:
    """What can be run with the project's own environment, on a small file."""
    readers = tuple(pick("ours,pyx12-context,pyx12-document-837p,bytes-split,badx12"))
    plan = Plan((CLAIMS,), readers, repeat=1, old_python=None)
    return plan, measure_all(plan)


def test_every_reader_here_gives_the_sums_of_the_file(measured: tuple[Plan, list[Result]]) -> None:
    rows = {(row.reader.key, row.threads): row for row in measured[1]}
    assert [row.wrong for row in rows.values() if row.wrong] == []
    assert rows["pyx12-context", 1].is_exact
    assert rows["bytes-split", 1].is_exact
    assert rows["ours-emit", 1].is_exact
    assert rows["ours-post", 2].is_exact
    assert rows["ours-readback", 1].is_exact
    assert rows["ours-validate", 1].runs
    assert rows["pyx12-document-837p", 1].runs
    assert all(row.middle("seconds") > 0 and row.middle("peak_bytes") > 5e6 for row in rows.values() if row.runs)


def test_our_reader_is_measured_where_it_is(measured: tuple[Plan, list[Result]]) -> None:
    rows = [row for row in measured[1] if row.reader.key in ("ours", "ours-all")]
    assert len(rows) == 4
    if any("is not there" in row.reason for row in rows):
        pytest.skip(rows[0].reason)
    assert [(row.reader.key, row.threads, row.reason, row.is_exact) for row in rows if not row.is_exact] == []


def test_what_did_not_run_says_why(measured: tuple[Plan, list[Result]]) -> None:
    [row] = [row for row in measured[1] if row.reader.key == "badx12"]
    assert (row.runs, row.is_exact) == ([], None)
    assert row.reason == "its environment is not here (make bench makes it)"
    assert row.reason in as_markdown(*measured, machine(), None)


def test_the_page_holds_the_figures_of_the_runs(measured: tuple[Plan, list[Result]]) -> None:
    page = as_markdown(*measured, machine(), "bench.png")
    row = next(row for row in measured[1] if row.reader.key == "pyx12-context")
    [line] = [line for line in page.splitlines() if line.startswith("| pyx12 X12ContextReader")]
    assert f"| {row.claims_per_second:,.0f} |" in line
    assert "| exact |" in line
    assert line.count("|") == 12
    assert "![claims per second and peak memory by size](bench.png)" in page


def test_a_wrong_sum_stands_in_the_table(measured: tuple[Plan, list[Result]]) -> None:
    plan, rows = measured
    good = next(row for row in rows if row.reader.key == "pyx12-context")
    bad = replace(good, runs=[good.runs[0] | {"counts": {"claims": CLAIMS - 1}}])
    assert f"| claims {CLAIMS - 1} instead of {CLAIMS} |" in as_markdown(plan, [bad], machine(), None)


def test_slow_readers_are_left_out_of_larger_sizes() -> None:
    plan = Plan((CLAIMS, 1_000), tuple(pick("bytes-split")), repeat=1, cap=1e-6)
    small, large = measure_all(plan)
    assert small.runs
    assert large.runs == []
    assert "the cap of one run is 1e-06 s" in large.reason


def test_a_patient_reader_may_take_several_caps() -> None:
    hasty = pick("bytes-split")[0]
    rows = [Result(one, 1, 10 * CLAIMS, Truth()) for one in (hasty, replace(hasty, patience=3))]
    for row in rows:
        before = Result(row.reader, 1, CLAIMS, Truth(), runs=[{"seconds": 10.0}])
        expect(row, [before], Plan((), (), cap=45))
    assert [row.wanted for row in rows] == [0, 5]
    assert rows[0].reason == "would take 100 s or more; the cap of one run is 45 s"


def test_the_command_writes_its_files(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        main, ["--sizes", "100", "--readers", "bytes-split", "--repeat", "3", "--out", str(tmp_path)]
    )
    assert done.exit_code == 0, done.output
    document = json.loads((tmp_path / "bench.json").read_text())
    [row] = document["results"]
    assert (len(row["runs"]), row["exact"], row["truth"]["claims"]) == (3, True, 100)
    assert (tmp_path / "bench.md").read_text().startswith("# Bench\n")
    assert (tmp_path / "bench.png").exists() == (util.find_spec("matplotlib") is not None)


def test_the_picture_is_drawn(measured: tuple[Plan, list[Result]], tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is of the bench group, not of the project's environment")
    draw(measured[1], tmp_path / "bench.png")
    assert (tmp_path / "bench.png").read_bytes().startswith(b"\x89PNG")
