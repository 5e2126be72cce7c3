"""Subscribe an application to exactly the types of event it needs."""

from collections.abc import Set as AbstractSet

from iotmi import Client, DeliveryDestinationType, EventType
from iotmi.emulator import Emulator

WANTED = frozenset({EventType.DEVICE_STATE, EventType.DEVICE_EVENT, EventType.DEVICE_LIFE_CYCLE})


def notify_of(client: Client, wanted: AbstractSet[EventType], destination_name: str) -> None:
    """Send exactly the wanted types of event to a destination."""
    present = {
        configuration.event_type: configuration.destination_name
        for configuration in client.notification_configurations.list()
    }
    for event_type in present.keys() - wanted:
        client.notification_configurations.delete(event_type)
    for event_type in wanted - present.keys():
        client.notification_configurations.create(
            event_type=event_type, destination_name=destination_name
        )
    for event_type in wanted & present.keys():
        if present[event_type] != destination_name:
            client.notification_configurations.update(event_type, destination_name=destination_name)


def main() -> None:
    """Run on the emulator. With an AWS account, use `iotmi.Client()` instead."""
    with Emulator() as emulator:
        client = emulator.client()
        destination = client.destinations.create(
            name="home-events",
            delivery_destination_arn="arn:aws:kinesis:eu-west-1:123456789012:stream/home",
            delivery_destination_type=DeliveryDestinationType.KINESIS,
            role_arn="arn:aws:iam::123456789012:role/iotmi-notifications",
        )
        client.notification_configurations.create(
            event_type=EventType.DEVICE_COMMAND, destination_name=destination.name
        )
        notify_of(client, WANTED, destination.name)
        for event_type in sorted(
            each.event_type for each in client.notification_configurations.list()
        ):
            print(event_type)


if __name__ == "__main__":
    main()
