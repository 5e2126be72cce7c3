"""A provisioning profile for hubs, and its claim certificate kept in files of the factory's."""

from pathlib import Path
from tempfile import TemporaryDirectory

from iotmi import Client, ProvisioningType
from iotmi.emulator import Emulator


def make_profile(client: Client, name: str, folder: Path) -> str:
    """Make a profile, and keep what every hub of it is made with; the profile's id."""
    made = client.provisioning_profiles.create(
        provisioning_type=ProvisioningType.FLEET_PROVISIONING, name=name
    )
    # Told now and never again. The file can be read by its owner alone from the start.
    key = folder / f"{name}.key.pem"
    key.touch(mode=0o600)
    key.write_text(made.claim_certificate_private_key or "")
    (folder / f"{name}.certificate.pem").write_text(made.claim_certificate or "")
    client.provisioning_profiles.wait_until_created(made.id)
    return made.id


def main() -> None:
    """Run on the emulator; with an AWS account, `iotmi.Client()` takes its client's place."""
    with Emulator() as emulator, TemporaryDirectory() as folder:
        # Here nothing has to be waited for, so the pauses of waiters are left out.
        client = emulator.client()
        profile_id = make_profile(client, "Hall_hubs", Path(folder))
        print(client.provisioning_profiles.get(profile_id).status)
        print(sorted(path.name for path in Path(folder).iterdir()))
        client.provisioning_profiles.delete(profile_id)


if __name__ == "__main__":
    main()
