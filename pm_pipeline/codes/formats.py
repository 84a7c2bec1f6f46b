"""The public edit tables as CMS publishes them: one reader per file format, official file in, plain rows out.

Each reader takes the lines of a file and yields rows in the order of its table's columns, or raises BadRow. Descriptions of CPT
codes, where a file has them, are never read: only those of ICD-10-CM, HCPCS level II and places of service, which are public.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

Row = tuple[object, ...]
CODE = re.compile(r"[0-9A-Z][0-9]{3}[0-9A-Z]\Z")
ICD = re.compile(r"[A-Z][0-9][0-9A-Z]{1,5}\Z")
NUMBER = re.compile(r"[0-9]{1,9}\Z")
MAI = re.compile(r"[123](?![0-9])")
POS = re.compile(r"[0-9]{1,2}\Z")
POS_RANGE = re.compile(r"[0-9]{1,2}\s*[-\u2013]\s*[0-9]{1,2}\Z")
STATUS = re.compile(r"[A-Z]\Z")
A_CODE = "five characters, leading zeros kept, capital letters"
CERTIFICATES = ("waived", "ppm", "moderate", "high")
LONGEST = 16_777_216  # the texts of coverage articles are longer than what csv allows by itself
LEVEL_2 = re.compile(r"[A-V][0-9]{4}\Z")


class BadRow(ValueError):
    """A line that is not what the format says; the text says where and what was expected."""


@dataclass(frozen=True)
class Format:
    """One published file format: which table it fills, how it is read, and how its first lines are known."""

    kind: str
    name: str
    table: str
    columns: tuple[str, ...]
    read: Callable[[Iterable[str]], Iterator[Row]]
    what: str
    same: str = ""
    """A condition on the table: the rows that a file of this format fills, where several formats share a table."""
    known_by: str = ""
    """A column that of the files of one edition only this one has, where they are of several formats."""
    may_be_empty: bool = False


def _cells(lines: Iterable[str], quoted: bool = True) -> Iterator[tuple[int, list[str]]]:
    """The records of a file with the line each begins in: comma-separated with quotation marks, or (not quoted) tab-separated."""
    csv.field_size_limit(LONGEST)
    reader = csv.reader(lines, strict=True) if quoted else csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    number = 1
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                yield number, cells
            number = reader.line_num + 1
    except csv.Error as problem:
        raise BadRow(f"line {number}: a quotation mark is wrong or a cell has no end ({problem})") from None


def _rows(
    lines: Iterable[str],
    is_row: Callable[[list[str]], bool],
    like: Callable[[list[str]], bool],
    expected: str,
    quoted: bool = True,
) -> Iterator[tuple[int, list[str]]]:
    """The records after the header: from the first that is like a row on, every one is a row.

    like: no header line is so, and a row is so however its code was spoiled. Raises BadRow with what was `expected`.
    """
    began = False
    for number, cells in _cells(lines, quoted):
        began = began or is_row(cells) or like(cells)
        if not began:
            continue
        if not is_row(cells):
            first = cells[0] if len(cells[0]) <= 10 else f"{cells[0][:10]}..."
            raise BadRow(f"line {number}: expected {expected}; the line begins with {first!r}")
        yield number, cells


def _has_code(cells: list[str]) -> bool:
    return CODE.match(cells[0]) is not None


def _day(text: str, number: int, form: str = "%Y%m%d") -> dt.date:
    try:
        return dt.datetime.strptime(text, form).date()  # noqa: DTZ007  (a day has no zone)
    except ValueError:
        raise BadRow(f"line {number}: expected a day, this is {text!r}") from None


def _number(text: str, number: int, what: str) -> int:
    if not NUMBER.match(text):
        raise BadRow(f"line {number}: expected a number as {what}, this is {text!r}")
    return int(text)


def ncci_ptp(lines: Iterable[str]) -> Iterator[Row]:
    """Practitioner PTP edits, tab-separated: column 1, column 2, pre-1996 mark, effective, deletion (*: none), modifier, rationale.

    A quotation mark means nothing: rationales have single ones."""
    expected = f"column 1, column 2 ({A_CODE}), mark, effective, deletion, modifier between tabs"
    for number, cells in _rows(
        lines,
        lambda cells: len(cells) >= 6 and _has_code(cells) and CODE.match(cells[1]) is not None,
        lambda cells: _has_code(cells) or (len(cells) >= 6 and cells[5] in ("0", "1", "9")),
        expected,
        quoted=False,
    ):
        if cells[5] not in ("0", "1", "9"):
            raise BadRow(f"line {number}: expected modifier indicator 0, 1 or 9, this is {cells[5]!r}")
        ends = None if cells[4] in ("*", "") else _day(cells[4], number)
        yield cells[0], cells[1], _day(cells[3], number), ends, cells[5]


def mue(lines: Iterable[str]) -> Iterator[Row]:
    """Practitioner MUE, comma-separated: code, value, adjudication indicator (its first digit), rationale."""

    def tail(cells: list[str]) -> bool:
        return len(cells) >= 3 and NUMBER.match(cells[1]) is not None and MAI.match(cells[2]) is not None

    expected = f"code ({A_CODE}), units, adjudication indicator (1, 2, 3 ...), rationale"
    for _, cells in _rows(
        lines, lambda cells: _has_code(cells) and tail(cells), lambda cells: _has_code(cells) or tail(cells), expected
    ):
        yield cells[0], int(cells[1]), int(cells[2][0]), cells[3] if len(cells) > 3 else ""


def icd10cm_order(lines: Iterable[str]) -> Iterator[Row]:
    """The order file, fixed columns: number 1-5, code 7-13, 1 when billable in 15, short title 17-76, long title from 78."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        code, flag = line[6:13].strip(), line[14:15]
        if not ICD.match(code) or flag not in ("0", "1"):
            raise BadRow(f"line {number}: expected an order number, a code in columns 7 to 13 and 0 or 1 in column 15")
        yield code, flag == "1", line[77:].strip() or line[16:76].strip()


