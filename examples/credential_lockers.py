"""Households: made once however often one asks, listed, and deleted."""

from iotmi import Client
from iotmi.emulator import Emulator


def open_household(client: Client, order: str, address: str) -> str:
    """The locker for an order. Asked again with the same order, it is the same locker."""
    return client.credential_lockers.create(name=address, client_token=order).id


def main() -> None:
    """Run on the emulator; with an AWS account, `iotmi.Client()` takes its client's place."""
    with Emulator() as emulator:
        client = emulator.client()
        for order, address in (
            ("order-4711", "Elm Street 5"),
            ("order-4712", "Elm Street 7"),
            ("order-4711", "Elm Street 5"),
        ):
            print(order, open_household(client, order, address))
        for locker in client.credential_lockers.list(max_results=1):
            # A locker's name is sensitive: it is there for who asks, and no repr shows it.
            print(locker.name, "made", locker.created_at)
            client.credential_lockers.delete(locker.id)


if __name__ == "__main__":
    main()
