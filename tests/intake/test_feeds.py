"""The feed files themselves: agreed headers, columns that fit their tables, and errors a person can act on."""

from __future__ import annotations

import re

import duckdb
import pytest

from pm_pipeline.errors import ConfigError
from pm_pipeline.intake import Feed, known_feeds, load_feed
from pm_pipeline.intake import feed as feed_module
from pm_pipeline.intake.document import find, table
from pm_pipeline.intake.feed import kinds
from pm_pipeline.intake.merge import READ_AS
from pm_pipeline.intake.suite import checks
from tests.intake.files import CHARGES

FILLED_BY_INTAKE = {"file_id", "row_no", "run_id", "landed_on"}
FILLED_BY_CHARGES = {"practice_id", "claim_id", "line_id", "group_no"}


def test_every_agreed_feed_is_found_in_its_stage() -> None:
    assert {feed.feed for feed in known_feeds()} == {
        "appointments", "authorizations", "charges", "coverages", "deposits", "patients", "providers",
    }  # fmt: skip


@pytest.mark.parametrize("feed", known_feeds(), ids=lambda feed: feed.feed)
def test_a_feed_fills_its_table_completely_and_with_types_intake_can_read(
    con: duckdb.DuckDBPyConnection, feed: Feed
) -> None:
    described = con.execute(f'SELECT column_name, column_type, "null" FROM (DESCRIBE {feed.table})').fetchall()
    required = {column.name for column in feed.columns if column.required}
    own = {name for name, _, _ in described} - FILLED_BY_INTAKE
    assert set(feed.filled) == own - (FILLED_BY_CHARGES if feed is CHARGES else set())
    for name, kind, nullable in described:
        if name in feed.filled:
            assert kind.removesuffix("[]") in READ_AS
            is_list = kind.endswith("[]")  # an empty list where no cell is filled
            assert nullable == "YES" or is_list or set(feed.filled[name]) <= required, f"{name} may not be empty"


@pytest.mark.parametrize("feed", known_feeds(), ids=lambda feed: feed.feed)
def test_every_check_tells_the_sender_what_is_expected_and_what_to_do(feed: Feed) -> None:
    for check in checks(feed):
        assert check.expected
        assert check.remedy.endswith(".")
        assert "MAX" not in check.expected


def test_no_kind_of_cell_lets_a_control_character_or_a_letter_outside_ascii_through() -> None:
    for name, kind in kinds().items():
        pattern = re.compile(rf"\A(?:{kind.sized(80).pattern})\Z")
        for bad in ("A\x00B", "A\tB", "A\nB", "A\x7fB", "É", "\udce9", "名", "🙂", "A*B", "A~B", "A^B", "A:B"):
            assert not pattern.match(bad), (name, bad)
        assert not pattern.match("1\n")


def test_the_readme_table_names_every_column_with_its_format_and_meaning() -> None:
    text = table(find("charges"))
    assert text.startswith("| column | required | a cell is | meaning |\n")
    assert [line.split("`")[1] for line in text.splitlines()[2 : 2 + len(CHARGES.columns)]] == CHARGES.header
    assert "| `units` | yes | a number above 0 and below 10000, with up to three decimals | Units of service |" in text
    assert "- `dos_to`: a day not before dos_from." in text


def test_an_unknown_feed_name_lists_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r"no feed 'charge'\. Known: appointments, authorizations, charges"):
        find("charge")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("kind: amount", "kind: money"), "kind 'money' is not in intake/kinds.yaml"),
        (("kind: text,   max_length: 50", "kind: text"), "max_length: give it for kind text"),
        (("feed: deposits", "feed: deposits\ncolour: red"), "colour: Extra inputs are not permitted"),
        (("key: [deposit_id]", "key: [originator]"), "originator: key and dated_by columns must be required"),
        (("title: Bank deposits", "title: 'Bank"), "is not YAML at line"),
        (
            (
                "columns:",
                "rules: [{rule: different, reason: SAME, columns: [amount], other: total, expected: a, remedy: b}]\n"
                "columns:",
            ),
            "SAME names 'total', which is no column",
        ),
    ],
    ids=["unknown kind", "text without length", "unknown key", "optional key", "not YAML", "rule names nothing"],
)  # fmt: skip
def test_a_wrong_feed_file_is_refused_with_its_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path, change: tuple[str, str], says: str
) -> None:
    shipped = feed_module.resources.files("pm_pipeline").joinpath("remittance", "feeds", "deposits.yaml").read_text()
    assert change[0] in shipped
    folder = tmp_path / "remittance" / "feeds"
    folder.mkdir(parents=True)
    (folder / "wrong.yaml").write_text(shipped.replace(*change))
    kinds()  # from the real package, before the files come from the test's folder
    monkeypatch.setattr(feed_module.resources, "files", lambda _: tmp_path)
    with pytest.raises(ConfigError) as problem:
        load_feed("pm_pipeline.remittance", "wrong")
    assert str(problem.value).startswith("pm_pipeline/remittance/feeds/wrong.yaml is not")
    assert says in str(problem.value)
