"""Everything that goes wrong is logged, and all that happens to one hub while it is looked into."""

from collections.abc import Iterator
from contextlib import contextmanager

from iotmi import AuthenticationMaterialType, Client, LogLevel, Role
from iotmi.emulator import Emulator


@contextmanager
def looked_into(client: Client, thing_id: str) -> Iterator[None]:
    """For as long as this lasts, log all that happens to a managed thing."""
    made = client.event_log_configurations.create(
        resource_type="managed-thing", resource_id=thing_id, event_log_level=LogLevel.DEBUG
    )
    try:
        yield
    finally:
        client.event_log_configurations.delete(made.id)


def show(client: Client) -> None:
    """Print what is logged."""
    for each in client.event_log_configurations.list():
        print(f"{each.event_log_level} of {each.resource_type} {each.resource_id}")


def main() -> None:
    """Run on the emulator; with an AWS account, `iotmi.Client()` takes its client's place."""
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
