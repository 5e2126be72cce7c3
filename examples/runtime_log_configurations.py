"""Let a hub log everything temporarily, while a fault is investigated."""

from collections.abc import Iterator
from contextlib import contextmanager

from iotmi import (
    AuthenticationMaterialType,
    Client,
    LogLevel,
    Role,
    RuntimeLogConfigurations,
)
from iotmi.emulator import Emulator

EVERYTHING = RuntimeLogConfigurations(
    log_level=LogLevel.DEBUG,
    log_flush_level=LogLevel.ERROR,
    upload_log=True,
    upload_period_minutes=1,
)


@contextmanager
def logging_everything(client: Client, thing_id: str) -> Iterator[None]:
    """Let a thing log everything inside a ``with`` block, and reset its log settings afterwards."""
    client.runtime_log_configurations.put(thing_id, runtime_log_configurations=EVERYTHING)
    try:
        yield
    finally:
        client.runtime_log_configurations.reset(thing_id)


def level(client: Client, thing_id: str) -> str:
    """Return the least severe level that a thing logs."""
    settings = client.runtime_log_configurations.get(thing_id).runtime_log_configurations
    return settings.log_level if settings and settings.log_level else "not known"


def main() -> None:
    """Run on the emulator. With an AWS account, use `iotmi.Client()` instead."""
    with Emulator() as emulator:
        client = emulator.client()
        hub = client.managed_things.create(
            role=Role.CONTROLLER,
            authentication_material="SN:123456789524;UPC:829576019524",
            authentication_material_type=AuthenticationMaterialType.WIFI_SETUP_QR_BAR_CODE,
        )
        with logging_everything(client, hub.id):
            print("The hub logs", level(client, hub.id))
        print("The hub logs", level(client, hub.id))


if __name__ == "__main__":
    main()
