"""Fixtures for tests in a real Chromium, and the accessibility check.

pyproject.toml loads this module by ``-p``. Playwright drives the Chromium of the machine and
downloads nothing. Mark the tests ``browser``: they skip if Chromium or Playwright is missing, and
the accessibility check skips the test if axe-core is missing.

Playwright's sync API occupies the event loop of its thread, so a browser lives for one module.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import (
        Browser,
        ConsoleMessage,
        Page,
        Request,
        expect as expect,  # noqa: PLC0414 - mypy wants it
    )
else:

    def expect(actual):
        """Return Playwright's assertions, which wait until they hold.

        A page follows its server some time later, so no test asserts what a page shows at once.
        """
        from playwright.sync_api import expect

        return expect(actual)


AXE_VARIABLE: Final = "IOTMI_AXE"
"""Environment variable with the path of ``axe.min.js``, if it is not in `_AXE_FILES`."""

SLOW_VARIABLE: Final = "IOTMI_SLOW_PAGES"
"""Environment variable that delays, if it is set, all that pages receive.

A test that reads a page too early then fails in every run, not in one of many.
"""

_SCREENSHOTS_VARIABLE: Final = "IOTMI_SCREENSHOTS"
_AXE: Final = Path("node_modules/axe-core/axe.min.js")
_AXE_FILES: Final = (
    Path(__file__).parents[2] / _AXE,
    Path.home() / ".cache/iotmi" / _AXE,
)
_PROGRAMS: Final = ("chromium", "chromium-browser", "google-chrome")
_OPTIONS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A container's /dev/shm is often too small.
    "--disable-dev-shm-usage",
)
_TIMEOUT: Final = 30_000
"""Milliseconds that an action or an assertion waits."""

_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
_SERIOUS: Final = ("serious", "critical")

_SLOW_DOWN: Final = """(() => {
  const pause = () => new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 700));
  const { fetch } = window;
  window.fetch = async (...request) => {
    const response = await fetch(...request);
    await pause();
    return response;
  };
  const { addEventListener } = EventSource.prototype;
  EventSource.prototype.addEventListener = function (kind, handler, ...options) {
    let last = Promise.resolve();
    const later = (event) => {
      last = last.then(pause).then(() => handler(event));
    };
    return addEventListener.call(this, kind, later, ...options);
  };
})();"""

_FIND: Final = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations.map(({ id, impact, nodes }) => [id, impact, nodes.map((each) => each.html)]);
}"""


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """Yield a Chromium without windows, for the tests of one module."""
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if program is None:
        pytest.skip(f"no Chromium: none of {', '.join(_PROGRAMS)} is installed")
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    playwright.expect.set_options(timeout=_TIMEOUT)
    with playwright.sync_playwright() as driver:
        launched = driver.chromium.launch(executable_path=program, args=list(_OPTIONS))
        yield launched
        launched.close()


@pytest.fixture
def console_errors() -> list[str]:
    """Return the list of all errors of this test's pages. A test that causes errors clears it."""
    return []


@pytest.fixture
def new_page(browser: "Browser", console_errors: list[str]) -> "Iterator[Callable[..., Page]]":
    """Yield a function that opens a page in a new context, which shares nothing with the others.

    The function takes Playwright's options of a context. At the end of the test, no page may have
    logged an error, raised an exception, or sent a request off this machine.
    """
    contexts = []

    def open_page(**options: object) -> "Page":
        context = browser.new_context(**options)  # type: ignore[arg-type]
        contexts.append(context)
        context.set_default_timeout(_TIMEOUT)
        if os.environ.get(SLOW_VARIABLE):
            context.add_init_script(_SLOW_DOWN)
        page = context.new_page()
        _collect_errors(page, console_errors)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert console_errors == []


@pytest.fixture
def browser_page(new_page: "Callable[..., Page]") -> "Page":
    """Return a page whose errors fail the test."""
    return new_page()


def serious_axe_findings(page: "Page") -> list[str]:
    """Return the serious and critical findings of axe-core, each with the elements it names."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_axe_source())
    return [
        f"{rule} ({impact}): {' '.join(elements)}"
        for rule, impact, elements in page.evaluate(_FIND)
        if impact in _SERIOUS
    ]


def screenshot(page: "Page", name: str) -> Path:
    """Store a picture of the whole page for a person, and return its path.

    The folder is ``$IOTMI_SCREENSHOTS``, or a temporary one.
    """
    default = Path(tempfile.gettempdir()) / "iotmi-screenshots"
    path = Path(os.environ.get(_SCREENSHOTS_VARIABLE) or default) / f"{name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    # A full page taken from further down has its sticky header in the middle.
    page.evaluate("() => scrollTo(0, 0)")
    page.screenshot(path=path, full_page=True, animations="disabled")
    return path


def _collect_errors(page: "Page", errors: list[str]) -> None:
    def on_console(message: "ConsoleMessage") -> None:
        if message.type in {"error", "warning"}:
            errors.append(f"{message.type}: {message.text} {message.location}")

    def on_request(request: "Request") -> None:
        url = urlsplit(request.url)
        if url.scheme in {"http", "https", "ws", "wss"} and url.hostname not in _LOOPBACK:
            errors.append(f"request off this machine: {request.url}")

    page.on("console", on_console)
    page.on("request", on_request)
    page.on("pageerror", lambda error: errors.append(f"exception: {error}"))


def _axe_source() -> str:
    given = os.environ.get(AXE_VARIABLE)
    for path in (Path(given),) if given else _AXE_FILES:
        if path.is_file():
            return path.read_text(encoding="utf-8")
    pytest.skip(f"no axe-core: install it with npm and set {AXE_VARIABLE} to axe.min.js")
