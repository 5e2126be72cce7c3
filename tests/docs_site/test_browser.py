"""The built site in Chromium, as a reader uses it."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.docs_site.built_pages import PageReader
from tests.support.browser import expect, screenshot, serious_axe_findings

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

PHONE: Final = {"width": 390, "height": 844}
PAGES: Final = (
    "index",
    "start",
    "tutorial",
    "comparison",
    "performance",
    "events",
    "families/managed_things",
    "reference/clients",
    "reference/errors",
    "design/architecture",
    "operations",
    "guides/onboard",
)
# `test_build` runs the blocks of all pages in Pyodide, without a browser.
PRESSED: Final = (
    "start",
    "tutorial",
    "capabilities",
    "materials",
    "events",
    "testing",
    "connectors",
    "fleets",
    "observability",
    "families/managed_things",
)

_FINISHED: Final = """() => [...document.querySelectorAll(".run-output")]
  .some((each) => each.dataset.state === "failed")
  || [...document.querySelectorAll(".run-output")].every((each) => each.dataset.state === "ok")"""
# Times, durations and ids differ between two runs.
_VARYING: Final = re.compile(
    r"\d{4}-\d\d-\d\d[T ][\d:.]+(?:Z|\+00:00)?"
    r"|\d+\.\d+ s"
    r"|datetime\.datetime\([^)]*\)\)?"
    r"|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32}|[0-9a-f]{15}=_1"
)


def same_everywhere(text: str) -> str:
    """Return an output without what differs between two runs."""
    return _VARYING.sub("…", text)


def test_a_reader_finds_the_way(address: str, browser_page: "Page") -> None:
    """The navigation leads from the first page to the tutorial, and on to the next page."""
    browser_page.goto(f"{address}/index.html")
    browser_page.locator(".sidebar-tree").get_by_text("Tutorial: a home").click()
    expect(browser_page.locator("h1")).to_contain_text("Tutorial")
    browser_page.locator("a.next-page").click()
    expect(browser_page.locator("h1")).to_contain_text("Coming from boto3")


def test_the_search_finds_pages_and_names(address: str, browser_page: "Page") -> None:
    """The search works on a static host, for words and for public names."""
    for words, expected in (("double toggle", "Comparison"), ("wait_until_activated", "wait")):
        browser_page.goto(f"{address}/index.html")
        field = browser_page.locator("input.sidebar-search").first
        field.fill(words)
        field.press("Enter")
        expect(browser_page.locator("#search-results")).to_contain_text(expected)


def test_a_block_is_copied(address: str, new_page: "Callable[..., Page]") -> None:
    """The copy button copies the code, without the texts of the Run buttons."""
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{address}/tutorial.html")
    block = page.locator("div.highlight-python").first
    block.hover()
    block.locator("button.copybtn").click()
    page.wait_for_function("async () => (await navigator.clipboard.readText()) !== ''")
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert copied.startswith("import iotmi\n")
    assert copied.rstrip().endswith("client = emulator.client()")


def test_dark_pages_stay_dark_and_have_dark_drawings(address: str, browser_page: "Page") -> None:
    """The button switches the theme, the next page keeps it, and drawings follow."""
    browser_page.goto(f"{address}/start.html")
    browser_page.locator(".content-icon-container .theme-toggle").click()
    if browser_page.locator("body").get_attribute("data-theme") != "dark":
        browser_page.locator(".content-icon-container .theme-toggle").click()
    browser_page.goto(f"{address}/design/architecture.html")
    expect(browser_page.locator("body")).to_have_attribute("data-theme", "dark")
    expect(browser_page.locator(".drawing img.only-dark").first).to_be_visible()
    expect(browser_page.locator(".drawing img.only-light").first).to_be_hidden()


@pytest.mark.parametrize("name", PAGES)
def test_a_phone_shows_a_page_without_scrolling_sideways(
    name: str, address: str, new_page: "Callable[..., Page]"
) -> None:
    """A page is as wide as the phone. Wide blocks and tables scroll by themselves."""
    page = new_page(viewport=PHONE)
    page.goto(f"{address}/{name}.html")
    widths = page.evaluate(
        "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert widths[0] <= widths[1]
    page.locator("label.nav-overlay-icon").first.click()
    page.locator(".sidebar-tree").get_by_text("Errors", exact=True).first.wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible(
    name: str, scheme: str, address: str, new_page: "Callable[..., Page]"
) -> None:
    """axe-core has no serious or critical finding."""
    page = new_page(color_scheme=scheme)
    page.goto(f"{address}/{name}.html")
    assert serious_axe_findings(page) == []
    screenshot(page, f"site-{name.replace('/', '-')}-{scheme}")


@pytest.mark.parametrize("name", PRESSED)
def test_the_run_buttons_give_the_results_of_cpython(
    name: str, address: str, runnable_site: Path, browser_page: "Page"
) -> None:
    """Every block of the page prints in the browser what it prints here."""
    from page_runner import Page as Runner

    asked: list[str] = []
    browser_page.on("request", lambda request: asked.append(request.url))
    browser_page.goto(f"{address}/{name}.html")
    assert not [url for url in asked if "pyodide" in url]
    browser_page.locator(".run-tools button").nth(-2).click()
    browser_page.wait_for_function(_FINISHED, timeout=120_000)
    shown = browser_page.locator(".run-output").all_inner_texts()

    runner = Runner()
    expected = []
    hidden = browser_page.locator(".run").evaluate_all(
        "(all) => all.map((each) => each.tagName === 'SCRIPT')"
    )
    for code, is_hidden in zip(
        PageReader(runnable_site / f"{name}.html").blocks, hidden, strict=True
    ):
        ok, output = runner.run(code)
        assert ok, output
        if not is_hidden:
            expected.append(output or "Done. This block prints nothing.\n")
    runner.close()
    assert [same_everywhere(text).strip() for text in shown] == [
        same_everywhere(text).strip() for text in expected
    ]


@pytest.mark.usefixtures("runnable_site")
def test_an_error_is_legible_and_reset_forgets(address: str, browser_page: "Page") -> None:
    """A failing block shows its line and the error. After Reset the page starts anew."""
    browser_page.goto(f"{address}/index.html")
    block = browser_page.locator(".run pre").first
    press = browser_page.get_by_role("button", name="Run").first
    reset = browser_page.get_by_role("button", name="Reset").first
    output = browser_page.locator(".run-output").first

    block.evaluate("(pre) => { pre.textContent = 'x = 1\\n1 / 0'; }")
    press.click()
    browser_page.wait_for_function(_FINISHED, timeout=120_000)
    lines = output.inner_text().splitlines()
    assert lines[:2] == ["line 2: 1 / 0", "ZeroDivisionError: division by zero"]
    assert serious_axe_findings(browser_page) == []

    block.evaluate("(pre) => { pre.textContent = 'print(x)'; }")
    reset.click()
    expect(output).to_be_hidden()
    press.click()
    browser_page.wait_for_function(_FINISHED, timeout=120_000)
    expect(output).to_contain_text("NameError: name 'x' is not defined")


@pytest.mark.usefixtures("runnable_site")
def test_a_start_that_fails_says_so(
    address: str, browser_page: "Page", console_errors: list[str]
) -> None:
    """A reader whose network ends sees a sentence, and Reset allows another try."""
    browser_page.route("**/packages.zip", lambda route: route.abort())
    browser_page.goto(f"{address}/index.html")
    press = browser_page.get_by_role("button", name="Run").first
    output = browser_page.locator(".run-output").first
    press.click()
    browser_page.wait_for_function(_FINISHED, timeout=120_000)
    expect(output).to_contain_text(re.compile("^Python could not start: "))
    console_errors.clear()
    browser_page.unroute("**/packages.zip")
    browser_page.get_by_role("button", name="Reset").first.click()
    press.click()
    browser_page.wait_for_function(_FINISHED, timeout=120_000)
    expect(output).to_have_attribute("data-state", "ok")
