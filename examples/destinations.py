"""A place for notifications: made if there is none, moved to another stream if there is."""

from iotmi import Client, DeliveryDestinationType, ResourceNotFoundError
from iotmi.emulator import Emulator

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/iotmi-notifications"
STREAM = f"arn:aws:kinesis:eu-west-1:{ACCOUNT}:stream/{{}}"


def deliver_to(client: Client, name: str, stream_arn: str) -> None:
    """Have the destination of this name lead to a stream, whether it was there before or not."""
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
    """Run on the emulator; with an AWS account, `iotmi.Client()` takes its client's place."""
    with Emulator() as emulator:
        client = emulator.client()
        for stream in ("home", "home-2"):
            deliver_to(client, "home-events", STREAM.format(stream))
            for destination in client.destinations.list():
                print(destination.name, "leads to", destination.delivery_destination_arn)
        client.destinations.delete("home-events")


if __name__ == "__main__":
    main()
