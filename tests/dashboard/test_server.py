"""The door: who comes in, from where, what they may see, and what is kept of it."""

from __future__ import annotations

import csv
import io
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient as Client

from pm_pipeline.config.dashboard import Dashboard, SignIn
from pm_pipeline.dashboard.journal import Journal
from pm_pipeline.dashboard.server import Doors, _inside
from pm_pipeline.settings import SHIPPED_CONFIG
from tests.dashboard.conftest import sign_in
from tests.dashboard.site import CLP, FORMULA, HOSTILE, PASSWORD, Site

PAGE = {
    "output": "..page.children...title.data..", "outputs": [{"id": "page", "property": "children"}, {"id": "title", "property": "data"}],
    "inputs": [{"id": "url", "property": "pathname", "value": "/"}, {"id": "url", "property": "search", "value": ""}], "changedPropIds": ["url.pathname"],
}  # fmt: skip


def page(client: Client, path: str, search: str = "") -> str:
    """What the browser is sent for an address."""
    asked = json.loads(json.dumps(PAGE))
    asked["inputs"][0]["value"], asked["inputs"][1]["value"] = path, search
    answer = client.post("/_dash-update-component", json=asked)
    assert answer.status_code == 200, answer.text
    return json.dumps(answer.json)


def show(client: Client, key: str) -> Any:
    """Click the button with this key."""
    button, place = {"type": "reveal", "key": key}, {"type": "revealed", "key": key}
    return client.post(
        "/_dash-update-component",
        json={
            "output": '{"key":["MATCH"],"type":"revealed"}.children',
            "outputs": {"id": place, "property": "children"},
            "inputs": [{"id": button, "property": "n_clicks", "value": 1}], "state": [{"id": button, "property": "id", "value": button}],
            "changedPropIds": [json.dumps(button, separators=(",", ":"), sort_keys=True) + ".n_clicks"],
        },
    )  # fmt: skip


def last(doors: Doors) -> dict[str, Any]:
    return list(doors.journal.lines())[-1]


def test_who_is_not_signed_in_sees_nothing(client: Client) -> None:
    assert client.get("/").headers["Location"] == "/sign-in"
    assert client.get("/denials?payer=BLUE").headers["Location"] == "/sign-in?next=/denials?payer%3DBLUE"
    assert client.get("/export/denials.csv").status_code == 302
    assert client.get("/assets/pm.js").status_code == 302
    for path in ("/_dash-layout", "/_dash-dependencies"):
        assert client.get(path).status_code == 401
    assert client.post("/_dash-update-component", json=PAGE).status_code == 401


def test_a_person_signs_in_and_out(client: Client, doors: Doors) -> None:
    answer = sign_in(client, "Wren")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert (last(doors)["who"], last(doors)["what"]) == ("wren", "sign in")
    assert client.get("/").status_code == 200
    assert client.post("/sign-out").headers["Location"] == "/sign-in"
    assert client.get("/").status_code == 302


@pytest.mark.parametrize(
    ("person", "password", "kept"),
    [
        ("wren", "wrong wrong wrong", "wren"),
        ("nobody", PASSWORD, "unknown"),
        ("marlow", PASSWORD, "marlow"),
        ("", "", "unknown"),
    ],
)
def test_who_cannot_is_told_nothing_more_and_it_is_kept(site: Site, person: str, password: str, kept: str) -> None:
    doors = site.doors()
    client = doors.app.server.test_client()
    answer = sign_in(client, person, password)
    assert answer.status_code == 401
    assert "do not go together" in answer.text
    assert (last(doors)["who"], last(doors)["what"]) == (kept, "sign in refused")
    assert client.get("/").status_code == 302


def test_a_form_that_is_not_ours_is_refused(client: Client) -> None:
    assert client.post("/sign-in", data={"person": "wren", "password": PASSWORD}).status_code == 401
    client.get("/sign-in")
    assert client.post("/sign-in", data={"person": "wren", "password": PASSWORD, "form": "0" * 32}).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://localhost:9"},
    ],
)
def test_another_site_can_make_no_request_in_a_persons_name(client: Client, headers: dict[str, str]) -> None:
    sign_in(client, "wren")
    assert client.post("/_dash-update-component", json=PAGE, headers=headers).status_code == 403
    assert client.post("/sign-out", headers=headers).status_code == 403
    assert client.post("/_dash-update-component", json=PAGE, headers={"Origin": "http://localhost"}).status_code == 200


