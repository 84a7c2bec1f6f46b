"""Public edit tables: each published format is read, by edition, all or nothing; facts say what was in force on the day."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pytest

from pm_pipeline.codes.formats import EDITIONS
from pm_pipeline.codes.tables import load_table
from pm_pipeline.errors import FeedError
from tests.scrub.world import World

SAMPLE = Path(__file__).parents[2] / "pm_pipeline" / "codes" / "sample"
FILES = {
    "ncci_ptp": ["ccipra-sample.txt"], "mue": ["mue-sample.csv"], "icd10cm_order": ["icd10cm-order-sample.txt"],
    "icd10cm_codes": ["icd10cm-codes-sample.txt"], "hcpcs": ["hcpcs-anweb-sample.txt"], "pos": ["pos-sample.csv"],
    "clia": ["clia-sample.csv"], "fee_indicators": ["pprrvu-sample.csv"],
    "coverage": ["article-sample.csv", "article-x-hcpc-code-sample.csv", "article-x-icd10-covered-sample.csv",
                 "article-x-icd10-noncovered-sample.csv"],
}  # fmt: skip
ROWS = {
    "ncci_ptp": 6, "mue": 9, "icd10cm_order": 16, "icd10cm_codes": 9, "hcpcs": 5, "pos": 5, "clia": 7, "fee_indicators": 14, "coverage": 9,
}  # fmt: skip
# the four files of an edition of coverage articles: one article that covers a procedure for one diagnosis
COVERAGE = {
    "coverage_article": "article_id,article_version,article_eff_date,article_end_date\n7,1,2020-01-01,\n",
    "coverage_procedure": "article_id,article_version,hcpc_code_id\n7,1,93000\n",
    "coverage_covered": "article_id,article_version,icd10_code_id,icd10_covered_group\n7,1,I10,1\n",
    "coverage_noncovered": "article_id,article_version,icd10_code_id,icd10_noncovered_group\n",
}
DAY = dt.date(2026, 1, 1)
MUE_HEAD = "HCPCS/CPT Code,Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale\n"
ARTICLE_HEAD = "article_id,article_version,long_description,hcpc_code_id\n"


def load(con: duckdb.DuckDBPyConnection, name: str, day: dt.date = DAY) -> int:
    return load_table(con, samples(name), name, day, "r").rows


def samples(name: str) -> list[Path]:
    return [SAMPLE / file for file in FILES[name]]


def articles(folder: Path, **texts: str) -> list[Path]:
    """The four files, with other texts where given."""
    paths = []
    for name, text in {**COVERAGE, **texts}.items():
        paths.append(folder / f"{name}.csv")
        paths[-1].write_text(text)
    return paths


def test_every_published_format_is_read_and_reading_it_again_does_nothing(con: duckdb.DuckDBPyConnection) -> None:
    assert set(FILES) == set(EDITIONS)
    for name, rows in ROWS.items():
        assert load(con, name) == rows, name
        again = load_table(con, samples(name), name, DAY, "r2")
        assert (again.is_known, again.rows) == (True, rows)
    assert con.execute(
        "SELECT effective_to, modifier_indicator FROM codes.ncci_ptp WHERE column2 = '76942'"
    ).fetchall() == [(dt.date(2019, 12, 31), "1")]
    assert con.execute("SELECT ended_on FROM codes.hcpcs WHERE code = 'J0120'").fetchall() == [(dt.date(2022, 12, 31),)]
    assert con.execute("SELECT count(*) FROM codes.coverage_policy").fetchone() == (2,)


def test_no_title_of_a_cpt_code_is_kept(con: duckdb.DuckDBPyConnection) -> None:
    titled = con.execute(
        "SELECT table_name FROM information_schema.columns WHERE table_schema = 'codes' AND column_name = 'description'"
    ).fetchall()
    assert {name for (name,) in titled} == {"icd10cm", "hcpcs", "pos"}


def test_an_edition_stands_until_the_next_and_a_cumulative_one_replaces_it(
    con: duckdb.DuckDBPyConnection,
) -> None:
    later = dt.date(2026, 4, 1)
    for name in ("mue", "ncci_ptp"):
        load(con, name)
        load(con, name, later)
    ranges = con.execute(
        "SELECT edition, last_day FROM codes.edition_in_force WHERE kind = 'mue' ORDER BY 1"
    ).fetchall()
    assert ranges == [(DAY, dt.date(2026, 3, 31)), (later, dt.date(9999, 12, 31))]
    assert con.execute("SELECT count(*), min(edition) FROM codes.ncci_ptp").fetchone() == (6, later)
    with pytest.raises(FeedError, match="holds all earlier ones"):
        load(con, "ncci_ptp")  # also of one that was loaded before and is gone
    assert con.execute("SELECT DISTINCT effective_from FROM codes.table_file WHERE kind = 'ncci_ptp'").fetchall() == [
        (later,)
    ]


def part(folder: Path, name: str, *pairs: str) -> Path:
    path = folder / name
    path.write_text("".join(f"{pair[:5]}\t{pair[5:]}\t\t20200101\t*\t0\n" for pair in pairs))
    return path


def test_an_edition_in_parts_stands_whole_or_not_at_all(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    later = dt.date(2026, 4, 1)
    first, second = part(tmp_path, "f1.txt", "1104212001"), part(tmp_path, "f2.txt", "9753097140", "9753097112")

    def pairs() -> list[tuple[str, dt.date]]:
        return con.execute("SELECT column1 || column2, edition FROM codes.ncci_ptp ORDER BY ALL").fetchall()

    whole = [("1104212001", DAY), ("9753097112", DAY), ("9753097140", DAY)]
    assert load_table(con, [first, second], "ncci_ptp", DAY, "r").rows == 3
    assert load_table(con, [second, first], "ncci_ptp", DAY, "r").is_known
    for day in (DAY, later):  # one part alone, of this edition or of the next
        with pytest.raises(FeedError, match="of 2026-01-01 of ncci_ptp has 2 files, and here is 1"):
            load_table(con, [first], "ncci_ptp", day, "r")
    broken = part(tmp_path, "bad.txt", "1104212002")
    broken.write_text(broken.read_text().replace("20200101", "soon"))
    with pytest.raises(FeedError, match=r"bad\.txt: line 1"):
        load_table(con, [first, broken], "ncci_ptp", later, "r")
    with pytest.raises(FeedError, match=r"f1\.txt is the same file as f1\.txt"):
        load_table(con, [first, first], "ncci_ptp", later, "r")
    assert pairs() == whole

    again = part(tmp_path, "f1-again.txt", "1104212001", "1104212002")
    assert load_table(con, [again, second], "ncci_ptp", DAY, "r").rows == 4
    assert pairs() == sorted([*whole, ("1104212002", DAY)])
    assert load_table(con, [again], "ncci_ptp", later, "r", complete=True).rows == 2
    assert pairs() == [("1104212001", later), ("1104212002", later)]
    with pytest.raises(FeedError, match="An edition of mue is one file of the format mue, and here are 2"):
        load_table(con, [first, second], "mue", DAY, "r")


def test_of_two_formats_that_fill_the_same_rows_the_later_stands_and_the_earlier_can_come_back(
    con: duckdb.DuckDBPyConnection,
) -> None:
    listed = "SELECT format FROM codes.table_file WHERE kind = 'icd10cm'"
    for name in ("icd10cm_order", "icd10cm_codes", "icd10cm_order"):
        assert load(con, name) == ROWS[name]
        assert con.execute(listed).fetchall() == [(name,)]
        assert con.execute("SELECT count(*) FROM codes.icd10cm").fetchone() == (ROWS[name],)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("ncci_ptp", "11042\t12001\t\t2020-01-01\t*\t0\n", "line 1: expected a day, this is '2020-01-01'"),
        ("ncci_ptp", "11042\t12001\t\t20200101\t*\t2\n", "line 1: expected modifier indicator 0, 1 or 9"),
        ("mue", "99213,one,2,x\n", "capital letters), units, adjudication"),
        ("icd10cm_order", "00001 E119    2 x\n", "line 1: expected an order number"),
        ("hcpcs", "J1100003003short\n", "line 1: expected a record of 320 columns"),
        ("clia", "81002,simple\n", "capital letters), one of waived, ppm"),
        ("coverage_procedure", "article_id,hcpc_code_id\n", "article_version is missing"),
        ("mue", "nothing of the kind\n", "it has no row of the format mue"),
        # a code that a spreadsheet or a typist spoiled, on the first line and further down
        (
            "mue",
            MUE_HEAD + "100,1,2 x,x\n99213,1,2 x,x\n",
            "line 2: expected code (five characters, leading zeros kept",
        ),
        ("mue", MUE_HEAD + "99213,1,2 x,x\n100,1,2 x,x\n", "line 3: expected code"),
        ("mue", "99213,1,2 x,x\ng0008,1,2 x,x\n", "line 2: expected code"),
        ("mue", "99213,1,2 x,x\n\nthe end\n", "line 3: expected code"),
        ("mue", "99213,1,2 x,x\n99214,\u00b2,2 x,x\n", "line 2: expected code"),
        ("ncci_ptp", "1104\t12001\t\t20200101\t*\t0\n11042\t12001\t\t20200101\t*\t0\n", "line 1: expected column 1"),
        ("ncci_ptp", "11042\t12001\t\t20200101\t*\t0\n11042\tg0008\t\t20200101\t*\t0\n", "line 2: expected column 1"),
        ("clia", "81002,waived,\n8787,waived,QW\n", "line 2: expected code"),
        ("clia", "81002,waived,yes\n", "line 1: expected QW or nothing"),
        (
            "fee_indicators",
            "99213,,,A" + "," * 19 + "\n100,,,A" + "," * 19 + "\n",
            "line 2: expected at least 23 columns",
        ),
        ("pos", "01,Pharmacy\nO2,Telehealth\n", "line 2: expected a code of two digits"),
        # quotation marks
        (
            "mue",
            '"99213","1","2 x","x"\n"99214","1","2 x","x\n"99215","1","2 x","x"\n',
            "line 2: a quotation mark is wrong",
        ),
        ("mue", '99213,1,2 x,"x', "line 1: a quotation mark is wrong or a cell has no end"),
        (
            "coverage_procedure",
            ARTICLE_HEAD + '1,1,"two\nlines",93000\n1,1\n',
            "line 4: expected 4 columns as in the header, there are 2",
        ),
        (
            "coverage_procedure",
            ARTICLE_HEAD + "1,,x,93000\n",
            "line 2: expected a number as article_version, this is ''",
        ),
        ("coverage_procedure", ARTICLE_HEAD + "1,1,x,9300\n", "line 2: expected a code (five characters"),
        ("icd10cm_order", b"\x81\xff\n", "line 1: it is no text in UTF-8 or Windows-1252"),
    ],
)
def test_a_file_of_another_form_names_the_line_and_loads_nothing(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, name: str, text: str | bytes, said: str
) -> None:
    path = tmp_path / "file.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    edition, paths = name, [path]
    if name in COVERAGE:
        edition, paths = "coverage", articles(tmp_path, **{name: str(text)})
    with pytest.raises(FeedError) as refused:
        load_table(con, paths, edition, DAY, "r")
    assert said in str(refused.value)
    assert con.execute("SELECT count(*) FROM codes.table_file").fetchone() == (0,)


def test_what_official_files_hold_beside_plain_text_is_read_as_it_stands(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """A single quotation mark between tabs; an ellipsis of Windows in a title; texts longer than csv allows, over several lines."""

    def read(name: str, data: bytes) -> int:
        path = tmp_path / f"{name}.txt"
        path.write_bytes(data)
        return load_table(con, [path], name, DAY, "r").rows

    pair = b'11042\t1200%d\t\t20200101\t*\t0\t5" wound\r\n'
    assert read("ncci_ptp", pair % 1 + pair % 2 + pair % 3) == 3
    assert read("icd10cm_codes", b"E119    Diabetes\x85 type 2 \x93mild\x94\nE118    x\n") == 2
    told = con.execute("SELECT description FROM codes.icd10cm WHERE code = 'E119'").fetchone()
    assert told == ("Diabetes\u2026 type 2 \u201cmild\u201d",)
    procedures = ARTICLE_HEAD + '1,2,"' + "long \n" * 50_000 + '",93000\n'
    assert load_table(con, articles(tmp_path, coverage_procedure=procedures), "coverage", DAY, "r").rows == 3
    with pytest.raises(FeedError, match=r"line 1: a quotation mark is wrong or a cell has no end \(field larger"):
        read("mue", b"99213,1,2 x," + b"x" * 17_000_000)


def test_facts_say_what_the_tables_said_on_the_date_of_service(con: duckdb.DuckDBPyConnection) -> None:
    world = World(con)
    for name in FILES:
        if name != "icd10cm_codes":
            load(con, name)
    world.patient()
    world.coverage(payer_id="SMDCR")
    for number, code in enumerate(["97530", "97140", "93000", "J0120", "71046"], start=1):
        world.charge(f"CH{number}", procedure_code=code, diagnoses=["E119", "M2551", "X999"], diagnosis_pointers=[1, 2])
    world.charge(
        "CH9", procedure_code="97140", encounter_id="E9", dos=dt.date(2025, 6, 1), entered_on=dt.date(2025, 6, 2)
    )
    world.run()

    def said(charge: str, columns: str) -> object:
        return con.execute(f"SELECT {columns} FROM line_fact WHERE charge_id = ?", [charge]).fetchone()

    assert said("CH2", "bundles[1].column1_code, bundles[1].modifier_indicator, len(bundles)") == ("97530", "1", 1)
    assert said("CH1", "len(bundles), mue_units") == (0, None)
    assert said("CH2", "mue_units, mue_adjudication") == (6, 3)
    assert said("CH9", "mue_units, mue_adjudication") == (None, None)  # before the edition
    assert said("CH3", "coverage_policies[1].policy_id, coverage_policies[1].supports") == ("A90001", False)
    assert said("CH4", "hcpcs_is_valid_on_dos") == (False,)
    assert said("CH5", "fee_status, pctc_indicator, global_days, bilateral_indicator") == ("A", "1", "XXX", "3")
    known = (
        "list_transform(diagnosis_rows, lambda d: d.is_known), list_transform(diagnosis_rows, lambda d: d.is_billable)"
    )
    assert said("CH1", known) == ([True, True, False], [True, False, None])
    assert said("CH9", "diagnosis_rows[1].is_known") == (None,)


def test_two_versions_of_an_article_in_force_on_a_day_are_each_asked_alone(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """Version 1 covers I10 and version 2 E119: a line with E119 is covered by the second, and the first still does not cover it."""
    paths = articles(
        tmp_path,
        coverage_article="article_id,article_version,article_eff_date,article_end_date\n7,1,2020-01-01,\n7,2,2021-01-01,\n",
        coverage_procedure="article_id,article_version,hcpc_code_id\n7,1,93000\n7,2,93000\n",
        coverage_covered="article_id,article_version,icd10_code_id,icd10_covered_group\n7,1,I10,1\n7,2,E11.9,1\n",
    )
    load_table(con, paths, "coverage", DAY, "r")
    assert judged(con) == [("A7", 1, False, False), ("A7", 2, True, False)]


def judged(con: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    """What coverage articles say of a line of Medicare: 93000 for E119. policy_id, policy_version, supports, excludes."""
    world = World(con)
    world.patient()
    world.coverage(payer_id="SMDCR")
    world.charge("CH1", procedure_code="93000", diagnoses=["E119"], diagnosis_pointers=[1])
    world.run()
    (said,) = con.execute("SELECT coverage_policies FROM line_fact WHERE charge_id = 'CH1'").fetchone() or ((),)
    return [tuple(one.values()) for one in said]


def test_an_article_that_lists_no_diagnosis_it_covers_holds_nothing(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """Article 8 names the procedure alone, article 9 a diagnosis it never covers."""
    paths = articles(
        tmp_path,
        coverage_article="article_id,article_version,article_eff_date,article_end_date\n7,1,2020-01-01,\n8,1,2020-01-01,\n9,1,2020-01-01,\n",
        coverage_procedure="article_id,article_version,hcpc_code_id\n7,1,93005\n8,1,93000\n9,1,93000\n",
        coverage_noncovered="article_id,article_version,icd10_code_id,icd10_noncovered_group\n9,1,E11.9,1\n",
    )
    load_table(con, paths, "coverage", DAY, "r")
    assert judged(con) == [("A8", 1, None, False), ("A9", 1, None, True)]
    found = con.execute("SELECT rule_id FROM scrub.open_finding WHERE starts_with(rule_id, 'COV')").fetchall()
    assert found == [("COV-002",)]


def test_an_edition_of_coverage_is_four_files_or_none(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    later = dt.date(2026, 4, 1)
    whole = articles(tmp_path)
    assert load_table(con, whole, "coverage", DAY, "r").rows == 3
    assert load_table(con, whole[::-1], "coverage", DAY, "r").is_known

    def refused(paths: list[Path]) -> str:
        with pytest.raises(FeedError) as problem:
            load_table(con, paths, "coverage", later, "r", complete=True)
        in_force = con.execute("SELECT edition FROM codes.edition_in_force WHERE kind = 'coverage'").fetchall()
        assert in_force == [(DAY,)]
        return str(problem.value)

    assert "is 4 files, given in one command. Missing: article.csv" in refused([whole[1]])
    assert "Missing: article_x_icd10_noncovered.csv" in refused(whole[:3])
    other = tmp_path / "other.csv"
    other.write_text(COVERAGE["coverage_covered"] + "7,1,I11,1\n")
    assert "is not the only file of the format coverage_covered" in refused([*whole, other])
    other.write_text("article_id,article_version,contractor_id\n7,1,5\n")
    assert "other.csv: it is none of the 4 files of coverage" in refused([*whole[:3], other])
    # the next one takes the place of all of it, in every table
    newer = articles(tmp_path, coverage_procedure="article_id,article_version,hcpc_code_id\n7,1,93005\n")
    assert load_table(con, newer, "coverage", later, "r").rows == 3
    for table in ("coverage_policy", "coverage_procedure", "coverage_diagnosis"):
        assert con.execute(f"SELECT DISTINCT edition FROM codes.{table}").fetchall() == [(later,)]
    assert con.execute("SELECT count(*) FROM codes.table_file WHERE kind = 'coverage'").fetchone() == (4,)
    with pytest.raises(FeedError, match="holds all earlier ones"):
        load_table(con, whole, "coverage", DAY, "r")
