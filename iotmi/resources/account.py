"""The account: what is set once for all hubs and devices of an account in a Region."""

from datetime import datetime
from typing import Annotated, Final

from iotmi._binding import Family, M, call, flow
from iotmi._sansio.steps import Steps
from iotmi._sansio.waiter import wait_until
from iotmi._schema.enums import OpenEnum
from iotmi._schema.model import Request, camel_model, model
from iotmi._schema.traits import Number, Text
from iotmi.waiting import DEFAULT_POLL_INTERVAL, PollInterval

HubTokenTimerExpirySettingInSeconds = Annotated[int, Number(1, None)]
EndpointAddress = Annotated[str, Text(1, 256, r"[A-Za-z0-9._@-]+")]
KmsKeyArn = Annotated[str, Text(1, 200, r"arn:aws:kms:[0-9a-zA-Z-]+:[0-9]+:key/[0-9a-zA-Z-]+")]
ConfigurationErrorCode = Annotated[str, Text(1, 256, r"[a-zA-Z0-9_-]+")]
ConfigurationErrorMessage = Annotated[str, Text(1, 65535, r"[a-zA-Z0-9\-._,]+")]


@model
class HubConfiguration:
    """What is set for all hubs of the account.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetHubConfiguration.html
    """

    hub_token_timer_expiry_setting_in_seconds: HubTokenTimerExpirySettingInSeconds | None = None
    updated_at: datetime | None = None


@model
class GetHubConfiguration(Request[HubConfiguration]):
    """What is set for all hubs of the account.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetHubConfiguration.html
    """


@model
class StoredHubConfiguration:
    """What is now set for all hubs of the account.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_PutHubConfiguration.html
    """

    hub_token_timer_expiry_setting_in_seconds: HubTokenTimerExpirySettingInSeconds | None = None


@model
class PutHubConfiguration(Request[StoredHubConfiguration]):
    """Set after how many seconds the tokens of hubs expire: at least 1.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_PutHubConfiguration.html
    """

    hub_token_timer_expiry_setting_in_seconds: HubTokenTimerExpirySettingInSeconds


@model
class CustomEndpoint:
    """Where the hubs and devices of the account connect to, in one Region: a host name.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetCustomEndpoint.html
    """

    endpoint_address: EndpointAddress


@model
class GetCustomEndpoint(Request[CustomEndpoint]):
    """Where the hubs and devices of the account connect to.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetCustomEndpoint.html
    """


@model
class RegisterCustomEndpoint(Request[CustomEndpoint]):
    """Give the account an address of its own for its hubs and devices to connect to.

    The service takes 1 of these calls a second. It is not repeated after an error that leaves open
    whether the service acted: `get_custom_endpoint` tells.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_RegisterCustomEndpoint.html
    """

    idempotent = False


class EncryptionType(OpenEnum):
    """Whose key the account's data is encrypted with: the service's, or your own."""

    MANAGED_INTEGRATIONS_DEFAULT_ENCRYPTION = "MANAGED_INTEGRATIONS_DEFAULT_ENCRYPTION"
    CUSTOMER_KEY_ENCRYPTION = "CUSTOMER_KEY_ENCRYPTION"


class ConfigurationState(OpenEnum):
    """How far a change of the encryption has come."""

    ENABLED = "ENABLED"
    UPDATE_IN_PROGRESS = "UPDATE_IN_PROGRESS"
    UPDATE_FAILED = "UPDATE_FAILED"


@camel_model
class ConfigurationError:
    """Why a change of the encryption failed.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ConfigurationError.html
    """

    code: ConfigurationErrorCode | None = None
    message: ConfigurationErrorMessage | None = None


@camel_model
class ConfigurationStatus:
    """How far a change of the encryption has come, and why it failed where it did.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ConfigurationStatus.html
    """

    error: ConfigurationError | None = None
    state: ConfigurationState


@camel_model
class DefaultEncryptionConfiguration:
    """How the account's data is encrypted.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetDefaultEncryptionConfiguration.html
    """

    configuration_status: ConfigurationStatus
    encryption_type: EncryptionType
    kms_key_arn: KmsKeyArn | None = None


@model
class GetDefaultEncryptionConfiguration(Request[DefaultEncryptionConfiguration]):
    """How the account's data is encrypted.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetDefaultEncryptionConfiguration.html
    """


@camel_model
class PutDefaultEncryptionConfiguration(Request[DefaultEncryptionConfiguration]):
    """Set how the account's data is encrypted.

    ``CUSTOMER_KEY_ENCRYPTION`` needs `kms_key_arn`, the ARN of a KMS key, at most 200 characters,
    which the service must be allowed to use. The change takes time: `wait_until_encrypted` waits
    for it. It is not repeated after an error that leaves open whether the service acted.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_PutDefaultEncryptionConfiguration.html
    """

    idempotent = False

    encryption_type: EncryptionType
    kms_key_arn: KmsKeyArn | None = None


def _until_encrypted(
    *, timeout: float = 300.0, pauses: PollInterval = DEFAULT_POLL_INTERVAL
) -> Steps[DefaultEncryptionConfiguration]:
    """Wait until a change of the account's encryption is in effect, and give it.

    Args:
        timeout: seconds to wait at most.
        pauses: how often to look.

    Raises:
        WaitFailedError: the change failed; the error's ``value`` is the configuration, whose status
            says why.
        WaitTimeoutError: it was not in effect in time; the error's ``value`` is the configuration.
    """
    return wait_until(
        GetDefaultEncryptionConfiguration(),
        expected="default encryption ENABLED",
        is_success=lambda found: found.configuration_status.state == ConfigurationState.ENABLED,
        is_failure=lambda found: (
            found.configuration_status.state == ConfigurationState.UPDATE_FAILED
        ),
        timeout=timeout,
        poll_interval=pauses,
    )


class Account(Family[M]):
    """What is set once for all hubs and devices of the account in a Region."""

    get_hub_configuration: Final = call(GetHubConfiguration)
    """What is set for all hubs of the account."""
    put_hub_configuration: Final = call(PutHubConfiguration)
    """Set after how many seconds the tokens of hubs expire: at least 1."""
    get_custom_endpoint: Final = call(GetCustomEndpoint)
    """Where the hubs and devices of the account connect to."""
    register_custom_endpoint: Final = call(RegisterCustomEndpoint)
    """Give the account an address of its own for its hubs and devices to connect to."""
    get_default_encryption_configuration: Final = call(GetDefaultEncryptionConfiguration)
    """How the account's data is encrypted."""
    put_default_encryption_configuration: Final = call(PutDefaultEncryptionConfiguration)
    """Set how the account's data is encrypted."""
    wait_until_encrypted: Final = flow(_until_encrypted)
    """Wait until a change of the account's encryption is in effect, and give it."""
