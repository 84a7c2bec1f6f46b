"""One published practice for all tests of the dashboard."""

from __future__ import annotations

from typing import Any

import flask
import flask.testing
import pytest

from pm_pipeline.dashboard.context import Context
from pm_pipeline.dashboard.server import Doors
from pm_pipeline.dashboard.state import State
from pm_pipeline.dashboard.users import Viewer
from tests.dashboard.site import PASSWORD, Site, build


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return build(tmp_path_factory.mktemp("dashboard"))


@pytest.fixture(scope="session")
def doors(site: Site) -> Doors:
    return site.doors()


@pytest.fixture
def client(doors: Doors) -> flask.testing.FlaskClient:
    """A browser that has not signed in."""
    return doors.app.server.test_client()


@pytest.fixture
def ask(doors: Doors) -> Any:
    """Makes a request's context from the part of an address after its question mark."""
    return lambda search="": Context(
        doors.published, State.read(search), Viewer("wren", "Wren", "analyst"), doors.names, doors.dashboard
    )


def sign_in(client: flask.testing.FlaskClient, person: str, password: str = PASSWORD) -> Any:
    """Fill in the form, as a browser does."""
    client.get("/sign-in")
    with client.session_transaction() as session:
        form = session.get("form", "")
    return client.post("/sign-in", data={"person": person, "password": password, "form": form, "next": "/"})
