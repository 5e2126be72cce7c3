"""The report of a job in a real Chromium: it shows, and passes an accessibility check."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from iotmi import fleet
from iotmi.fleet._store import LedgerStore, Sample
from tests.fleet.devices import code
from tests.support.browser import expect, screenshot, serious_axe_findings

if TYPE_CHECKING:
    from playwright.sync_api import Page

    import iotmi
    from iotmi.emulator import Emulator

pytestmark = pytest.mark.browser


@pytest.fixture
def report(ledger: Path, client: "iotmi.Client", emulator: "Emulator") -> Path:
    """Return the report of a job with rows in every state and a history of two runs."""
    rows = [{"code": code(number), "name": f"row {number}"} for number in range(1, 120)]
    rows += [{"code": "?"}, {"code": code(1)}]
    emulator.faults.fail("CreateManagedThing", "ConflictException", times=4)
    emulator.faults.fail("CreateManagedThing", "ValidationException", times=2)
    job = fleet.Job(rows, fleet.Onboard(role="DEVICE"), ledger=ledger)
    job.run(client)
    store = LedgerStore(ledger, create=False)
    with store.transaction():
        store._database.execute("UPDATE rows SET state = 'waiting' WHERE number BETWEEN 90 AND 99")
        store._database.execute("UPDATE rows SET state = 'sent' WHERE number BETWEEN 100 AND 102")
        store._database.execute("DELETE FROM samples")
        for second in range(300):
            rate = min(10.0, 2.0 + second / 4) - (2.0 if second % 60 == 59 else 0.0)
            sample = Sample(
                at=1_800_000_000.0 + second * 3 + (90_000.0 if second > 180 else 0.0),
                run=1 if second <= 180 else 2,
                done=second,
                failed=0,
                unknown=0,
                rate=rate,
                rate_limit=None if second < 40 else 10.0,
            )
            store.add_sample(sample)
    store.close()
    page = ledger.with_suffix(".html")
    job.report(page)
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1100])
def test_a_report_shows_in_a_browser(
    scheme: str, width: int, report: Path, new_page: "Callable[..., Page]"
) -> None:
    """Both schemes and both widths show every part, without overflow and serious findings."""
    page = new_page(color_scheme=scheme, viewport={"width": width, "height": 800})
    page.goto(report.as_uri())
    picture = screenshot(page, f"fleet-report-{scheme}-{width}")
    assert picture.stat().st_size > 10_000
    expect(page.locator("h1")).to_have_text("onboard: an iterable")
    charts = page.locator("svg[role=img]")
    expect(charts).to_have_count(3)
    for chart in charts.all():
        box = chart.bounding_box()
        assert box is not None
        assert box["width"] <= width
    expect(page.locator("tbody tr")).to_have_count(8)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert serious_axe_findings(page) == []
