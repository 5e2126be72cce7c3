"""Create a destination for notifications, or update the destination if it exists."""

from iotmi import Client, DeliveryDestinationType, ResourceNotFoundError
from iotmi.emulator import Emulator

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/iotmi-notifications"
STREAM = f"arn:aws:kinesis:eu-west-1:{ACCOUNT}:stream/{{}}"


def deliver_to(client: Client, name: str, stream_arn: str) -> None:
    """Deliver notifications to a stream: update the destination of this name, or create it."""
    try:
        client.destinations.update(name, delivery_destination_arn=stream_arn)
    except ResourceNotFoundError:
        client.destinations.create(
            name=name,
            delivery_destination_arn=stream_arn,
            delivery_destination_type=DeliveryDestinationType.KINESIS,
            role_arn=ROLE,
        )


def main() -> None:
    """Run on the emulator. With an AWS account, use `iotmi.Client()` instead."""
    with Emulator() as emulator:
        client = emulator.client()
        for stream in ("home", "home-2"):
            deliver_to(client, "home-events", STREAM.format(stream))
            for destination in client.destinations.list():
                print(destination.name, "delivers to", destination.delivery_destination_arn)
        client.destinations.delete("home-events")


if __name__ == "__main__":
    main()
