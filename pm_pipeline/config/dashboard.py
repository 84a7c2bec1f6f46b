"""The shape of dashboard.yaml: who vouches for people, where links lead, and which figures are good."""

from __future__ import annotations

import re
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from pm_pipeline.config.models import Strict
from pm_pipeline.config.read import read_model
from pm_pipeline.settings import SHIPPED_CONFIG, Settings

FILE = "dashboard.yaml"


def _header(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", text):
        raise ValueError("expected the name of an HTTP header, such as X-Remote-User")
    return text


def _address(text: str) -> str:
    if not re.fullmatch(r"https?://[A-Za-z0-9.:\[\]/_-]+", text):
        raise ValueError("expected an address such as http://127.0.0.1:3000")
    return text.rstrip("/")


class SignIn(Strict):
    """proxy_header None: people sign in with a password."""

    proxy_header: Annotated[str, AfterValidator(_header)] | None = None
    session_hours: Annotated[int, Field(ge=1, le=24)] = 10


class Target(Strict):
    """What a figure should be: at least, at most, or both, in the KPI's own unit."""

    at_least: float | None = None
    at_most: float | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.at_least is None and self.at_most is None:
            raise ValueError("give at_least, at_most, or both")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError("at_least is above at_most")
        return self

    def is_met(self, value: float) -> bool:
        """Whether the value lies in the band, its ends included."""
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)


class Dashboard(Strict):
    """dashboard.yaml."""

    sign_in: SignIn = SignIn()
    url: Annotated[str, AfterValidator(_address)] = "http://127.0.0.1:8050"
    dagster_url: Annotated[str, AfterValidator(_address)] = "http://127.0.0.1:3000"
    targets: dict[str, Target] = Field(default_factory=dict)


def load_dashboard(settings: Settings) -> Dashboard:
    """The practice's own dashboard.yaml, or the shipped one where it has none. Raises ConfigError."""
    own = settings.config_dir / FILE
    return read_model(own if own.is_file() else SHIPPED_CONFIG / FILE, Dashboard)
