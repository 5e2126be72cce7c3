"""Account: settings that hold for all hubs and devices of the account in one Region."""

from datetime import datetime
from typing import Annotated, Final

from iotmi._binding import Family, M, call, flow
from iotmi._sansio.steps import Steps
from iotmi._sansio.waiter import wait_until
from iotmi._schema.enums import OpenEnum
from iotmi._schema.model import Request, camel_model, model
from iotmi._schema.traits import Number, Text
from iotmi.waiting import DEFAULT_POLL_INTERVAL, PollInterval

TOKEN_EXPIRY_SECONDS: Final = Number(1, None)
ENDPOINT_ADDRESS: Final = Text(1, 256, r"[A-Za-z0-9._@-]+")
KMS_KEY_ARN: Final = Text(1, 200, r"arn:aws:kms:[0-9a-zA-Z-]+:[0-9]+:key/[0-9a-zA-Z-]+")
CONFIGURATION_ERROR_CODE: Final = Text(1, 256, r"[a-zA-Z0-9_-]+")
CONFIGURATION_ERROR_MESSAGE: Final = Text(1, 65535, r"[a-zA-Z0-9\-._,]+")


@model
class HubConfiguration:
    """The settings of all hubs of the account.

    Attributes:
        hub_token_timer_expiry_setting_in_seconds: lifetime of hub tokens in seconds, at least 1.
        updated_at: time of the last change.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetHubConfiguration.html
    """

    hub_token_timer_expiry_setting_in_seconds: Annotated[int, TOKEN_EXPIRY_SECONDS] | None = None
    updated_at: datetime | None = None


@model
class GetHubConfiguration(Request[HubConfiguration]):
    """Return the settings of all hubs of the account.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetHubConfiguration.html
    """


@model
class StoredHubConfiguration:
    """The settings of all hubs of the account, as stored.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_PutHubConfiguration.html
    """

    hub_token_timer_expiry_setting_in_seconds: Annotated[int, TOKEN_EXPIRY_SECONDS] | None = None


@model
class PutHubConfiguration(Request[StoredHubConfiguration]):
    """Set the lifetime of the tokens of all hubs.

    Args:
        hub_token_timer_expiry_setting_in_seconds: lifetime in seconds, at least 1.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_PutHubConfiguration.html
    """

    hub_token_timer_expiry_setting_in_seconds: Annotated[int, TOKEN_EXPIRY_SECONDS]


@model
class CustomEndpoint:
    """The endpoint that the hubs and devices of the account connect to.

    Attributes:
        endpoint_address: host name, 1 to 256 characters.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetCustomEndpoint.html
    """

    endpoint_address: Annotated[str, ENDPOINT_ADDRESS]


@model
class GetCustomEndpoint(Request[CustomEndpoint]):
    """Return the endpoint that the hubs and devices of the account connect to.

    Raises:
        ResourceNotFoundError: the account has no custom endpoint in this Region.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetCustomEndpoint.html
    """


@model
class RegisterCustomEndpoint(Request[CustomEndpoint]):
    """Register an endpoint of the account's own for its hubs and devices to connect to.

    The default quota is 1 call per second. If the outcome of an attempt is unknown, the call is not
    retried: `get_custom_endpoint` shows the result.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_RegisterCustomEndpoint.html
    """

    idempotent = False


class EncryptionType(OpenEnum):
    """The owner of the key that encrypts the account's data: the service, or the account."""

    MANAGED_INTEGRATIONS_DEFAULT_ENCRYPTION = "MANAGED_INTEGRATIONS_DEFAULT_ENCRYPTION"
    CUSTOMER_KEY_ENCRYPTION = "CUSTOMER_KEY_ENCRYPTION"


class ConfigurationState(OpenEnum):
    """The progress of a change of the encryption."""

    ENABLED = "ENABLED"
    UPDATE_IN_PROGRESS = "UPDATE_IN_PROGRESS"
    UPDATE_FAILED = "UPDATE_FAILED"


@camel_model
class ConfigurationError:
    """The reason why a change of the encryption failed.

    Attributes:
        code: error code, 1 to 256 characters.
        message: explanation, at most 65535 characters.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ConfigurationError.html
    """

    code: Annotated[str, CONFIGURATION_ERROR_CODE] | None = None
    message: Annotated[str, CONFIGURATION_ERROR_MESSAGE] | None = None


@camel_model
class ConfigurationStatus:
    """The progress of a change of the encryption.

    Attributes:
        error: reason of the failure; None unless `state` is ``UPDATE_FAILED``.
        state: progress.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ConfigurationStatus.html
    """

    error: ConfigurationError | None = None
    state: ConfigurationState


@camel_model
class DefaultEncryptionConfiguration:
    """The encryption of the account's data.

    Attributes:
        configuration_status: progress of the last change.
        encryption_type: owner of the key.
        kms_key_arn: ARN of the account's KMS key; None for the service's key.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetDefaultEncryptionConfiguration.html
    """

    configuration_status: ConfigurationStatus
    encryption_type: EncryptionType
    kms_key_arn: Annotated[str, KMS_KEY_ARN] | None = None


@model
class GetDefaultEncryptionConfiguration(Request[DefaultEncryptionConfiguration]):
    """Return how the account's data is encrypted.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetDefaultEncryptionConfiguration.html
    """


@camel_model
class PutDefaultEncryptionConfiguration(Request[DefaultEncryptionConfiguration]):
    """Set how the account's data is encrypted.

    The change is asynchronous: `wait_until_encrypted` polls until it is in effect. If the outcome
    of an attempt is unknown, the call is not retried.

    Args:
        encryption_type: owner of the key.
        kms_key_arn: ARN of a KMS key that the service may use, at most 200 characters; required for
            ``CUSTOMER_KEY_ENCRYPTION``.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_PutDefaultEncryptionConfiguration.html
    """

    idempotent = False

    encryption_type: EncryptionType
    kms_key_arn: Annotated[str, KMS_KEY_ARN] | None = None


def _until_encrypted(
    *, timeout: float = 300.0, pauses: PollInterval = DEFAULT_POLL_INTERVAL
) -> Steps[DefaultEncryptionConfiguration]:
    """Wait until a change of the encryption is in effect, and return the configuration.

    Args:
        timeout: longest wait in seconds.
        pauses: how often to poll, a `PollInterval`.

    Raises:
        WaitFailedError: the change failed; `last_value` of the error is the configuration, with the
            reason in its status.
        WaitTimeoutError: the change was not in effect in time; `last_value` of the error is the
            configuration.
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
    """Settings for all hubs and devices of the account in one Region."""

    get_hub_configuration: Final = call(GetHubConfiguration)
    put_hub_configuration: Final = call(PutHubConfiguration)
    get_custom_endpoint: Final = call(GetCustomEndpoint)
    register_custom_endpoint: Final = call(RegisterCustomEndpoint)
    get_default_encryption_configuration: Final = call(GetDefaultEncryptionConfiguration)
    put_default_encryption_configuration: Final = call(PutDefaultEncryptionConfiguration)
    wait_until_encrypted: Final = flow(_until_encrypted)
