"""What a payer wants otherwise than others, said in payers.yaml, reaches its claims and nobody else's."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import ValidationError

from pm_pipeline.config.models import Payer as ConfigPayer
from tests.submission.conftest import Office
from tests.submission.test_freeze import segments


def _wants(office: Office, payer_id: str, **wants: object) -> None:
    payers = [
        ConfigPayer.model_validate({**one.model_dump(), **wants}) if one.payer_id == payer_id else one
        for one in office.config.payers
    ]
    office.config = replace(office.config, payers=payers)


def test_quirks_and_numbers_reach_the_payer_s_claims(office: Office) -> None:
    office.released(1)
    office.submit()
    _wants(
        office,
        "SMTML",
        quirks={"send_line_place": True, "send_rendering_taxonomy": False},
        numbers=[{"qualifier": "G2", "value": "HARBOR77"}, {"qualifier": "FY", "value": "OFFICE3"}],
    )
    office.released(2)
    office.submit()
    plain, quirky = office.sent()
    assert [len(segments(text, "PRV*PE")) for text in (plain, quirky)] == [1, 0]
    assert [segments(text, "SV1*")[0].split("*")[5] for text in (plain, quirky)] == ["", "11"]
    assert segments(quirky, "REF*G2") == ["REF*G2*HARBOR77"]
    assert segments(quirky, "REF*FY") == ["REF*FY*OFFICE3"]
    assert segments(plain, "REF*G2") + segments(plain, "REF*FY") == []


def test_a_quirk_of_another_payer_changes_nothing(office: Office) -> None:
    _wants(office, "SMDCR", quirks={"send_line_place": True})
    office.released(1)
    office.submit()
    (text,) = office.sent()
    assert segments(text, "SV1*")[0].split("*")[5] == ""


@pytest.mark.parametrize(
    "wants", [{"quirks": {"send_everything": True}}, {"numbers": [{"qualifier": "XX", "value": "1"}]}]
)
def test_a_quirk_nobody_knows_is_refused(office: Office, wants: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        _wants(office, "SMTML", **wants)
