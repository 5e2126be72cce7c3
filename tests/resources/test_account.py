"""What is set for a whole account, as an application uses it."""

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
    """What is put is answered, and got with the time it was put."""
    stored = client.account.put_hub_configuration(hub_token_timer_expiry_setting_in_seconds=60)
    assert stored.hub_token_timer_expiry_setting_in_seconds == 60
    found = client.account.get_hub_configuration()
    assert found.hub_token_timer_expiry_setting_in_seconds == 60
    assert found.updated_at is not None
    assert found.updated_at.tzinfo is not None


def test_the_custom_endpoint_is_registered(client: Client) -> None:
    """The address that the registration gives is the one that is got."""
    registered = client.account.register_custom_endpoint()
    assert registered.endpoint_address.endswith("-ats.iot.eu-west-1.amazonaws.com")
    assert client.account.get_custom_endpoint() == registered


def test_an_account_begins_with_the_service_s_key(client: Client) -> None:
    """Nothing needs to be set; a waiter has nothing to wait for."""
    found = client.account.get_default_encryption_configuration()
    assert found.encryption_type == EncryptionType.MANAGED_INTEGRATIONS_DEFAULT_ENCRYPTION
    assert found.configuration_status.state == ConfigurationState.ENABLED
    assert client.account.wait_until_encrypted() == found


async def test_a_key_of_ones_own_is_waited_for(async_client: AsyncClient) -> None:
    """The change takes time; the configuration in effect is given."""
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


def test_a_change_that_failed_is_not_waited_for() -> None:
    """The waiter ends at once, with the configuration, whose status says why."""
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


def test_a_registration_is_not_repeated_when_nobody_knows(
    client: Client, emulator: Emulator
) -> None:
    """The service may have acted: the error is raised after one attempt."""
    emulator.faults.fail("RegisterCustomEndpoint", "InternalServerException")
    with pytest.raises(InternalServerError) as caught:
        client.account.register_custom_endpoint()
    assert caught.value.attempts == 1
    assert len(emulator.calls) == 1


def test_a_change_of_the_key_is_not_repeated_when_nobody_knows(
    client: Client, emulator: Emulator
) -> None:
    """Neither is this one."""
    emulator.faults.fail("PutDefaultEncryptionConfiguration", "InternalFailureException")
    with pytest.raises(InternalFailureError) as caught:
        client.account.put_default_encryption_configuration(
            encryption_type=EncryptionType.MANAGED_INTEGRATIONS_DEFAULT_ENCRYPTION
        )
    assert caught.value.attempts == 1


def test_a_replacement_is_repeated(client: Client, emulator: Emulator) -> None:
    """To set the same seconds twice does what once does."""
    emulator.faults.fail("PutHubConfiguration", "InternalServerException")
    client.account.put_hub_configuration(hub_token_timer_expiry_setting_in_seconds=60)
    assert len(emulator.calls) == 2


def test_limits_are_checked_before_anything_is_sent(client: Client, emulator: Emulator) -> None:
    """No token lives for less than a second, and an alias is no key."""
    with pytest.raises(ConstraintError, match="at least 1"):
        client.account.put_hub_configuration(hub_token_timer_expiry_setting_in_seconds=0)
    with pytest.raises(ConstraintError, match="kms_key_arn"):
        client.account.put_default_encryption_configuration(
            encryption_type=EncryptionType.CUSTOMER_KEY_ENCRYPTION, kms_key_arn="alias/home"
        )
    assert emulator.calls == ()
