"""Consume the service's events in a Lambda function, with typed functions and bad records."""

from iotmi import (
    AuthenticationMaterialType,
    DeliveryDestinationType,
    DiscoveryType,
    EventType,
    Role,
    StartDeviceDiscovery,
    events,
)
from iotmi.capabilities import OnOff
from iotmi.emulator import Emulator, VirtualDevice, lambda_event

bad_records: list[events.Record] = []
handler = events.Handler(on_undecodable=bad_records.append)


@handler.on(events.DeviceStateEvent)
def store(event: events.DeviceStateEvent, record: events.Record) -> None:
    """Store a new state. The record's position makes a repetition harmless."""
    lamp = OnOff.of(event)
    if lamp is not None:
        key = (record.shard_id, record.sequence_number, record.sub_sequence_number)
        print("state", lamp.on_off, "with a key of", len(key), "parts")


@handler.on(events.DeviceLifecycleEvent)
def log(event: events.DeviceLifecycleEvent) -> None:
    """Log the onboarding of a thing."""
    print("lifecycle", event.status)


# The name that the function's configuration has. Set ReportBatchItemFailures.
lambda_handler = handler.lambda_handler


def main() -> None:
    """Deliver the emulator's notifications, as Lambda does."""
    with Emulator() as emulator:
        client = emulator.client()
        client.destinations.create(
            name="home-events",
            delivery_destination_arn="arn:aws:kinesis:eu-west-1:123456789012:stream/home",
            delivery_destination_type=DeliveryDestinationType.KINESIS,
            role_arn="arn:aws:iam::123456789012:role/iotmi-notifications",
        )
        for event_type in (EventType.DEVICE_STATE, EventType.DEVICE_LIFE_CYCLE):
            client.notification_configurations.create(
                event_type=event_type, destination_name="home-events"
            )
        hub = client.managed_things.create(
            role=Role.CONTROLLER,
            authentication_material="SN:123456789524;UPC:829576019524",
            authentication_material_type=AuthenticationMaterialType.WIFI_SETUP_QR_BAR_CODE,
        )
        client.managed_things.wait_until_activated(hub.id)
        emulator.devices.appear(hub.id, VirtualDevice.of(OnOff))
        search = StartDeviceDiscovery(
            discovery_type=DiscoveryType.ZIGBEE, controller_identifier=hub.id
        )
        (lamp,) = client.device_discoveries.onboard(search)
        client.managed_things.wait_until_activated(lamp.id)
        emulator.devices.report(lamp.id, "OnOff", True)

        print(lambda_handler(lambda_event(emulator.notifications), None))
        print("unhandled:", dict(handler.unhandled), "bad:", len(bad_records))


if __name__ == "__main__":
    main()
