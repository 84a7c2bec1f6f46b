"""The pages in a real browser: every one renders, is accessible, fits, leads where it says, and takes nobody's text for code."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.dashboard.browsing import CHROMIUM, chromium, sign_in, whole
from tests.dashboard.site import CLP, HOSTILE, PASSWORD, Site, served

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")
expect.set_options(timeout=20_000)  # milliseconds; a slow machine is not a fault of the page
PAGES = {
    "today": "/", "kpis": "/kpis", "kpi": "/kpi?kpi=days_in_ar_gross", "aging": "/aging", "denials": "/denials", "payers": "/payers", "scrub": "/scrub",
    "remittances": "/remittances", "remittance": "/remittance?payment=PAY1", "trace": "/trace?claim=C01", "files": "/files", "access": "/access", "documents": "/documents",
    "list": "/list/balances?base=service_date", "item": "/item?item=D02",
}  # fmt: skip
LEVEL_AA = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}
# what of it can change with the width (anything but colours), and with the colour scheme
LAYOUT = {**LEVEL_AA, "rules": {"color-contrast": {"enabled": False}}}
COLOURS = {**LEVEL_AA, "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
ANSWER = "performance.getEntriesByType('resource').filter(e => e.name.includes('_dash-update-component')).map(e => e.duration)"


@pytest.fixture(scope="module")
def address(site: Site) -> Iterator[str]:
    with served(site.doors()) as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as made:
        yield made


@pytest.fixture(scope="module")
def signed_in(browser: Browser, address: str) -> Any:
    """The cookies of an auditor."""
    context = browser.new_context()
    page = context.new_page()
    sign_in(page, address + "/denials?by=carc", "sable", PASSWORD)
    assert page.url == address + "/denials?by=carc"  # where one wanted to go
    state = context.storage_state()
    context.close()
    return state


def opened(browser: Browser, state: Any, width: int = 1440) -> Page:
    context = browser.new_context(storage_state=state, viewport={"width": width, "height": 900}, color_scheme="light")
    page = context.new_page()
    page.set_default_timeout(20_000)
    return page


def go(page: Page, url: str) -> list[str]:
    """Open an address and wait until it is all there; returns what the browser complained of."""
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda problem: complaints.append(str(problem)))
    page.goto(url)
    whole(page)
    return complaints


@pytest.fixture
def page(browser: Browser, signed_in: Any) -> Iterator[Page]:
    made = opened(browser, signed_in)
    yield made
    made.context.close()


def violations(page: Page, options: dict[str, Any]) -> list[str]:
    """What axe finds, by rule and place."""
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{one['id']}: {node['target']} {node['failureSummary'][:200]}" for one in found for node in one["nodes"][:3]
    ]


@pytest.mark.parametrize("width", [1440, 390])
def test_every_page_renders_fits_and_is_accessible(
    browser: Browser, signed_in: Any, address: str, tmp_path: Path, width: int
) -> None:
    page = opened(browser, signed_in, width)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    faults: dict[str, Any] = {}
    for name, path in PAGES.items():
        complaints = go(page, address + path)
        page.screenshot(path=tmp_path / f"{name}-{width}.png", full_page=True)
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        wrong = violations(page, LEVEL_AA if width == 1440 else LAYOUT)
        if width == 1440:  # what the style sheet says of a narrow window names no colour, of the dark scheme no size
            page.emulate_media(color_scheme="dark")
            wrong += violations(page, COLOURS)
            page.emulate_media(color_scheme="light")
        slow = [round(ms) for ms in page.evaluate(ANSWER) if ms > 2_000]
        if complaints or overflow > 0 or wrong or slow:
            faults[name] = [complaints, overflow, wrong, slow]
    page.context.close()
    assert faults == {}, json.dumps(faults, indent=1)
    assert {url for url in asked if not url.startswith((address, "data:"))} == set()


def test_the_sign_in_page_is_accessible_and_refuses(browser: Browser, address: str) -> None:
    page = browser.new_context().new_page()
    page.goto(address)
    assert Axe().run(page, options=LEVEL_AA).response["violations"] == []
    page.fill("#person", "sable")
    page.fill("#password", "wrong wrong wrong")
    page.click("button")
    expect(page.get_by_role("alert")).to_contain_text("do not go together")
    page.goto(address + "/kpis")
    assert page.url.endswith("/sign-in?next=/kpis")
    page.context.close()


def test_a_filter_changes_the_numbers_and_stays_in_the_address(page: Page, address: str) -> None:
    go(page, address + "/aging")
    before = page.locator("tfoot td").last.inner_text()
    page.select_option("#filter-payer", "GOLD")
    page.wait_for_url("**payer=GOLD**")
    expect(page.locator("tfoot td").last).not_to_have_text(before)
    after = page.locator("tfoot td").last.inner_text()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.reload()
    expect(page.locator("tfoot td").last).to_have_text(after)
    expect(page.locator("#filter-payer")).to_have_value("GOLD")
    page.click("text=Clear")
    expect(page.locator("tfoot td").last).to_have_text(before)
    page.go_back()
    expect(page.locator("tfoot td").last).to_have_text(after)


def test_days_can_be_typed_and_a_wrong_one_is_told_of(page: Page, address: str) -> None:
    go(page, address + "/denials")
    page.fill("#filter-from", "2026-03-01")
    page.fill("#filter-to", "2026-07-31")
    page.click("text=Apply")
    page.wait_for_url("**from=2026-03-01**")
    page.goto(address + "/denials?from=2026-13-01")
    expect(page.get_by_role("alert")).to_contain_text("no day")


def test_the_rows_behind_a_number_add_up_to_it(page: Page, address: str) -> None:
    go(page, address + "/aging")
    cells = page.locator("tbody td a")
    numbers = [text for text in cells.all_inner_texts() if re.fullmatch(r"-?[\d,]+\.\d\d", text)]
    assert len(numbers) > 5
    for place, text in enumerate(numbers[:4]):
        go(page, address + "/aging")
        page.locator("tbody td a").nth(place).click()
        page.wait_for_url("**/list/balances**")
        expect(page.locator("[data-sum='amount']")).to_have_text(text)
        page.wait_for_selector(".ag-row")
        shown = page.locator(".ag-center-cols-container [col-id='amount']").all_inner_texts()
        assert sum(float(one.replace(",", "")) for one in shown) == pytest.approx(float(text.replace(",", "")))


def test_from_a_kpi_to_the_raw_bytes(page: Page, address: str) -> None:
    go(page, address + "/kpis")
    page.locator("[data-kpi='net_collection_rate_matched'] a.figure").click()
    page.wait_for_selector("[data-page='/kpi']")
    page.locator("tfoot td a").first.click()
    page.wait_for_url("**/list/kpi_rows**")
    page.wait_for_selector(".ag-row")
    page.locator(".ag-cell a", has_text="C01").first.click()
    page.wait_for_selector("[data-page='/trace']")
    expect(page.locator("pre.raw")).to_have_count(0)
    page.locator(f"button[aria-label*='segment {CLP};']").first.click()
    expect(page.locator("pre.raw .it")).to_contain_text("CLP*C01*1*150*70")
    expect(page.locator("pre.raw")).to_contain_text("QUINCE")


def test_a_patients_name_is_shown_on_a_click_and_as_text(page: Page, address: str) -> None:
    go(page, address + "/trace?claim=C01")
    expect(page.locator("body")).not_to_contain_text("Quince")
    page.get_by_role("button", name="Show the patient's name").click()
    expect(page.locator(".person")).to_contain_text(f"Quince, {HOSTILE}")
    page.goto(address + "/access")
    expect(page.locator("tbody").last).to_contain_text("reveal name")
    expect(page.locator("body")).not_to_contain_text("Quince")


@pytest.mark.parametrize("path", ["/aging", "/denials", "/list/balances", "/file?file={file}"])
def test_a_hostile_name_renders_as_text(page: Page, address: str, site: Site, path: str) -> None:
    go(page, address + path.format(file=site.file_id))
    page.wait_for_timeout(300)
    assert HOSTILE in page.locator("body").inner_text()
    assert page.locator("img[src='x']").count() == 0
    assert "taken" not in page.title()


def test_an_analyst_can_look_and_not_administer(browser: Browser, address: str) -> None:
    page = browser.new_context().new_page()
    sign_in(page, address, "wren", PASSWORD)
    expect(page.get_by_role("link", name="Access")).to_have_count(0)
    page.goto(address + "/access")
    expect(page.get_by_role("alert")).to_contain_text("administrators and auditors")
    page.click("text=Sign out")
    page.wait_for_url("**/sign-in")
    page.context.close()


def test_a_list_is_handed_out(page: Page, address: str) -> None:
    go(page, address + "/denials")
    with page.expect_download() as started:
        page.get_by_role("link", name="Denials as XLSX").click()
    assert started.value.suggested_filename == "denials-2026-07-15.xlsx"


def test_a_new_generation_shows_without_starting_again(page: Page, address: str, site: Site) -> None:
    go(page, address + "/")
    before = page.locator(".shown").inner_text()
    made = site.publish()
    page.get_by_role("link", name="KPIs").click()
    page.wait_for_selector("[data-page='/kpis']")
    after = page.locator(".shown").inner_text()
    assert f"generation {made}," in after
    assert before != after


def test_a_person_takes_an_item_from_the_worklist_and_says_what_is_to_be_done(browser: Browser, address: str) -> None:
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.set_default_timeout(20_000)
    sign_in(page, address + "/list/worklist?worklist=denials", "wren", PASSWORD)
    page.locator(".ag-row a", has_text="D08").click()
    page.wait_for_selector("[data-page='/item']")
    page.click("text=I am on it")
    expect(page.get_by_text(re.compile("Wren Hollis, since"))).to_be_visible()
    page.click("summary:has-text('Close')")
    page.select_option("#denial-close-reason", "settled")
    page.fill("#denial-close-why", HOSTILE)
    assert Axe().run(page, options=LEVEL_AA).response["violations"] == []
    page.locator("details[open] button").click()
    expect(page.get_by_text("waits for the next run")).to_be_visible()
    expect(page.locator(".acts p.said").first).to_have_text(HOSTILE)  # as text
    assert page.title() != "taken"
    page.context.close()


def test_the_rulebook_and_the_marts_open_from_the_documents_and_reach_nothing(
    page: Page, address: str, site: Site
) -> None:
    rules, marts = site.settings.documents_dir / "rules", site.settings.documents_dir / "marts"
    (rules / "rules").mkdir(parents=True, exist_ok=True)
    marts.mkdir(exist_ok=True)
    script = "<p id=said></p><script>document.querySelector('#said').textContent = 'ran'</script>"
    (rules / "index.html").write_text(f"{script}<a href='rules/DX-001.html'>DX-001</a>")
    (rules / "rules" / "DX-001.html").write_text("<h1>One rule</h1>")
    (marts / "index.html").write_text(
        "<p id=said></p><script>fetch('/').then(() => 'reached', () => 'refused').then(text => { document.querySelector('#said').textContent = text })</script>"
    )
    go(page, address + "/documents")
    with page.context.expect_page() as opening:
        page.click("text=Rulebook >> nth=-1")
    opened_page = opening.value
    expect(opened_page.locator("#said")).to_have_text("ran")
    opened_page.click("text=DX-001")
    expect(opened_page.locator("h1")).to_have_text("One rule")
    opened_page.goto(address + "/documents/marts/index.html")
    expect(opened_page.locator("#said")).to_have_text("refused")