def test_a_session_ends_with_its_password_its_hours_and_its_place_in_people_yaml(site: Site) -> None:
    doors = site.doors()
    client = doors.app.server.test_client()
    sign_in(client, "wren")
    assert client.get("/").status_code == 200
    with client.session_transaction() as session:
        session["at"] -= 11 * 3600
    assert client.get("/").status_code == 302
    sign_in(client, "wren")
    assert client.get("/").status_code == 200
    wren = next(one for one in doors.config.people.people if one.person == "wren")
    doors.passwords.set(wren, PASSWORD)
    assert client.get("/").status_code == 302


def test_who_is_taken_out_of_people_yaml_is_out_with_the_next_request(site: Site, tmp_path: Path) -> None:
    folder = tmp_path / "config"
    shutil.copytree(SHIPPED_CONFIG, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    doors = replace(site, settings=replace(site.settings, config_dir=folder)).doors()
    client = doors.app.server.test_client()
    sign_in(client, "wren")
    assert client.get("/").status_code == 200
    people = (folder / "people.yaml").read_text()
    (folder / "people.yaml").write_text("people: [")  # half saved: the people of before count, and nobody new
    assert client.get("/").status_code == 200
    (folder / "people.yaml").write_text("\n".join(line for line in people.splitlines() if "wren" not in line) + "\n")
    assert client.get("/").status_code == 302


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "/\\evil.example", "/x\ny", "/\t/evil.example", "https://evil.example", "", None]
)
def test_nobody_is_sent_elsewhere(wanted: str | None) -> None:
    assert _inside(wanted) == "/"
    assert _inside("/denials?payer=BLUE") == "/denials?payer=BLUE"


def test_a_form_of_strangers_is_refused_and_no_more(client: Client) -> None:
    client.get("/sign-in")
    assert client.post("/sign-in", data={"person": "wren", "password": PASSWORD, "form": "ä"}).status_code == 401


def test_a_list_is_not_handed_out_under_a_filter_it_does_not_know(client: Client) -> None:
    sign_in(client, "wren")
    answer = client.get("/export/balances.csv?rule=DX-001")
    assert answer.status_code == 400
    assert "cannot be filtered by rule" in answer.text


def test_a_page_is_not_shown_under_a_filter_it_does_not_know(client: Client) -> None:
    sign_in(client, "wren")
    assert "The page Denials cannot be filtered by outcome" in page(client, "/denials", "?outcome=open")
    assert "cannot be filtered" not in page(client, "/denials", "?payer=BLUE&by=carc&from=2026-01-01")


def test_a_cookie_of_somebodys_own_making_is_no_session(client: Client) -> None:
    client.set_cookie("pm_session", "eyJwZXJzb24iOiJpZHJpcyJ9.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb")
    assert client.get("/").status_code == 302


def test_a_proxy_is_believed_only_with_its_key_and_from_this_machine(site: Site) -> None:
    doors = site.doors(Dashboard(sign_in=SignIn(proxy_header="X-Remote-User")))
    client = doors.app.server.test_client()
    key = doors.proxy_key.decode()
    good = {"X-Remote-User": "sable", "X-PM-Proxy-Key": key}
    assert client.get("/", headers=good).status_code == 200
    refused = [
        {"X-Remote-User": "sable"}, {"X-PM-Proxy-Key": key}, {**good, "X-PM-Proxy-Key": key[:-1]}, {**good, "X-PM-Proxy-Key": ""}, {**good, "X-Remote-User": "nobody"},
    ]  # fmt: skip
    assert [client.get("/", headers=headers).status_code for headers in refused] == [302] * len(refused)
    assert client.get("/", headers=good, environ_base={"REMOTE_ADDR": "10.0.0.7"}).status_code == 302
    assert client.post("/sign-in", data={"person": "wren", "password": PASSWORD}).status_code == 403


