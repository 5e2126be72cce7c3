"""What an account needs once, before its first hub: an address, and a key of its own."""

from iotmi import Client, EncryptionType, ResourceNotFoundError, WaitFailedError
from iotmi.emulator import Emulator

KEY = "arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f"


def endpoint_address(client: Client) -> str:
    """The address that hubs connect to, registered if it is not yet."""
    try:
        return client.account.get_custom_endpoint().endpoint_address
    except ResourceNotFoundError:
        return client.account.register_custom_endpoint().endpoint_address


def encrypt_with(client: Client, kms_key_arn: str) -> None:
    """Have the account's data encrypted with a key, unless it is already."""
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
    """Run on the emulator; with an AWS account, `iotmi.Client()` takes its client's place."""
    with Emulator() as emulator:
        # Here nothing has to be waited for, so the pauses of waiters are left out.
        client = emulator.client()
        print("Hubs connect to", endpoint_address(client))
        encrypt_with(client, KEY)
        print("Encrypted:", client.account.get_default_encryption_configuration().encryption_type)
        client.account.put_hub_configuration(hub_token_timer_expiry_setting_in_seconds=3600)


if __name__ == "__main__":
    main()