def icd10cm_codes(lines: Iterable[str]) -> Iterator[Row]:
    """The code file: code in columns 1-7, title from 9; billable codes only."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        code = line[:7].strip()
        if not ICD.match(code):
            raise BadRow(f"line {number}: expected an ICD-10-CM code in columns 1 to 7")
        yield code, True, line[8:].strip()


def hcpcs(lines: Iterable[str]) -> Iterator[Row]:
    """The alpha-numeric file, 320 columns: code 1-5, record 11 (3: a code's first), long title 12-91, short 92-119, added 269-276,
    ended 285-292. Modifiers (records 7, 8) are left out, and so is whatever is no level II code."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        if len(line.rstrip("\r\n")) < 276:
            raise BadRow(f"line {number}: expected a record of 320 columns, this has {len(line.rstrip())}")
        if line[10] != "3" or not LEVEL_2.match(line[:5]):
            continue
        ended = line[284:292].strip()
        yield (
            line[:5],
            line[91:119].strip() or line[11:91].strip(),
            _day(line[268:276].strip(), number),
            _day(ended, number) if ended else None,
        )


def pos(lines: Iterable[str]) -> Iterator[Row]:
    """Place of service codes, comma-separated: code, name. Ranges (61-64 and the like, unassigned) are left out."""
    for number, cells in _rows(
        lines,
        lambda cells: POS.match(cells[0]) is not None or POS_RANGE.match(cells[0]) is not None,
        lambda cells: cells[0][:1].isdigit(),
        "a code of two digits (or a range of unassigned ones) and its name",
    ):
        if POS.match(cells[0]):
            if len(cells) < 2 or not cells[1]:
                raise BadRow(f"line {number}: expected a code and its name")
            if cells[1].lower() != "unassigned":
                yield cells[0].zfill(2), cells[1]


def clia(lines: Iterable[str]) -> Iterator[Row]:
    """Tests and the certificate they need, comma-separated: code, certificate (waived, ppm, moderate, high), modifier QW or none."""

    def tail(cells: list[str]) -> bool:
        return len(cells) >= 2 and cells[1].lower() in CERTIFICATES

    expected = f"code ({A_CODE}), one of {', '.join(CERTIFICATES)}, and QW or nothing"
    for number, cells in _rows(
        lines, lambda cells: _has_code(cells) and tail(cells), lambda cells: _has_code(cells) or tail(cells), expected
    ):
        modifier = cells[2].upper() if len(cells) > 2 else ""
        if modifier not in ("QW", ""):
            raise BadRow(f"line {number}: expected QW or nothing after the certificate, this is {cells[2]!r}")
        yield cells[0], cells[1].lower(), modifier == "QW"


def fee_indicators(lines: Iterable[str]) -> Iterator[Row]:
    """The physician fee schedule's relative value file (PPRRVU), comma-separated; its indicators, no values and no titles.

    Only the row without modifier of each code: 1 code, 2 modifier, 4 status, 14 PC/TC, 15 global, 19 multiple, 20 bilateral,
    21 assistant, 22 co-surgeon, 23 team."""
    for _, cells in _rows(
        lines,
        lambda cells: len(cells) >= 23 and _has_code(cells),
        lambda cells: _has_code(cells) or (len(cells) >= 23 and STATUS.match(cells[3]) is not None),
        f"at least 23 columns, the first a code ({A_CODE})",
    ):
        if not cells[1]:
            yield (cells[0], cells[3], *(cells[place] or None for place in (13, 14, 18, 19, 20, 21, 22)))


def _named(lines: Iterable[str], names: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows of a Medicare Coverage Database table by column name."""
    header: list[str] = []
    for number, cells in _cells(lines):
        if not header:
            header = [cell.lower() for cell in cells]
            missing = [name for name in names if name not in header]
            if missing:
                raise BadRow(
                    f"line {number}: expected a header with {', '.join(names)}; {', '.join(missing)} is missing"
                )
        elif len(cells) != len(header):
            raise BadRow(f"line {number}: expected {len(header)} columns as in the header, there are {len(cells)}")
        else:
            yield number, dict(zip(header, cells, strict=True))


def _article(row: dict[str, str], number: int) -> tuple[str, int]:
    return f"A{_number(row['article_id'], number, 'article_id')}", _number(
        row["article_version"], number, "article_version"
    )


def coverage_article(lines: Iterable[str]) -> Iterator[Row]:
    """article.csv: the billing articles of LCDs, which hold their codes; article_id, article_version, effective and end date."""
    for number, row in _named(lines, ("article_id", "article_version", "article_eff_date", "article_end_date")):
        ends = row["article_end_date"][:10]
        yield (
            *_article(row, number), _day(row["article_eff_date"][:10], number, "%Y-%m-%d"),
            _day(ends, number, "%Y-%m-%d") if ends else None,
        )  # fmt: skip


def coverage_procedure(lines: Iterable[str]) -> Iterator[Row]:
    """article_x_hcpc_code.csv: the procedures of an article; article_id, article_version, hcpc_code_id. Titles are not read."""
    for number, row in _named(lines, ("article_id", "article_version", "hcpc_code_id")):
        if not CODE.match(row["hcpc_code_id"]):
            raise BadRow(f"line {number}: expected a code ({A_CODE}) as hcpc_code_id, this is {row['hcpc_code_id']!r}")
        yield *_article(row, number), row["hcpc_code_id"]


def _diagnoses(lines: Iterable[str], is_covered: bool) -> Iterator[Row]:
    for number, row in _named(lines, ("article_id", "article_version", "icd10_code_id")):
        if not row["icd10_code_id"]:
            raise BadRow(f"line {number}: expected a diagnosis as icd10_code_id, this is empty")
        yield *_article(row, number), row["icd10_code_id"].replace(".", ""), is_covered


def coverage_covered(lines: Iterable[str]) -> Iterator[Row]:
    """article_x_icd10_covered.csv: diagnoses that support the procedures; article_id, article_version, icd10_code_id."""
    return _diagnoses(lines, True)


def coverage_noncovered(lines: Iterable[str]) -> Iterator[Row]:
    """article_x_icd10_noncovered.csv: diagnoses that never do."""
    return _diagnoses(lines, False)


POLICY = ("policy_id", "version", "effective_from", "effective_to")
DIAGNOSIS = ("policy_id", "version", "diagnosis", "is_covered")
FEE = (
    "code", "status", "pctc_indicator", "global_days", "multiple_indicator", "bilateral_indicator", "assistant_indicator",
    "cosurgeon_indicator", "team_indicator",
)  # fmt: skip
FORMATS = {
    one.name: one
    for one in (
        Format("ncci_ptp", "ncci_ptp", "ncci_ptp", ("column1", "column2", "effective_from", "effective_to", "modifier_indicator"),
               ncci_ptp, "NCCI practitioner PTP edits, ccipra-*.txt, one file after the other"),
        Format("mue", "mue", "mue", ("code", "units", "adjudication", "rationale"), mue, "Practitioner MUE table, CSV"),
        Format("icd10cm", "icd10cm_order", "icd10cm", ("code", "is_billable", "description"), icd10cm_order, "icd10cm_order_YYYY.txt"),
        Format("icd10cm", "icd10cm_codes", "icd10cm", ("code", "is_billable", "description"), icd10cm_codes,
               "icd10cm_codes_YYYY.txt: billable codes only; better the order file"),
        Format("hcpcs", "hcpcs", "hcpcs", ("code", "description", "added_on", "ended_on"), hcpcs, "HCPCYYYY_*_ANWEB.txt"),
        Format("pos", "pos", "pos", ("code", "description"), pos, "Place of service code set, CSV"),
        Format("clia", "clia", "clia", ("code", "level", "needs_qw"), clia, "Tests subject to CLIA with certificate and QW, CSV"),
        Format("fee_indicators", "fee_indicators", "fee_indicator", FEE, fee_indicators, "PPRRVU*.csv"),
        Format("coverage", "coverage_article", "coverage_policy", POLICY, coverage_article,
               "article.csv (of your own Medicare contractor alone; retired versions too, which hold for their days)",
               known_by="article_eff_date"),
        Format("coverage", "coverage_procedure", "coverage_procedure", ("policy_id", "version", "code"), coverage_procedure,
               "article_x_hcpc_code.csv (of these articles)", known_by="hcpc_code_id"),
        Format("coverage", "coverage_covered", "coverage_diagnosis", DIAGNOSIS, coverage_covered,
               "article_x_icd10_covered.csv (of these articles)", "is_covered", known_by="icd10_covered_group"),
        Format("coverage", "coverage_noncovered", "coverage_diagnosis", DIAGNOSIS, coverage_noncovered,
               "article_x_icd10_noncovered.csv (of these articles; its header alone when they name none)", "NOT is_covered",
               known_by="icd10_noncovered_group", may_be_empty=True),
    )
}  # fmt: skip
# what can be loaded, and the formats of its files: one, of one file or of parts; or several, of a file each, that stand only together
EDITIONS: dict[str, tuple[Format, ...]] = {
    **{one.name: (one,) for one in FORMATS.values() if not one.known_by},
    "coverage": tuple(one for one in FORMATS.values() if one.known_by),
}


def of_header(text: str, formats: Iterable[Format]) -> Format | None:
    """Which of these formats a file is in, by the columns its first line names; None: in none of them."""
    header = next((cells for _, cells in _cells(io.StringIO(text, newline=""))), [])
    return next((one for one in formats if one.known_by in {cell.lower() for cell in header}), None)
