"""Runtime log configurations, through both clients."""

import pytest

from iotmi import (
    AsyncClient,
    Client,
    ConstraintError,
    LogLevel,
    ResourceNotFoundError,
    RuntimeLogConfigurations,
)
from iotmi.emulator import Emulator
from tests.support.factories import hub_request, make_hub

pytestmark = pytest.mark.anyio

TALKATIVE = RuntimeLogConfigurations(
    log_level=LogLevel.DEBUG,
    log_flush_level=LogLevel.ERROR,
    local_store_location="/var/log/hub",
    local_store_file_rotation_max_files=3,
    local_store_file_rotation_max_bytes=100_000,
    upload_log=True,
    upload_period_minutes=10,
    delete_local_store_after_upload=False,
)


def test_settings_are_read_as_stored(client: Client) -> None:
    """A read returns every setting with the value that was set."""
    hub = make_hub(client)
    client.runtime_log_configurations.put(hub.id, runtime_log_configurations=TALKATIVE)
    found = client.runtime_log_configurations.get(hub.id)
    assert (found.managed_thing_id, found.runtime_log_configurations) == (hub.id, TALKATIVE)


async def test_a_reset_restores_the_defaults(async_client: AsyncClient) -> None:
    """After a reset the thing has the default settings."""
    family = async_client.runtime_log_configurations
    hub = (await async_client.send(hub_request())).value
    await family.put(hub.id, runtime_log_configurations=TALKATIVE)
    await family.reset(hub.id)
    found = await family.get(hub.id)
    assert found.runtime_log_configurations is not None
    assert found.runtime_log_configurations.log_level == LogLevel.WARN
    assert found.runtime_log_configurations.log_flush_level == "DISABLED"


def test_an_unknown_thing_raises(client: Client) -> None:
    """An unknown id raises `ResourceNotFoundError`."""
    with pytest.raises(ResourceNotFoundError):
        client.runtime_log_configurations.put("0" * 32, runtime_log_configurations=TALKATIVE)


def test_a_level_of_responses_only_is_rejected(client: Client, emulator: Emulator) -> None:
    """The level ``DISABLED``, which only responses contain, is rejected in a request."""
    assert not LogLevel("DISABLED").known
    with pytest.raises(ConstraintError, match="must be one of DEBUG, ERROR, INFO, WARN"):
        RuntimeLogConfigurations(log_flush_level=LogLevel("DISABLED"))
    with pytest.raises(ConstraintError, match="managed_thing_id"):
        client.runtime_log_configurations.get("a b")
    assert emulator.calls == ()
