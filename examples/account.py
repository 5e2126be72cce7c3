"""Set up an account before its first hub: an endpoint, an encryption key and a token lifetime."""

from iotmi import Client, EncryptionType, ResourceNotFoundError, WaitFailedError
from iotmi.emulator import Emulator

KEY = "arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f"


def endpoint_address(client: Client) -> str:
    """Return the address that hubs connect to. Register an endpoint if there is none."""
    try:
        return client.account.get_custom_endpoint().endpoint_address
    except ResourceNotFoundError:
        return client.account.register_custom_endpoint().endpoint_address


def encrypt_with(client: Client, kms_key_arn: str) -> None:
    """Encrypt the account's data with a key, unless the key is already in use."""
    present = client.account.get_default_encryption_configuration()
    if present.kms_key_arn != kms_key_arn:
        client.account.put_default_encryption_configuration(
            encryption_type=EncryptionType.CUSTOMER_KEY_ENCRYPTION, kms_key_arn=kms_key_arn
        )
    try:
        client.account.wait_until_encrypted(timeout=900)
    except WaitFailedError as error:
        print("The service cannot use the key:", error.last_value)
        raise


def main() -> None:
    """Run on the emulator. With an AWS account, use `iotmi.Client()` instead."""
    with Emulator() as emulator:
        # The waiters of this client do not sleep between polls.
        client = emulator.client()
        print("Hubs connect to", endpoint_address(client))
        encrypt_with(client, KEY)
        print("Encrypted:", client.account.get_default_encryption_configuration().encryption_type)
        client.account.put_hub_configuration(hub_token_timer_expiry_setting_in_seconds=3600)


if __name__ == "__main__":
    main()
