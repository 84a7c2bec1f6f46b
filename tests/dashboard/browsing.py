"""What every visit to the pages in a browser does: start chromium, sign in, wait until a page is whole."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = shutil.which("chromium")  # None: not on this machine


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window."""
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield made
        made.close()


def sign_in(page: Page, address: str, person: str, password: str) -> None:
    """Ask for an address, and come to it through the sign-in page."""
    page.goto(address)
    page.fill("#person", person)
    page.fill("#password", password)
    page.click("button")
    whole(page)


def whole(page: Page) -> None:
    """Wait until a page is all there, with the first rows of its lists."""
    page.wait_for_selector("[data-page] #content h1")
    if page.locator(".grid .ag-root-wrapper, .grid .loading, .sums").count():
        page.wait_for_selector(".ag-row", state="attached")
