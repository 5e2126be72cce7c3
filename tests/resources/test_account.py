"""The account's settings, through both clients."""

import pytest

from iotmi import (
    Account,
    AsyncClient,
    Client,
    ConfigurationError,
    ConfigurationState,
    ConfigurationStatus,
    ConstraintError,
    DefaultEncryptionConfiguration,
    EncryptionType,
    InternalFailureError,
    InternalServerError,
    WaitFailedError,
)
from iotmi.emulator import Emulator
from tests.support.flow_runner import fed

pytestmark = pytest.mark.anyio

KEY = "arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f"


def test_the_hub_configuration_is_kept(client: Client) -> None:
    """The stored value is returned at once and by a later read, with the time of the change."""
    stored = client.account.put_hub_configuration(hub_token_timer_expiry_setting_in_seconds=60)
    assert stored.hub_token_timer_expiry_setting_in_seconds == 60
    found = client.account.get_hub_configuration()
    assert found.hub_token_timer_expiry_setting_in_seconds == 60
    assert found.updated_at is not None
    assert found.updated_at.tzinfo is not None


def test_the_custom_endpoint_is_registered(client: Client) -> None:
    """A read returns the endpoint that the registration returned."""
    registered = client.account.register_custom_endpoint()
    assert registered.endpoint_address.endswith("-ats.iot.eu-west-1.amazonaws.com")
    assert client.account.get_custom_endpoint() == registered


def test_a_new_account_uses_the_service_s_key(client: Client) -> None:
    """A new account uses the service's key, and the waiter returns at once."""
    found = client.account.get_default_encryption_configuration()
    assert found.encryption_type == EncryptionType.MANAGED_INTEGRATIONS_DEFAULT_ENCRYPTION
    assert found.configuration_status.state == ConfigurationState.ENABLED
    assert client.account.wait_until_encrypted() == found


async def test_the_waiter_returns_once_the_key_is_in_effect(async_client: AsyncClient) -> None:
    """The waiter returns the configuration with the account's own key once it is in effect."""
    put = await async_client.account.put_default_encryption_configuration(
        encryption_type=EncryptionType.CUSTOMER_KEY_ENCRYPTION, kms_key_arn=KEY
    )
    assert put.kms_key_arn == KEY
    found = await async_client.account.wait_until_encrypted()
    assert (found.encryption_type, found.kms_key_arn) == (
        EncryptionType.CUSTOMER_KEY_ENCRYPTION,
        KEY,
    )
    assert found.configuration_status.state == ConfigurationState.ENABLED


def test_a_failed_change_ends_the_wait() -> None:
    """The waiter raises at once, and the error holds the configuration with the reason."""
    seen = DefaultEncryptionConfiguration(
        encryption_type=EncryptionType.CUSTOMER_KEY_ENCRYPTION,
        kms_key_arn=KEY,
        configuration_status=ConfigurationStatus(
            state=ConfigurationState.UPDATE_FAILED,
            error=ConfigurationError(code="KeyDisabled", message="disabled"),
        ),
    )
    with pytest.raises(WaitFailedError, match="KeyDisabled") as caught:
        fed(vars(Account)["wait_until_encrypted"].function(), seen)
    assert caught.value.last_value is seen


def test_a_registration_with_unknown_outcome_is_not_retried(
    client: Client, emulator: Emulator
) -> None:
    """A registration with an unknown outcome is not retried."""
    emulator.faults.fail("RegisterCustomEndpoint", "InternalServerException")
    with pytest.raises(InternalServerError) as caught:
        client.account.register_custom_endpoint()
    assert caught.value.attempts == 1
    assert len(emulator.calls) == 1


def test_a_change_of_the_key_with_unknown_outcome_is_not_retried(
    client: Client, emulator: Emulator
) -> None:
    """A change of the key with an unknown outcome is not retried."""
    emulator.faults.fail("PutDefaultEncryptionConfiguration", "InternalFailureException")
    with pytest.raises(InternalFailureError) as caught:
        client.account.put_default_encryption_configuration(
            encryption_type=EncryptionType.MANAGED_INTEGRATIONS_DEFAULT_ENCRYPTION
        )
    assert caught.value.attempts == 1


def test_a_replacement_is_retried(client: Client, emulator: Emulator) -> None:
    """A replacement is idempotent, so it is retried."""
    emulator.faults.fail("PutHubConfiguration", "InternalServerException")
    client.account.put_hub_configuration(hub_token_timer_expiry_setting_in_seconds=60)
    assert len(emulator.calls) == 2


def test_requests_are_validated_before_sending(client: Client, emulator: Emulator) -> None:
    """A token lifetime below 1 second and a key alias are rejected before anything is sent."""
    with pytest.raises(ConstraintError, match="at least 1"):
        client.account.put_hub_configuration(hub_token_timer_expiry_setting_in_seconds=0)
    with pytest.raises(ConstraintError, match="kms_key_arn"):
        client.account.put_default_encryption_configuration(
            encryption_type=EncryptionType.CUSTOMER_KEY_ENCRYPTION, kms_key_arn="alias/home"
        )
    assert emulator.calls == ()
