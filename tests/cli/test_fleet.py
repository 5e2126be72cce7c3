"""`iotmi fleet check`, `run`, `status`, `retry` and `report`, against the emulator over HTTP."""

import json
import sys
from pathlib import Path
from typing import Final

import pytest

from iotmi import fleet, to_plain
from iotmi.capabilities import OnOff, endpoints
from tests.cli.fleets import ONBOARD, SECRET, UPC, Service
from tests.cli.running import Here, in_shell, is_one_sentence, objects

# -- check ---------------------------------------------------------------------------------


def test_a_good_file_passes(service: Service) -> None:
    """The exit code is 0, and one line counts the rows."""
    done = in_shell("fleet", "check", service.devices(3), *ONBOARD)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("3 rows checked in ")
    assert "0 problems, 0 warnings" in done.out


def test_a_check_knows_each_action(
    service: Service, here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows may hold their commands, and a function of the current folder is an action."""
    endpoint = to_plain(endpoints(OnOff.on())[0], secrets="show")
    rows = service.write("rows.jsonl", json.dumps({"id": "a", "endpoints": [endpoint]}))
    done = here("fleet", "check", rows, "--action", "control")
    assert (done.code, done.err) == (0, "")
    service.write("checked_acts.py", FUNCTION)
    monkeypatch.chdir(service.folder)
    monkeypatch.setattr(sys, "path", list(sys.path))
    done = here("fleet", "check", service.devices(2), "--action", "checked_acts:create")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("2 rows checked in ")


def test_a_parquet_file_without_pyarrow_is_one_sentence(
    service: Service, here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The exit code is 1, and the sentence has the command that installs pyarrow."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    path = service.write("devices.parquet", "PAR1")
    done = here("fleet", "check", path, *ONBOARD)
    assert done.code == 1
    assert is_one_sentence(done.err, ["needs pyarrow: python -m pip install 'iotmi[fleet]'"])


def test_a_problem_has_row_column_and_rule(service: Service, here: Here) -> None:
    """The exit code is 1, and no line has a value of the file."""
    path = service.write(
        "bad.csv", "code,name", f"{SECRET};UPC:{UPC},a", "nonsense,b", f"{SECRET};UPC:{UPC},c"
    )
    done = here("fleet", "check", path, *ONBOARD)
    assert done.code == 1
    assert done.lines[0].startswith("problem: row 2, code: the text is not a code")
    assert done.lines[1] == "problem: row 3, code: has the same value as row 1"
    assert is_one_sentence(done.err, ["would refuse the rows"])
    assert SECRET not in done.out + done.err
    *problems, summary = objects(here("fleet", "check", path, *ONBOARD, "--json").out)
    assert [(each["kind"], each["row"], each["column"]) for each in problems] == [
        ("problem", 2, "code"),
        ("problem", 3, "code"),
    ]
    assert (summary["rows"], summary["problems"]) == (3, 2)


def test_the_problems_are_limited(service: Service, here: Here) -> None:
    """--limit prints the first problems and counts the others. JSON has all."""
    path = service.write("bad.csv", "code,name", *(f"nonsense{number},x" for number in range(30)))
    done = here("fleet", "check", path, *ONBOARD, "--limit", "2")
    assert len([line for line in done.lines if line.startswith("problem: ")]) == 2
    assert "and 28 more problems" in done.lines
    assert len(here("fleet", "check", path, *ONBOARD, "--json").lines) == 31


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        (["--action", "lose"], "'lose' is not one of onboard, update, tag, control, delete"),
        (["--action", "tag", "--role", "DEVICE"], "--role belongs to --action onboard, not to tag"),
        (["--action", "tag", "--set", "a=b"], "--set belongs to --action onboard and update"),
        (["--action", "onboard", "--tag", "a=b"], "--tag belongs to --action tag"),
        (["--action", "onboard", "--remove-tag", "a"], "--remove-tag belongs to --action tag"),
        (["--action", "tag", "--command", "OnOff.on"], "--command belongs to --action control"),
        (["--action", "tag", "--tag", "key"], "'key' must have a value: write NAME=VALUE"),
        (
            ["--action", "update", "--set", "metadata=a", "--set", "metadata.b=c"],
            "'metadata' is given as one value, and as a map too",
        ),
        (
            ["--action", "update", "--set", "metadata.b=c", "--set", "metadata=a"],
            "'metadata' is given as one value, and as a map too",
        ),
        (["--action", "control", "--command", "OnOff.onn"], "OnOff has no command 'onn'"),
        ([], "Missing option '--action'"),
    ],
)
def test_wrong_settings_are_wrong_usage(
    service: Service, here: Here, options: list[str], rule: str
) -> None:
    """The exit code is 2, and the error names the rule."""
    done = here("fleet", "check", service.devices(1), *options)
    assert done.code == 2
    assert rule in " ".join(done.err.split())


def test_a_missing_source_is_wrong_usage(here: Here) -> None:
    """The exit code is 2, in one sentence."""
    done = here("fleet", "check", "nowhere.csv", *ONBOARD)
    assert done.code == 2
    assert is_one_sentence(done.err, ["nowhere.csv: there is no such file"])


# -- run -----------------------------------------------------------------------------------


def test_a_run_creates_each_row(service: Service) -> None:
    """The exit code is 0, and a second run has nothing to do."""
    run = ["fleet", "run", service.devices(12), *ONBOARD, *service.ledger, *service.here]
    done = in_shell(*run)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("12 of 12 rows done, 0 failed, 0 unknown")
    assert len(service.things) == 12
    again = in_shell(*run, "--json")
    (summary,) = objects(again.out)
    assert (again.code, summary["done"], summary["total"]) == (0, 12, 12)
    assert len(service.things) == 12


def test_defaults_fill_rows(service: Service, here: Here) -> None:
    """--set gives a member, or an entry of a map, to rows that have none."""
    done = here(
        *("fleet", "run", service.devices(1), *ONBOARD, *service.ledger, *service.here),
        *("--set", "brand=Acme", "--set", "metadata.site=north", "--no-progress"),
        *("--workers", "2", "--max-rate", "5"),
    )
    assert done.code == 0
    (thing,) = service.things
    assert thing.brand == "Acme"
    with service.emulator.client() as client:
        assert client.managed_things.get(thing.id).metadata == {"site": "north"}


def test_failed_rows_exit_with_1(service: Service) -> None:
    """The causes are counted, the rows are listed, and a retry makes them wait."""
    path = service.write("bad.csv", "code,name", f"{SECRET};UPC:{UPC},a", "nonsense,b")
    service.emulator.faults.fail("CreateManagedThing", "ConflictException")
    run = ["fleet", "run", path, *ONBOARD, *service.ledger, *service.here]
    done = in_shell(*run)
    assert done.code == 1
    assert "  1 x ConflictException" in done.lines
    assert is_one_sentence(done.err, ["2 rows failed", "iotmi fleet status", "iotmi fleet retry"])
    listed = in_shell("fleet", "status", *service.ledger, "--rows", "failed")
    assert listed.code == 1
    assert [line.split()[:2] for line in listed.lines[1:3]] == [["1", "failed"], ["2", "failed"]]
    retried = in_shell("fleet", "retry", *service.ledger, "--cause", "ConflictException")
    assert (retried.code, retried.out) == (0, "1 row waits again\n")
    last = in_shell(*run)
    assert last.out.startswith("1 of 2 rows done, 1 failed")
    assert SECRET not in done.out + done.err + listed.out + last.out


def test_the_rows_of_a_ledger_are_listed(service: Service, here: Here) -> None:
    """A table has the failed rows, a retry makes them wait, and a report has its own page."""
    path = service.write("bad.csv", "code,name", f"{SECRET};UPC:{UPC},a", "nonsense,b")
    service.emulator.faults.fail("CreateManagedThing", "ConflictException")
    assert here("fleet", "run", path, *ONBOARD, *service.ledger, *service.here).code == 1
    listed = here("fleet", "status", *service.ledger, "--rows", "failed")
    assert listed.code == 1
    assert [line.split()[:3] for line in listed.lines[1:3]] == [
        ["1", "failed", "CreateManagedThing"],
        ["2", "failed", "-"],
    ]
    assert is_one_sentence(listed.err, ["2 rows failed"])
    retried = here("fleet", "retry", *service.ledger)
    assert (retried.code, retried.out) == (0, "1 row waits again\n")
    assert retried.err == "Run the job again to send them.\n"
    page = service.folder / "job.html"
    assert here("fleet", "report", *service.ledger).out == f"{page}\n"
    other = str(service.folder / "other.html")
    named = here("fleet", "report", *service.ledger, "--output", other, "--json")
    assert objects(named.out) == [{"page": other}]


def test_a_ledger_in_use_is_one_sentence(service: Service, here: Here) -> None:
    """During a run, a retry exits with 1, and the run goes on."""
    codes: list[int] = []

    def meanwhile(_: fleet.Progress) -> None:
        done = here("fleet", "retry", *service.ledger)
        assert is_one_sentence(done.err, ["another run is using the ledger"])
        codes.append(done.code)

    job = fleet.Job(service.devices(2), fleet.Onboard(role="DEVICE"), ledger=service.ledger[1])
    with service.emulator.client() as client:
        assert job.run(client, progress=meanwhile).done == 2
    assert set(codes) == {1}


def test_unknown_outcomes_exit_with_3(service: Service, here: Here) -> None:
    """A command whose response was lost is not sent again, and can be retried after consent."""
    service.emulator.faults.reset_connections("SendManagedThingCommand", before_effect=False)
    run = ["fleet", "run", service.ids(2), *service.ledger, *service.here, "--action", "control"]
    run += ["--command", "OnOff.toggle", "--command", "OnOff.on"]
    done = here(*run)
    assert done.code == 3
    assert is_one_sentence(done.err, ["the outcome of 1 row is unknown", "--rows unknown"])
    rows = objects(here("fleet", "status", *service.ledger, "--rows", "UNKNOWN", "--json").out)
    assert [each["kind"] for each in rows] == ["row", "summary"]
    assert rows[0]["state"] == "unknown"
    refused = here("fleet", "retry", *service.ledger, "--unknown", "--row", str(rows[0]["number"]))
    assert refused.code == 2
    assert is_one_sentence(refused.err, ["needs a terminal, or the option --yes"])
    retried = here("fleet", "retry", *service.ledger, "--unknown", "--yes", "--json")
    assert objects(retried.out) == [{"waiting": 1}]
    waiting = here("fleet", "status", *service.ledger)
    assert waiting.code == 3
    assert is_one_sentence(waiting.err, ["1 row not done yet; run the job again"])
    assert here(*run).code == 0


def test_every_action_runs(service: Service, here: Here) -> None:
    """Update, tag, a function and delete change each row."""
    path = service.ids(2)
    service.write("acts.py", FUNCTION)
    for number, options in enumerate(
        (
            ["--action", "update", "--set", "name=Renamed", "--ignore", "arn"],
            ["--action", "tag", "--tag", "site=north", "--remove-tag", "old"],
            ["--action", "delete", "--force", "--yes"],
        )
    ):
        ledger = ["--ledger", str(service.folder / f"{number}.ledger")]
        done = here("fleet", "run", path, *options, *ledger, *service.here)
        assert (done.code, done.err) == (0, "")
        if number == 0:
            assert {each.name for each in service.things} == {"Renamed"}
    assert service.things == []
    made = in_shell(
        *("fleet", "run", service.devices(2), "--action", "acts:create", *service.ledger),
        *service.here,
        cwd=service.folder,
    )
    assert made.code == 0
    assert len(service.things) == 2


FUNCTION: Final = """
from iotmi import CreateManagedThing, Role, materials

def create(row):
    code = materials.parse(row["code"])
    return CreateManagedThing(role=Role.DEVICE, name=row["name"], **code.parameters())

number = 5
"""


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("nowhere:create", "cannot be imported: ModuleNotFoundError"),
        ("json:nothing", "cannot be imported: AttributeError"),
        ("json:__doc__", "is not a function"),
    ],
)
def test_a_function_that_is_none_is_one_sentence(
    service: Service, here: Here, target: str, words: str
) -> None:
    """The exit code is 1, and the sentence names the target."""
    done = here("fleet", "check", service.devices(1), "--action", target)
    assert done.code == 1
    assert is_one_sentence(done.err, [target, words])


def test_a_checked_run_sends_nothing_after_a_problem(service: Service, here: Here) -> None:
    """With --check, a problem stops the run before the first row."""
    path = service.write("bad.csv", "code", f"{SECRET};UPC:{UPC}", "nonsense")
    done = here("fleet", "run", path, *ONBOARD, *service.ledger, *service.here, "--check")
    assert done.code == 1
    assert is_one_sentence(done.err, ["nothing was sent: 2 rows checked", "1 problem"])
    assert service.things == []
    good = here(
        "fleet", "run", service.devices(1), *ONBOARD, *service.ledger, *service.here, "--check"
    )
    assert good.code == 0


def test_a_ledger_of_another_job_is_wrong_usage(service: Service, here: Here) -> None:
    """The exit code is 2, and nothing is sent."""
    here("fleet", "run", service.devices(1), *ONBOARD, *service.ledger, *service.here)
    done = here(
        "fleet", "run", service.devices(1), "--action", "update", *service.ledger, *service.here
    )
    assert done.code == 2
    assert is_one_sentence(done.err, ["the ledger belongs to a job that does 'onboard'"])


def test_a_run_that_stops_says_how_to_go_on(service: Service, here: Here) -> None:
    """Rejected credentials stop the run. The summary is printed, and the exit code is 1."""
    for operation in ("CreateManagedThing", "ListManagedThings"):
        service.emulator.faults.fail(operation, "AccessDeniedException", times=50)
    done = here("fleet", "run", service.devices(3), *ONBOARD, *service.ledger, *service.here)
    assert done.code == 1
    assert "0 of 3 rows done" in done.out
    assert is_one_sentence(done.err, ["Run the same job again"])


def test_an_endpoint_without_a_server_stops_a_run(service: Service, here: Here) -> None:
    """No row is lost, and the exit code is 1."""
    done = here(
        *("fleet", "run", service.devices(2), *ONBOARD, *service.ledger),
        *("--endpoint-url", "http://127.0.0.1:9"),
    )
    assert done.code == 1
    assert "2 waiting" in done.out
    assert is_one_sentence(done.err)


# -- status, retry, report -----------------------------------------------------------------


@pytest.mark.parametrize("name", ["status", "retry", "report"])
def test_a_missing_ledger_is_wrong_usage(here: Here, tmp_path: Path, name: str) -> None:
    """The exit code is 2, and no file is made."""
    done = here("fleet", name, "--ledger", str(tmp_path / "nothing"))
    assert done.code == 2
    assert is_one_sentence(done.err, ["there is no such ledger"])
    assert list(tmp_path.iterdir()) == []


def test_a_report_is_a_page(service: Service) -> None:
    """The page has the ledger's name, or that of --output."""
    in_shell("fleet", "run", service.devices(1), *ONBOARD, *service.ledger, *service.here)
    done = in_shell("fleet", "report", *service.ledger)
    assert (done.code, done.err) == (0, "")
    assert done.out == f"{service.folder / 'job.html'}\n"
    assert (service.folder / "job.html").read_text().lower().startswith("<!doctype html>")
    other = str(service.folder / "other.html")
    named = in_shell("fleet", "report", *service.ledger, "--output", other, "--json")
    assert objects(named.out) == [{"page": other}]