def test_without_a_proxy_its_header_says_nothing(client: Client) -> None:
    assert client.get("/", headers={"X-Remote-User": "idris", "X-PM-Proxy-Key": ""}).status_code == 302


@pytest.mark.parametrize(("person", "sees"), [("wren", False), ("tamsin", False), ("sable", True), ("idris", True)])
def test_the_record_is_for_administrators_and_auditors(doors: Doors, person: str, sees: bool) -> None:
    client = doors.app.server.test_client()
    sign_in(client, person)
    said = page(client, "/access")
    assert ("the chain is whole" in said) is sees
    assert ("administrators and auditors" in said) is not sees
    assert ('"href": "/access"' in said) is sees


def test_every_page_says_its_day_and_generation(client: Client, doors: Doors) -> None:
    sign_in(client, "sable")
    for path in ("/", "/kpis", "/aging", "/files"):
        said = page(client, path)
        assert "2026-07-15" in said
        assert f"generation {doors.published.about().generation}," in said


def test_what_goes_wrong_is_told_without_its_words(
    client: Client, doors: Doors, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    sign_in(client, "wren")
    monkeypatch.setattr(doors.published, "rows", lambda *_: (_ for _ in ()).throw(ValueError("Quince, Olive")))
    said = page(client, "/denials")
    assert "could not be made" in said
    assert "Quince" not in said + caplog.text
    assert "ValueError" in caplog.text


def test_a_name_is_masked_until_it_is_asked_for_and_the_asking_is_kept(client: Client, doors: Doors) -> None:
    sign_in(client, "sable")
    said = page(client, "/trace", "?claim=C01")
    assert "Quince" not in said
    assert "1980-04-17" not in said
    answer = show(client, "name:C01")
    assert "Quince" in answer.text
    assert {name: last(doors)[name] for name in ("who", "what", "detail")} == {
        "who": "sable",
        "what": "reveal name",
        "detail": {"claim": "C01"},
    }
    assert "Quince" not in doors.journal.path.read_text()


def test_nothing_is_shown_that_cannot_be_recorded(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in(client, "sable")

    def full(*_: Any, **__: Any) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(Journal, "write", full)
    for key in ("name:C01", "name:C02"):
        answer = show(client, key)
        assert answer.status_code == 500
        assert "Quince" not in answer.text
    assert client.get("/export/denials.csv").status_code == 500


def test_raw_text_is_shown_with_its_place_marked(client: Client, doors: Doors, site: Site) -> None:
    sign_in(client, "wren")
    assert "QUINCE" not in page(client, "/trace", "?claim=C01")
    answer = show(client, f"raw:{site.file_id}:{CLP}:C01")
    assert '"className":"it"' in answer.text.replace(" ", "")
    for word in ("CLP", "*C01*1*150*70**12*ICN1", "QUINCE", "SVC"):
        assert word in answer.text
    assert "GE" not in [one for one in answer.text.split('"') if one == "GE"]
    assert last(doors)["detail"] == {"file": site.file_id, "segment": CLP, "claim": "C01"}


@pytest.mark.parametrize("key", ["name:../x", "raw:zz:1:", "raw:" + "0" * 64 + ":1:", "else:1", "name:C99"])
def test_what_is_not_there_cannot_be_shown(client: Client, key: str) -> None:
    sign_in(client, "wren")
    assert '"className":"problem"' in show(client, key).text.replace(" ", "")


def test_an_export_has_every_row_and_is_kept(client: Client, doors: Doors) -> None:
    sign_in(client, "sable")
    answer = client.get("/export/findings.csv?severity=hold")
    lines = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert len(lines) == doors.published.totals("findings", {"severity": "hold"}, ())["rows"] > 0
    assert {line["Says"] for line in lines} == {"'" + FORMULA}
    kept = last(doors)
    assert (kept["who"], kept["what"]) == ("sable", "export")
    assert kept["detail"]["filters"] == {"severity": "hold"}
    assert kept["detail"]["rows"] == len(lines)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="findings-2026-07-15.csv"'
    with client.get("/export/findings.xlsx") as book:
        assert book.data[:2] == b"PK"


@pytest.mark.parametrize(("person", "may"), [("wren", False), ("tamsin", False), ("sable", True), ("idris", True)])
def test_the_record_is_handed_out_whole_to_those_who_may_read_it(doors: Doors, person: str, may: bool) -> None:
    client = doors.app.server.test_client()
    sign_in(client, person)
    if not may:
        assert {client.get(f"/export/{name}.csv").status_code for name in ("people", "journal")} == {404}
        return
    people = list(csv.DictReader(io.StringIO(client.get("/export/people.csv").text, newline="")))
    assert person in {line["Person"] for line in people}
    lines = list(csv.DictReader(io.StringIO(client.get("/export/journal.csv").text, newline="")))
    assert (person, "sign in") in {(line["Who"], line["What"]) for line in lines}
    assert len(lines) == sum(1 for _ in doors.journal.lines()) - 1  # its own line came after
    kept = last(doors)["detail"]
    assert (kept["list"], kept["form"], kept["rows"]) == ("journal", "csv", len(lines))
    assert client.get("/export/journal.csv?payer=GOLD").status_code == 400


@pytest.mark.parametrize(
    ("path", "status"),
    [("/export/passwords.csv", 404), ("/export/findings.html", 404), ("/export/findings.csv?from=x", 400)],
)
def test_what_is_no_list_is_not_handed_out(client: Client, path: str, status: int) -> None:
    sign_in(client, "sable")
    assert client.get(path).status_code == status


def test_hostile_text_travels_as_text(client: Client) -> None:
    sign_in(client, "wren")
    said = page(client, "/aging")
    assert json.dumps(HOSTILE)[1:-1] in said
    assert "dangerously" not in said


def test_answers_are_guarded_against_other_peoples_scripts_and_memories(client: Client) -> None:
    sign_in(client, "wren")
    answer = client.get("/")
    policy = answer.headers["Content-Security-Policy"]
    script = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "unsafe" not in script
    assert "http" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert '<html lang="en">' in answer.text
    assert not [
        word
        for word in answer.text.replace("http://www.w3.org/2000/svg", "").split()
        if "http://" in word or "https://" in word
    ]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("/denials?by=carc", "/denials?by=carc"),
        ("//evil.example", "/"),
        ("http://evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("javascript:x", "/"),
        (None, "/"),
    ],
)
def test_after_signing_in_one_stays_here(wanted: str | None, found: str) -> None:
    assert _inside(wanted) == found


def test_documents_are_handed_out_from_their_folders_alone_and_written_down(
    site: Site, doors: Doors, client: Client
) -> None:
    rules = site.settings.documents_dir / "rules"
    (rules / "rules").mkdir(parents=True, exist_ok=True)
    (rules / "index.html").write_text("<p>the rulebook</p>")
    (rules / "rules" / "DX-001.html").write_text("<p>one rule</p>")
    (rules / "rulebook.json").write_text("{}")
    site.settings.closings_dir.mkdir(exist_ok=True)
    (site.settings.closings_dir / "2026-01-1.pdf").write_bytes(b"%PDF-1.4")
    address = "/documents/rules/index.html"
    assert client.get(address).status_code == 302
    sign_in(client, "wren")
    shown = page(client, "/documents")
    for said in (address, "/documents/closings/2026-01-1.pdf", "a run that lands a feed writes them"):
        assert said in shown
    with client.get(address) as answer:
        assert (answer.status_code, answer.get_data(as_text=True)) == (200, "<p>the rulebook</p>")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "unsafe-eval" not in answer.headers["Content-Security-Policy"]
    assert (last(doors)["what"], last(doors)["detail"]) == ("open document", {"kind": "rules", "name": "index.html"})
    with client.get("/documents/rules/rules/DX-001.html") as answer:
        assert answer.get_data(as_text=True) == "<p>one rule</p>"
    for path in (
        "rules/rulebook.json",
        "rules/../../dashboard/passwords.json",
        "rules/none.html",
        "letters/x.pdf",
        "closings/../x.pdf",
    ):
        assert client.get(f"/documents/{path}").status_code in (308, 404), path
