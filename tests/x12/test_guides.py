"""Which guide a set follows: the cases where ST01 alone, or one of ST03 and GS08, would mislead."""

from __future__ import annotations

from importlib.resources import files
from typing import get_args

import pytest

from pm_pipeline.x12.guides import Guide, guide_of, reader_of


@pytest.mark.parametrize(
    ("st01", "st03", "gs08", "guide"),
    [
        pytest.param("277", "005010X214", "005010X214", "277ca", id="claim-acknowledgment"),
        pytest.param("277", "005010X212", "005010X212", "277", id="claim-status-answer"),
        pytest.param("277", "005010X213", "005010X213", "277rfai", id="request-for-information"),
        pytest.param("277", "", "005010X214", "277ca", id="no-ST03-but-GS08"),
        pytest.param("277", "", "004010X093A1", "277", id="4010-status-answer"),
        pytest.param("277", "", "004040X167", "277ca", id="4040-acknowledgment"),
        pytest.param("277", "", "004010X070", "277", id="4010-unsolicited"),
        pytest.param("277", "005010X212", "005010X214", "277", id="ST03-goes-before-GS08"),
        pytest.param("276", "005010X212", "005010X279", "276", id="GS08-of-another-guide"),
        pytest.param("277", "005010X279", "005010X214", "277ca", id="ST03-of-another-ST01"),
        pytest.param("277", "", "005010", None, id="277-without-a-number"),
        pytest.param("277", "005010X999", "", None, id="277-of-an-unknown-number"),
        pytest.param("837", "005010X222A1", "005010X222A1", "837p", id="professional"),
        pytest.param("837", "005010X223A2", "", "837i", id="institutional"),
        pytest.param("837", "", "004010X097A1", "837d", id="4010-dental"),
        pytest.param("837", "", "004010X098A1", "837p", id="4010-professional"),
        pytest.param("837", "", "", None, id="837-without-a-number"),
        pytest.param("835", "", "004010X091A1", "835", id="4010-remittance"),
        pytest.param("835", "", "005010", "835", id="835-without-a-number"),
        pytest.param("270", "", "004010X092", "270", id="4010-inquiry"),
        pytest.param("271", "005010x279a1", "", "271", id="lower-case"),
        pytest.param("271", "", "004010X092A1 ", "271", id="trailing-blank"),
        pytest.param("278", "005010X216", "", "278", id="notification"),
        pytest.param("278", "", "004010X094A1", "278", id="4010-review"),
        pytest.param("997", "", "004010X098A1", "997", id="997-under-a-claim-guide"),
        pytest.param("999", "005010X231A1", "", "999", id="999"),
        pytest.param("834", "005010X220A1", "005010X220A1", None, id="not-ours"),
        pytest.param("", "005010X214", "005010X214", None, id="no-ST01"),
    ],
)
def test_a_set_is_known_by_st03_or_gs08(st01: str, st03: str, gs08: str, guide: str | None) -> None:
    assert guide_of(st01, st03, gs08) == guide


def test_requests_are_read_by_the_module_of_their_answers_and_there_is_one() -> None:
    assert {guide: reader_of(guide) for guide in ("270", "271", "276", "277", "277rfai", "277ca", "278", "997")} == {
        "270": "271", "271": "271", "276": "277", "277": "277", "277rfai": "277", "277ca": "277ca", "278": "278", "997": "999",
    }  # fmt: skip
    unread = {"837d", "837i", "837p"}  # not read, or not here yet
    for guide in set(get_args(Guide)) - unread:
        assert files("pm_pipeline.x12").joinpath(f"read_{reader_of(guide)}.sql").is_file(), guide
