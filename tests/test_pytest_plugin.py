"""The pytest fixtures of an installed iotmi."""

from pathlib import Path
from typing import Final

import pytest

pytest_plugins = ["pytester"]

ROOT: Final = Path(__file__).parents[1]


@pytest.fixture
def installed(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """Return a project next to an installed iotmi with its entry point."""
    site = pytester.mkdir("site")
    entry = site / "iotmi_proof-1.dist-info"
    entry.mkdir()
    (entry / "METADATA").write_text("Metadata-Version: 2.1\nName: iotmi-proof\nVersion: 1\n")
    (entry / "entry_points.txt").write_text("[pytest11]\niotmi = iotmi.pytest_plugin\n")
    monkeypatch.setenv("PYTHONPATH", f"{site}:{ROOT}")
    monkeypatch.setenv("PYTHONWARNINGS", "error")
    return pytester


def test_the_fixtures_need_no_conftest(installed: pytest.Pytester) -> None:
    """A test without a conftest has a client, an emulator and faults."""
    installed.makepyfile(
        """
        def test_a_locker(iotmi_client, iotmi_emulator):
            iotmi_emulator.faults.fail("CreateCredentialLocker", "ThrottlingException", times=4)
            assert iotmi_client.credential_lockers.create(name="Elm Street 5").id
            assert len(iotmi_emulator.calls) == 5

        def test_a_world_of_its_own(iotmi_client):
            assert iotmi_client.credential_lockers.list().collect() == []
        """
    )
    installed.runpytest_subprocess("-q").assert_outcomes(passed=2)


def test_both_clients_share_an_emulator(installed: pytest.Pytester) -> None:
    """Both clients of a test share one emulator, and do not wait."""
    installed.makepyfile(
        """
        import anyio

        def test_both(iotmi_client, iotmi_async_client, iotmi_emulator):
            made = iotmi_client.credential_lockers.create(name="Elm Street 5")
            iotmi_emulator.faults.fail("GetCredentialLocker", "ThrottlingException", times=3)
            found = anyio.run(iotmi_async_client.credential_lockers.get, made.id)
            assert found.name == "Elm Street 5"
        """
    )
    result = installed.runpytest_subprocess("-q", "--durations=1", "--durations-min=2")
    result.assert_outcomes(passed=1)
    assert "s call" not in result.stdout.str()


def test_a_run_without_the_fixtures_loads_nothing(installed: pytest.Pytester) -> None:
    """Without the fixtures, neither iotmi nor boto3 is imported, so coverage is complete."""
    installed.makepyfile(
        """
        import sys

        def test_nothing_is_loaded():
            assert "iotmi.pytest_plugin" in sys.modules
            assert not {"iotmi.client", "boto3", "botocore"} & set(sys.modules)
        """
    )
    installed.runpytest_subprocess("-q").assert_outcomes(passed=1)


def test_the_fixtures_have_descriptions(installed: pytest.Pytester) -> None:
    """Each fixture has a line in ``pytest --fixtures``."""
    result = installed.runpytest_subprocess("--fixtures")
    for name, said in (
        ("iotmi_emulator", "empty emulator"),
        ("iotmi_client", "take no time"),
        ("iotmi_async_client", "async client"),
    ):
        result.stdout.fnmatch_lines([f"{name} *", f"*{said}*"])
