"""Runtime log configurations, as an application uses them."""

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


def test_what_is_put_is_got(client: Client) -> None:
    """All settings come back as the values they were given as."""
    hub = make_hub(client)
    client.runtime_log_configurations.put(hub.id, runtime_log_configurations=TALKATIVE)
    found = client.runtime_log_configurations.get(hub.id)
    assert (found.managed_thing_id, found.runtime_log_configurations) == (hub.id, TALKATIVE)


async def test_a_reset_forgets_what_was_put(async_client: AsyncClient) -> None:
    """Afterwards the thing logs as one that was told nothing."""
    family = async_client.runtime_log_configurations
    hub = (await async_client.send(hub_request())).value
    await family.put(hub.id, runtime_log_configurations=TALKATIVE)
    await family.reset(hub.id)
    found = await family.get(hub.id)
    assert found.runtime_log_configurations is not None
    assert found.runtime_log_configurations.log_level == LogLevel.WARN
    assert found.runtime_log_configurations.log_flush_level == "DISABLED"


def test_a_thing_that_is_none_has_no_configuration(client: Client) -> None:
    """The service says so by an error."""
    with pytest.raises(ResourceNotFoundError):
        client.runtime_log_configurations.put("0" * 32, runtime_log_configurations=TALKATIVE)


def test_a_level_that_only_answers_have_is_refused(client: Client, emulator: Emulator) -> None:
    """The service answers DISABLED, and its model has no such level to send."""
    assert not LogLevel("DISABLED").known
    with pytest.raises(ConstraintError, match="must be one of DEBUG, ERROR, INFO, WARN"):
        RuntimeLogConfigurations(log_flush_level=LogLevel("DISABLED"))
    with pytest.raises(ConstraintError, match="managed_thing_id"):
        client.runtime_log_configurations.get("a b")
    assert emulator.calls == ()
