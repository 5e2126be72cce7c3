"""Create a provisioning profile for hubs, and store its claim certificate and private key."""

from pathlib import Path
from tempfile import TemporaryDirectory

from iotmi import Client, ProvisioningType
from iotmi.emulator import Emulator


def make_profile(client: Client, name: str, folder: Path) -> str:
    """Create a profile, store its certificate and key in *folder*, and return the profile's id."""
    created = client.provisioning_profiles.create(
        provisioning_type=ProvisioningType.FLEET_PROVISIONING, name=name
    )
    # Only the creation returns the key. `touch` sets the permissions before the key is written.
    key = folder / f"{name}.key.pem"
    key.touch(mode=0o600)
    key.write_text(created.claim_certificate_private_key or "")
    (folder / f"{name}.certificate.pem").write_text(created.claim_certificate or "")
    client.provisioning_profiles.wait_until_created(created.id)
    return created.id


def main() -> None:
    """Run on the emulator. With an AWS account, use `iotmi.Client()` instead."""
    with Emulator() as emulator, TemporaryDirectory() as folder:
        # The waiters of this client do not sleep between polls.
        client = emulator.client()
        profile_id = make_profile(client, "Hall_hubs", Path(folder))
        print(client.provisioning_profiles.get(profile_id).status)
        print(sorted(path.name for path in Path(folder).iterdir()))
        client.provisioning_profiles.delete(profile_id)


if __name__ == "__main__":
    main()
