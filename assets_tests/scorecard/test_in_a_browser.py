"""The pages in a real headless Chromium: no violation found by axe-core (WCAG 2.2 AA), a keyboard walk, and nothing wider than a phone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from assets_tests.scorecard.made_release import make_release
from sendjc_pipeline.scorecard.site import write_scorecard

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("needs Chromium (Debian's package chromium) on the path")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=SWITCHES)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_release(tmp_path_factory.mktemp("release"))
    write_scorecard(folder)
    return folder


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(offline=True)
    yield context.new_page()
    context.close()


def addresses(release: Path) -> list[str]:
    return [path.as_uri() for path in [*sorted((release / "scorecard").glob("*.html")), release / "dictionary.html"]]


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_no_page_breaks_a_rule_of_accessibility(page: Page, release: Path, size: dict[str, int]) -> None:
    page.set_viewport_size(size)  # type: ignore[arg-type]
    for address in addresses(release):
        page.goto(address)
        broken = Axe().run(page, options=RULES)["violations"]
        assert not broken, f"{address}: " + "; ".join(
            f"{rule['id']}: {rule['nodes'][0]['html'][:200]}" for rule in broken
        )


def test_axe_would_see_a_fault(page: Page, release: Path) -> None:
    page.goto(addresses(release)[0])
    page.evaluate("document.querySelector('html').removeAttribute('lang')")
    assert "html-has-lang" in {rule["id"] for rule in Axe().run(page, options=RULES)["violations"]}


def test_no_page_is_wider_than_a_phone(page: Page, release: Path) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    for address in addresses(release):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], address


def test_a_phone_shows_the_figures_before_the_menu(page: Page, release: Path) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto((release / "scorecard" / "index.html").as_uri())
    assert page.evaluate("document.querySelector('h1').getBoundingClientRect().top") < PHONE["height"] / 4
    page.get_by_role("link", name="All pages").click()
    assert page.evaluate("document.querySelector('#pages').getBoundingClientRect().top") < PHONE["height"]


def test_the_keyboard_reaches_the_content_first(page: Page, release: Path) -> None:
    page.goto((release / "scorecard" / "index.html").as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).boxShadow") != "none"
