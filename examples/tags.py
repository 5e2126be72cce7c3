"""Bring the tags of a resource to a wanted state, with as few calls as possible."""

from collections.abc import Mapping

from iotmi import Client
from iotmi.emulator import Emulator


def set_tags(client: Client, arn: str, wanted: Mapping[str, str]) -> None:
    """Give a resource exactly the wanted tags."""
    present = client.tags.list(arn).tags or {}
    new = {key: value for key, value in wanted.items() if present.get(key) != value}
    old = [key for key in present if key not in wanted]
    if old:
        client.tags.untag(arn, tag_keys=old)
    if new:
        client.tags.tag(arn, tags=new)


def main() -> None:
    """Run on the emulator. With an AWS account, use `iotmi.Client()` instead."""
    with Emulator() as emulator:
        client = emulator.client()
        locker = client.credential_lockers.create(tags={"city": "Utrecht", "floor": "2"})
        set_tags(client, locker.arn, {"floor": "3", "owner": "Anna"})
        print(dict(client.tags.list(locker.arn).tags or {}))


if __name__ == "__main__":
    main()
