"""`iotmi fleet export`, `diff` and `apply`; questions before deletions; Ctrl-C."""

import os
import pty
import signal
import subprocess
import time

import pytest

import iotmi
from tests.cli.fleets import ONBOARD, Service
from tests.cli.running import Here, in_shell, interrupt, is_one_sentence, objects, started

# -- export, diff, apply -------------------------------------------------------------------


def test_an_export_hides_secrets(service: Service, here: Here) -> None:
    """Serial numbers are in the file only with --show-secrets."""
    here("fleet", "run", service.devices(2), *ONBOARD, *service.ledger, *service.here)
    path = service.folder / "out.csv"
    done = in_shell("fleet", "export", str(path), *service.here)
    assert (done.code, done.out) == (0, f"2 things written to {path}\n")
    assert "900000000001" not in path.read_text()
    shown = here("fleet", "export", str(path), *service.here, "--show-secrets", "--json")
    assert objects(shown.out) == [{"file": str(path), "things": 2}]
    assert "900000000001" in path.read_text()


def test_a_diff_lists_changes(service: Service, here: Here) -> None:
    """Each line is a change with the names of the members, and nothing is changed."""
    path = service.folder / "out.csv"
    here("fleet", "run", service.devices(2), *ONBOARD, *service.ledger, *service.here)
    here("fleet", "export", str(path), *service.here, "--show-secrets")
    same = in_shell("fleet", "diff", str(path), *service.here)
    assert (same.code, same.err) == (0, "")
    assert same.lines[-1] == "0 to create, 0 to update, 0 to delete, 2 unchanged"
    path.write_text(path.read_text().replace("Lamp 1", "Bulb 1"))
    changed = here("fleet", "diff", str(path), *service.here)
    assert changed.lines[-1] == "0 to create, 1 to update, 0 to delete, 1 unchanged"
    (found,) = objects(here("fleet", "diff", str(path), *service.here, "--json").out)
    assert (found["kind"], found["members"]) == ("update", ["name"])


def test_a_diff_lists_problems(service: Service, here: Here) -> None:
    """A row that breaks a limit is named with its column, is left out, and fails the command."""
    path = service.folder / "out.csv"
    here("fleet", "run", service.devices(2), *ONBOARD, *service.ledger, *service.here)
    here("fleet", "export", str(path), *service.here, "--show-secrets")
    path.write_text(path.read_text().replace("Lamp 1", "L" * 129))
    told = here("fleet", "diff", str(path), *service.here)
    assert told.code == 1
    assert "name" in told.out
    assert "1 row has a problem and is left out" in told.err
    (found,) = objects(here("fleet", "diff", str(path), *service.here, "--json").out)
    assert (found["kind"], found["column"]) == ("problem", "name")
    arguments = ["fleet", "apply", str(path), "--ledger", str(service.folder / "apply.ledger")]
    assert here(*arguments, *service.here).code == 1
    applied = here(*arguments, *service.here, "--no-dry-run")
    assert (applied.code, len(service.things)) == (1, 2)


def test_an_apply_is_a_dry_run_unless_told(service: Service, here: Here) -> None:
    """Without --no-dry-run nothing is sent. With it, the things equal the file."""
    path = service.folder / "out.csv"
    here("fleet", "run", service.devices(3), *ONBOARD, *service.ledger, *service.here)
    here("fleet", "export", str(path), *service.here, "--show-secrets")
    lines = path.read_text().replace("Lamp 1", "Bulb 1").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "Lamp 2" not in line))
    arguments = ["fleet", "apply", str(path), "--ledger", str(service.folder / "apply.ledger")]
    arguments += [*service.here, "--delete"]
    dry = in_shell(*arguments)
    assert dry.code == 0
    assert dry.lines[-1] == "0 to create, 1 to update, 1 to delete, 1 unchanged"
    assert "Nothing was changed: add --no-dry-run" in dry.err
    again = here(*arguments)
    assert (again.code, again.out) == (0, dry.out)
    assert again.err == "Nothing was changed: add --no-dry-run to make the changes.\n"
    refused = here(*arguments, "--no-dry-run")
    assert refused.code == 2
    assert is_one_sentence(refused.err, ["--yes", "Delete 1 thing?"])
    assert len(service.things) == 3
    done = here(*arguments, "--no-dry-run", "--yes", "--no-progress")
    assert done.code == 0
    assert "2 of 2 rows done" in done.out
    kept = {each.name for each in service.things if not is_leaving(each)}
    assert kept == {"Lamp 0", "Bulb 1"}


def is_leaving(thing: iotmi.ManagedThingSummary) -> bool:
    """Return True for a thing whose deletion has begun."""
    return thing.provisioning_status in {
        iotmi.ProvisioningStatus.DELETE_IN_PROGRESS,
        iotmi.ProvisioningStatus.DELETED,
    }


# -- questions and signals -----------------------------------------------------------------


def test_a_deletion_needs_consent(service: Service) -> None:
    """Without a terminal and without --yes, nothing is deleted, and the exit code is 2."""
    done = in_shell(
        "fleet", "run", service.ids(2), "--action", "delete", *service.ledger, *service.here
    )
    assert done.code == 2
    assert is_one_sentence(done.err, ["--yes", "Delete 2 things? This cannot be undone."])
    assert len(service.things) == 2


@pytest.mark.parametrize(
    ("answer", "code", "left", "words"),
    [
        (b"n\n", 1, 2, "nothing was changed"),
        (b"y\n", 0, 0, ""),
        (b"", 130, 2, "Nothing was changed"),
    ],
    ids=["no", "yes", "ctrl-c"],
)
def test_a_terminal_asks(service: Service, answer: bytes, code: int, left: int, words: str) -> None:
    """The question counts the things, and only a yes deletes them."""
    arguments = ["fleet", "run", service.ids(2), "--action", "delete", "--force"]
    controller, terminal = pty.openpty()
    with started(
        *arguments,
        *service.ledger,
        *service.here,
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stderr is not None
        asked = b""
        while not asked.endswith(b"[y/N]: "):
            asked += process.stderr.read(1)
        if answer:
            os.write(controller, answer)
        else:
            interrupt(process)
        _, err = process.communicate(timeout=30)
    os.close(controller)
    os.close(terminal)
    assert b"Delete 2 things? This cannot be undone." in asked
    assert process.returncode == code
    assert words in err.decode()
    assert len(service.things) == left


@pytest.mark.skipif(os.name != "posix", reason="a signal is sent to a process")
def test_ctrl_c_ends_a_run_in_good_order(service: Service) -> None:
    """The exit code is 130, the error says how to go on, and the next run finishes."""
    service.emulator.faults.throttle(operation="CreateManagedThing", rate=20, burst=5)
    run = ["fleet", "run", service.devices(60), *ONBOARD, *service.ledger, *service.here]
    with started(*run, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        end = time.monotonic() + 30
        while len(service.things) < 5 and time.monotonic() < end:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "rows done" in out
    assert "Traceback" not in err
    assert "Run the same job again to go on" in err
    assert 5 <= len(service.things) < 60
    assert in_shell(*run).code == 0
    assert len(service.things) == 60
