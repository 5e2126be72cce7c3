"""Log errors of all resources, and temporarily log everything about one hub."""

from collections.abc import Iterator
from contextlib import contextmanager

from iotmi import AuthenticationMaterialType, Client, LogLevel, Role
from iotmi.emulator import Emulator


@contextmanager
def looked_into(client: Client, thing_id: str) -> Iterator[None]:
    """Log everything about a managed thing inside a ``with`` block."""
    created = client.event_log_configurations.create(
        resource_type="managed-thing", resource_id=thing_id, event_log_level=LogLevel.DEBUG
    )
    try:
        yield
    finally:
        client.event_log_configurations.delete(created.id)


def show(client: Client) -> None:
    """Print the configured log levels."""
    for each in client.event_log_configurations.list():
        print(f"{each.event_log_level} of {each.resource_type} {each.resource_id}")


def main() -> None:
    """Run on the emulator. With an AWS account, use `iotmi.Client()` instead."""
    with Emulator() as emulator:
        client = emulator.client()
        client.event_log_configurations.create(
            resource_type="*", resource_id="*", event_log_level=LogLevel.ERROR
        )
        hub = client.managed_things.create(
            role=Role.CONTROLLER,
            authentication_material="SN:123456789524;UPC:829576019524",
            authentication_material_type=AuthenticationMaterialType.WIFI_SETUP_QR_BAR_CODE,
        )
        with looked_into(client, hub.id):
            show(client)
        print("Afterwards:")
        show(client)


if __name__ == "__main__":
    main()
