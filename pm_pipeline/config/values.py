"""What a single value in a configuration file may be."""

from __future__ import annotations

import re
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, StringConstraints

from pm_pipeline.codes.npi import is_valid_npi


def _npi(text: str) -> str:
    if not is_valid_npi(text):
        raise ValueError("expected an NPI: ten digits in quotes, with a correct check digit")
    return text


def _time_zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("expected a time zone of the IANA list, such as America/New_York") from None
    return text


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as problem:
        raise ValueError(f"expected a regular expression; {problem}") from None
    return text


Npi = Annotated[str, AfterValidator(_npi)]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
MemberPattern = Annotated[str, AfterValidator(_pattern)]
TaxId = Annotated[str, StringConstraints(pattern=r"^[0-9]{9}$")]
Zip = Annotated[str, StringConstraints(pattern=r"^[0-9]{5}([0-9]{4})?$")]
State = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Taxonomy = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{9}X$")]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,20}$")]
X12Text = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9 .,'&/()#+-]{1,60}$")]  # basic set, no delimiter
Street = Annotated[X12Text, Field(max_length=55)]  # 837P N301
City = Annotated[X12Text, Field(min_length=2, max_length=30)]  # 837P N401
WriteOff = Annotated[
    str, StringConstraints(pattern=r"^(CONTRACTUAL|DENIAL_WO|BAD_DEBT|CHARITY|SMALL_BAL)(:[a-z_]{1,30})?$")
]  # ledger account and sub-account
FirstName = Annotated[X12Text, Field(max_length=35)]  # 837P NM104
Usage = Literal["T", "P"]
Turn = Literal["primary", "secondary", "tertiary"]
