"""Create credential lockers idempotently, list the lockers, and delete them."""

from iotmi import Client
from iotmi.emulator import Emulator


def open_household(client: Client, order: str, address: str) -> str:
    """Return the id of the locker for an order. The same order always gives the same locker."""
    return client.credential_lockers.create(name=address, client_token=order).id


def main() -> None:
    """Run on the emulator. With an AWS account, use `iotmi.Client()` instead."""
    with Emulator() as emulator:
        client = emulator.client()
        for order, address in (
            ("order-4711", "Elm Street 5"),
            ("order-4712", "Elm Street 7"),
            ("order-4711", "Elm Street 5"),
        ):
            print(order, open_household(client, order, address))
        for locker in client.credential_lockers.list(max_results=1):
            # A locker's name is sensitive: the attribute holds the name, and the repr redacts it.
            print(locker.name, "created", locker.created_at)
            client.credential_lockers.delete(locker.id)


if __name__ == "__main__":
    main()
