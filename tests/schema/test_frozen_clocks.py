"""Clocks that tests freeze: freezegun replaces the class of every time, time-machine does not.

Each program runs in a process of its own, because it matters what is loaded first.
"""

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from tests.support.pytest_runs import run_pytest

FREEZERS = {
    "freezegun": "from freezegun import freeze_time as frozen",
    "time-machine": """
        from time_machine import travel
        frozen = lambda moment: travel(moment, tick=False)
    """,
}

USE = """
    from datetime import datetime, timezone

    def use(year):
        import iotmi
        from iotmi.emulator import Emulator
        with Emulator() as emulator:
            client = emulator.client()
            locker = client.credential_lockers.create(name="Elm Street")
            found = client.credential_lockers.get(locker.id)
            assert found.created_at.year == year, found.created_at
            assert found == client.credential_lockers.get(locker.id)
            plain = iotmi.to_plain(found, secrets="show")
            assert iotmi.from_plain(iotmi.CredentialLocker, plain) == found
            aware = datetime.now(timezone.utc)
            built = iotmi.CredentialLocker(id="a", created_at=aware)
            assert built.created_at == aware
            for value in (found, built):
                kind = type(value.created_at)
                assert (kind.__module__, kind.__name__) == ("datetime", "datetime"), kind

    def load_all():
        import iotmi
        for name in dir(iotmi):
            getattr(iotmi, name)
"""

ORDERS = {
    "loaded before": "load_all()\nwith frozen('2020-05-05'): use(2020)\nuse(now)",
    "loaded while frozen": "with frozen('2020-05-05'): use(2020)\nuse(now)",
    "all loaded while frozen": "with frozen('2020-05-05'): load_all()\nload_all(); use(now)",
    "first values while frozen": "import iotmi\nwith frozen('2020-05-05'): use(2020)\nuse(now)",
    "frozen twice": (
        "with frozen('2020-05-05'): use(2020)\nwith frozen('2021-05-05'): use(2021)\nuse(now)"
    ),
}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("freezer", FREEZERS)
def test_values_work_whatever_is_loaded_first(freezer: str, order: str) -> None:
    """Inside frozen time and after it, values are made, decoded, compared and written."""
    program = "\n".join(
        [
            dedent(FREEZERS[freezer]),
            dedent(USE),
            "now = datetime.now(timezone.utc).year",
            ORDERS[order],
        ]
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False
    )
    assert ran.returncode == 0, ran.stderr


def test_a_frozen_test_does_not_break_the_next(tmp_path: Path) -> None:
    """The plugin's fixtures work in a frozen test, and in the one after it."""
    (tmp_path / "test_thaw.py").write_text(
        dedent(
            """
            import iotmi
            from freezegun import freeze_time

            def use(client):
                locker = client.credential_lockers.create(name="a")
                found = client.credential_lockers.get(locker.id)
                assert found == client.credential_lockers.get(locker.id)
                assert iotmi.CredentialLocker(id="a", created_at=found.created_at)

            @freeze_time("2020-05-05")
            def test_frozen(iotmi_client):
                use(iotmi_client)

            def test_after(iotmi_client):
                use(iotmi_client)
            """
        )
    )
    ran = run_pytest(tmp_path)
    assert "2 passed" in ran.stdout, ran.stdout
