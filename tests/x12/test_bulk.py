"""A whole 835 file into a database, however it is cut into parts."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from pm_pipeline.cli import main
from pm_pipeline.x12 import envelope, parts, scan
from pm_pipeline.x12.bulk import read_835
from pm_pipeline.x12.source import InMemory
from tests.bench.make_835 import write_835
from tests.x12.test_summary import UNBALANCED_CLAIM, file_of

TABLES = (
    "set",
    "835_payment",
    "835_claim",
    "835_line",
    "835_adjustment",
    "835_plb",
    "835_remark",
    "835_balance",
    "835_sum",
    "835_fault",
    "835_segment",
)


def _rows(data: bytes, **how: int) -> dict[str, list[tuple[object, ...]]]:
    con = duckdb.connect()
    read_835(con, InMemory(data), gates=True, everything=True, **how)
    return {table: sorted(con.execute(f"FROM x12_{table}").fetchall(), key=str) for table in TABLES}


@pytest.fixture(scope="module")
def remittance(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("bulk") / "one.835"
    write_835(path, 60)
    return path.read_bytes()


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("part_bytes", [300, 1_000, 7_777])
def test_parts_of_any_size_on_any_threads_give_the_same_rows(
    remittance: bytes, part_bytes: int, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = _rows(remittance)
    monkeypatch.setattr(parts, "PART_BYTES", part_bytes)
    monkeypatch.setattr(envelope, "LARGEST", 1_000)  # the envelope looks ahead, too
    monkeypatch.setattr(scan, "LARGEST", 1_000)
    monkeypatch.setattr(scan, "SMALLEST", 500)
    assert _rows(remittance, threads=threads) == whole
    assert len(whole["835_claim"]) == 60


def test_separators_and_line_ends_change_nothing_but_the_text_of_segments(remittance: bytes) -> None:
    whole = _rows(remittance)
    for table in (bytes.maketrans(b"*~", b"|\x1d"), bytes.maketrans(b"*", b"\x1f"), bytes.maketrans(b"~", b"\n")):
        other = _rows(remittance.translate(table))
        assert {name: rows for name, rows in other.items() if name != "835_segment"} == {
            name: rows for name, rows in whole.items() if name != "835_segment"
        }
        assert len(other["835_segment"]) == len(whole["835_segment"])
    assert _rows(remittance.replace(b"~", b"~\r\n")) == whole


def test_every_segment_of_the_set_is_kept_under_its_number(remittance: bytes) -> None:
    pieces = remittance.decode().split("~")
    kept = {row[1]: row[4] for row in _rows(remittance)["835_segment"]}
    assert kept == {number: pieces[number - 1] for number in range(3, len(pieces) - 2)}


def test_pm_edi_tables(tmp_path: Path, remittance: bytes) -> None:
    file, database = tmp_path / "one.835", tmp_path / "out.duckdb"
    file.write_bytes(remittance)
    done = CliRunner().invoke(main, ["edi", "tables", str(file), str(database), "--json"])
    assert done.exit_code == 0, done.output
    said = json.loads(done.output)
    assert said["disposition"] == "accepted"
    assert said["rows"]["claim"] == 60
    assert database.stat().st_mode & 0o077 == 0
    with duckdb.connect(str(database), read_only=True) as con:
        row = con.execute("SELECT count(*), count(imbalance) FROM x12_835_balance").fetchone()
    assert row == (60, 0)
    again = CliRunner().invoke(main, ["edi", "tables", str(file), str(database)])
    assert (again.exit_code, "nothing is overwritten" in " ".join(again.output.split())) == (2, True)


def test_what_the_envelope_refuses_is_left_out_and_said(tmp_path: Path, remittance: bytes) -> None:
    file = tmp_path / "one.835"
    file.write_bytes(remittance.replace(b"SE*", b"SE*9", 1) + file_of(UNBALANCED_CLAIM).encode())
    done = CliRunner().invoke(main, ["edi", "tables", str(file), str(tmp_path / "out.duckdb")])
    assert done.exit_code == 1
    with duckdb.connect(str(tmp_path / "out.duckdb"), read_only=True) as con:
        assert con.execute("SELECT count(*) FROM x12_835_payment").fetchone() == (1,)
        assert con.execute("SELECT count(imbalance) FROM x12_835_balance").fetchone() == (1,)


ISA = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260302*0830*^*00501*000000007*0*P*:~"
BODY = (
    "BPR*I*80*C*ACH************20260301~TRN*1*T1*1~N1*PE*US*XX*1~LX*1~CLP*C1*1*100*80**12*P1~CAS*CO*45*20~"
    "DTM*232*20260101~SVC*HC:99213:25*100*80~DTM*472*20260101~DTM*151*20260103~AMT*B6*80~REF*6R*L1~CAS*CO*45*20~"
)


def _file(body: str, marks: str = "*:~") -> bytes:
    text = f"{ISA}GS*HP*A*B*20260302*0830*7*X*005010X221A1~ST*835*0001~{body}SE*{body.count('~') + 2}*0001~GE*1*7~IEA*1*000000007~"
    return text.translate(str.maketrans("*:~", marks)).encode()


@pytest.mark.parametrize("marks", ["\x1d\x1f\x1c", "\x1c\x1e\x1d", "|\x1f\x1c", "\x1f\x1d\x1e", "\x1e\x1c\x1f"])
def test_control_characters_as_separators_of_every_kind(marks: str) -> None:
    (line,) = _rows(_file(BODY, marks))["835_line"]
    assert line[6:8] == ("99213", ["25"])


def test_a_component_separator_that_is_not_ascii_separates() -> None:
    data = _file(BODY).replace(b":", "\N{SECTION SIGN}".encode("latin-1"))
    (line,) = _rows(data)["835_line"]
    assert line[6:8] == ("99213", ["25"])


def test_a_stray_control_character_is_kept_whatever_stands_in_for_the_separators() -> None:
    data = _file(f"{BODY}\x1f~", "|:~")
    con = duckdb.connect()
    read_835(con, InMemory(data), everything=True)
    kept = con.execute("SELECT segment FROM x12_835_segment ORDER BY segment_no").fetchall()
    assert [text[:2] for (text,) in kept][-2:] == ["\x7f", "SE"]


@pytest.mark.parametrize("end", ["~\r\n", "~\n", "~ \n"])
def test_a_line_end_as_element_separator_separates_nothing_before_a_segment(end: str) -> None:
    data = _file(BODY).replace(b"*", b"\n").replace(b"~", end.encode())
    (line,) = _rows(data)["835_line"]
    assert line[6:8] == ("99213", ["25"])


@pytest.mark.parametrize(("mark", "modifiers"), [(">", ["25"]), ("\x1f", ["25"]), ("Z", []), ("-", ["25"])])
def test_a_product_that_shows_another_mark_is_split_at_it(mark: str, modifiers: list[str]) -> None:
    (line,) = _rows(_file(BODY.replace("HC:99213:25", f"HC{mark}99213{mark}25")))["835_line"]
    assert line[6:8] == (("99213", modifiers) if modifiers else (None, []))


def test_a_line_with_a_day_and_an_end_keeps_both() -> None:
    con = duckdb.connect()
    read_835(con, InMemory(_file(BODY)))
    row = con.execute("SELECT CAST(dos_from AS VARCHAR), CAST(dos_to AS VARCHAR) FROM x12_835_line").fetchone()
    assert row == ("2026-01-01", "2026-01-03")


def test_a_segment_without_elements_still_ends_what_it_ends() -> None:
    rows = _rows(_file(BODY + "CLP~SVC*HC:1*5*5~SVC~LX~REF*6R*STRAY~"))
    assert {row[3] for row in rows["835_claim"]} == {8, 17}
    assert {row[3]: row[4] for row in rows["835_line"]} == {11: 8, 18: 17, 19: 17}


def test_a_fingerprint_knows_no_separators_numbers_or_empty_pieces() -> None:
    def of(data: bytes) -> object:
        return _rows(data)["835_payment"][0][-4]

    first = of(_file(BODY))
    assert isinstance(first, str)
    assert len(first) == 64
    assert {of(_file(BODY, marks)) for marks in ("|>~", "*>~", "\x1d\x1f\x1c")} == {first}
    assert of(_file(BODY).replace(b"~CLP", b"~~CLP")) == first
    assert of(_file(BODY).replace(b"*0001~", b"*0009~")) == first
    assert of(_file(BODY.replace("*80*", "*81*"))) != first


def test_long_runs_of_blanks_are_read_in_no_time() -> None:
    data = _file(BODY.replace("L1", "L1" + " " * 30_000 + "X"))
    assert len(_rows(data)["835_line"]) == 1  # quadratic before: half a minute


def test_tables_of_one_file_never_stand_for_another(tmp_path: Path) -> None:
    con = duckdb.connect()
    from pm_pipeline.warehouse import run_sql
    from pm_pipeline.x12.segments import read_guide

    run_sql(con, "pm_pipeline.warehouse", "macros.sql")
    read_guide(con, "835", [])  # leaves temporary tables of the same names
    read_835(con, InMemory(_file(BODY)), gates=True)
    assert con.execute("SELECT count(*) FROM memory.main.x12_835_clp").fetchone() == (1,)
    read_835(con, InMemory(_file(BODY)))
    assert con.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'x12_835_balance'").fetchone() == (0,)


@pytest.mark.parametrize("end", ["LX*2", "PLB*1*20261231*WO:X*1"])
def test_what_stands_after_a_claim_s_end_is_not_said_of_the_claim(end: str) -> None:
    con = duckdb.connect()
    read_835(con, InMemory(_file(f"{BODY}{end}~CAS*CO*97*7~")))
    assert con.execute("SELECT count(*) FILTER (carc = '97') FROM x12_835_adjustment").fetchone() == (0,)
    assert con.execute("SELECT stray_segments FROM x12_835_payment").fetchone() == (1,)


BARE = (
    BODY[: BODY.index("REF*6R")] + BODY[BODY.index("CAS*CO*45*20~", BODY.index("REF*6R")) :]
)  # the line has no number


@pytest.mark.parametrize("end", ["LX*2", "PLB*1*20261231*WO:X*1"])
def test_a_number_after_a_claim_s_end_is_not_the_line_s(end: str) -> None:
    con = duckdb.connect()
    read_835(con, InMemory(_file(f"{BARE}{end}~REF*6R*STRAY~AMT*I*5~REF*F8*OLD~")))
    assert con.execute("SELECT line_id FROM x12_835_line").fetchall() == [(None,)]
    numbers = "SELECT interest_cents, original_payer_claim_number FROM x12_835_claim"
    assert con.execute(numbers).fetchall() == [(None, None)]


def test_of_two_numbers_of_a_line_or_claim_the_first_counts() -> None:
    con = duckdb.connect()
    body = BODY.replace("DTM*232", "REF*F8*FIRST~REF*F8*SECOND~DTM*232")
    read_835(con, InMemory(_file(f"{body}REF*6R*L2~AMT*B6*1~DTM*472*20260102~")))
    line = "SELECT line_id, allowed_cents, CAST(dos_from AS VARCHAR) FROM x12_835_line"
    assert con.execute(line).fetchall() == [("L1", 8_000, "2026-01-01")]
    assert con.execute("SELECT original_payer_claim_number FROM x12_835_claim").fetchall() == [("FIRST",)]


def test_what_a_line_says_is_not_said_of_its_claim() -> None:
    con = duckdb.connect()
    read_835(con, InMemory(_file(f"{BODY}REF*F8*LINE~AMT*I*5~")))
    numbers = "SELECT interest_cents, original_payer_claim_number FROM x12_835_claim"
    assert con.execute(numbers).fetchall() == [(None, None)]


def test_a_number_that_is_blank_does_not_hide_the_next() -> None:
    con = duckdb.connect()
    read_835(con, InMemory(_file(BODY.replace("REF*6R*L1", "REF*6R*~REF*6R*L1"))))
    assert con.execute("SELECT line_id FROM x12_835_line").fetchall() == [("L1",)]
