"""The report of a job: its text, its charts, and no secret."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

import iotmi
from iotmi import fleet
from iotmi.emulator import Emulator
from iotmi.fleet._charts import Point, duration, rate_chart, state_bar
from tests.fleet.devices import code, write_csv


class Checker(HTMLParser):
    """A parser that notes tags, and fails for a tag that is never closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.seen.add(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.seen.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_a_report_is_one_page_without_secrets(
    tmp_path: Path, ledger: Path, client: iotmi.Client, emulator: Emulator
) -> None:
    """The page has counts, charts and failed rows, loads nothing, and shows no code."""
    rows = [{"code": code(n), "name": f"name {n}"} for n in range(1, 6)]
    rows += [{"code": "SN:secret", "name": "x"}]
    emulator.faults.fail("CreateManagedThing", "ConflictException")
    job = fleet.Job(rows, fleet.Onboard(role="DEVICE"), ledger=ledger)
    job.run(client)
    job.run(client)
    page = tmp_path / "report.html"
    job.report(page)
    text = page.read_text()
    checker = Checker()
    checker.feed(text)
    assert checker.open == []
    assert {"svg", "table", "h2"} <= checker.seen
    assert not {"script", "link", "img", "iframe"} & checker.seen
    assert "http" not in re.sub(r"HTTP \d+", "", text)
    assert "secret" not in text
    assert "device 3" not in text
    assert "ConflictException" in text
    assert "InvalidRow" in text


def test_a_report_of_many_failures_is_short(ledger: Path, client: iotmi.Client) -> None:
    """The table shows the first rows, and says how many there are."""
    rows = [{"code": "?"} for _ in range(300)]
    job = fleet.Job(rows, fleet.Onboard(role="DEVICE"), ledger=ledger)
    job.run(client)
    page = ledger.with_suffix(".html")
    job.report(page)
    assert "The first 200 of 300 rows." in page.read_text()
    with pytest.raises(fleet.FleetError, match="cannot be written"):
        job.report(ledger.parent / "missing" / "page.html")


def test_charts_hold_at_their_edges() -> None:
    """Charts of nothing, of zeros and of one point are charts."""
    assert rate_chart([]).startswith("<svg")
    assert rate_chart([Point(0.0, 0.0), Point(0.0, 0.0)]).startswith("<svg")
    assert "polyline" in rate_chart([Point(0, 1.0, 9.0), Point(5, 12_345.6, None)], [3.0])
    assert "0 done" in state_bar({"done": 0})
    assert [duration(each) for each in (5, 600, 7200)] == ["5 s", "10 min", "2 h 00 min"]


def test_a_report_can_be_made_during_a_run(
    tmp_path: Path, ledger: Path, client: iotmi.Client
) -> None:
    """Reading a ledger does not disturb the run that writes it."""
    page = tmp_path / "report.html"
    job = fleet.Job(write_csv(tmp_path / "d.csv", 20), fleet.Onboard(role="DEVICE"), ledger=ledger)
    assert job.run(client, progress=lambda _: job.report(page)).done == 20
    assert "20" in page.read_text()
