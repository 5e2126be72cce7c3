"""Find the newest version of every Matter capability, and list the actions of one capability."""

from iotmi import Client, SchemaVersionType
from iotmi.emulator import Emulator


def newest_versions(client: Client, namespace: str) -> dict[str, str]:
    """Return the newest version of each capability of a namespace, by the capability's id."""
    found: dict[str, str] = {}
    for item in client.schema_versions.list(SchemaVersionType.CAPABILITY, namespace=namespace):
        known = found.get(item.schema_id, "0")
        found[item.schema_id] = max(known, item.semantic_version, key=_as_numbers)
    return found


def actions(client: Client, versioned_id: str) -> list[str]:
    """Return the names of a capability's actions."""
    schema = client.schema_versions.get(SchemaVersionType.CAPABILITY, versioned_id).schema
    match schema:
        case {"actions": [*found]}:
            return [str(action["name"]) for action in found if isinstance(action, dict)]
        case _:
            return []


def _as_numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def main() -> None:
    """Run on the emulator. With an AWS account, use `iotmi.Client()` instead."""
    with Emulator() as emulator:
        client = emulator.client()
        newest = newest_versions(client, "matter")
        print(f"{len(newest)} capabilities of Matter, among them")
        for schema_id in sorted(newest)[:5]:
            print(f"{schema_id}@{newest[schema_id]}")
        print(actions(client, "matter.OnOff@$latest"))


if __name__ == "__main__":
    main()
