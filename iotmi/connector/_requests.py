"""The four requests of the service to a connector, as frozen values.

Owns the public names and types of their members. Does not know how an invocation is read.

Source: https://docs.aws.amazon.com/iot-mi/latest/devguide/connector-operations-overview.html
"""

from typing import ClassVar, Final, TypeAlias

from attrs import field, frozen

from iotmi._schema.printing import Printed, hidden
from iotmi.capabilities import Command
from iotmi.capabilities.matter import MatterCommand


@frozen
class OAuthToken(Printed):
    """The access token of an end user for the third-party cloud. Reprs redact the token.

    Attributes:
        token: the token. Secret.
    """

    type: ClassVar[str] = "OAuth2.0"

    token: str = field(repr=hidden)


@frozen
class SecretReference(Printed):
    """The secret in AWS Secrets Manager with the credentials of an end user. Reprs redact it.

    Attributes:
        arn: the ARN of the secret.
        version_id: the version of the secret.
    """

    type: ClassVar[str] = "GeneralAuthorization"

    arn: str = field(repr=hidden)
    version_id: str | None = field(default=None, repr=hidden)


Auth: TypeAlias = OAuthToken | SecretReference
"""The credentials in a request. A ``match`` over the two classes is exhaustive."""


@frozen(kw_only=True)
class ConnectorRequest(Printed):
    """The members that every request has.

    Attributes:
        auth: the credentials of the end user.
        connector_id: the id of the cloud connector.
        operation_version: the version of the operation, such as ``1.0``, or None.
    """

    operation: ClassVar[str]

    auth: Auth
    connector_id: str
    operation_version: str | None = None


@frozen(kw_only=True)
class ActivateUser(ConnectorRequest):
    """A request to identify the end user who has just signed in."""

    operation: ClassVar[str] = "AWS.ActivateUser"


@frozen(kw_only=True)
class DiscoverDevices(ConnectorRequest):
    """A request for the devices of an end user.

    Attributes:
        device_discovery_id: the id of the discovery. A repeated request has the same id.
        device_ids: the ids of the requested devices in the third-party cloud. Empty for all.
    """

    operation: ClassVar[str] = "AWS.DiscoverDevices"

    device_discovery_id: str
    device_ids: tuple[str, ...] = field(default=(), repr=hidden)


@frozen(kw_only=True)
class SendCommand(ConnectorRequest):
    """A request to carry out commands on one device.

    Attributes:
        device_id: the id of the device in the third-party cloud.
        trace_id: the id of the command. A repeated request has the same id.
        commands: the commands in their order. Commands of known capabilities are typed. All others
            are `MatterCommand`.
    """

    operation: ClassVar[str] = "AWS.SendCommand"

    device_id: str = field(repr=hidden)
    trace_id: str
    commands: tuple[Command | MatterCommand, ...] = ()


@frozen(kw_only=True)
class DeactivateUser(ConnectorRequest):
    """A request to forget an end user. The service has deleted the account association."""

    operation: ClassVar[str] = "AWS.DeactivateUser"


Request: TypeAlias = ActivateUser | DiscoverDevices | SendCommand | DeactivateUser
"""A request of the service. A ``match`` over the four classes is exhaustive."""

OPERATIONS: Final[tuple[type[Request], ...]] = (
    ActivateUser,
    DiscoverDevices,
    SendCommand,
    DeactivateUser,
)


def secrets_of(auth: Auth) -> tuple[str, ...]:
    """Return the secret strings of *auth*."""
    if isinstance(auth, OAuthToken):
        return (auth.token,)
    return (auth.arn, auth.version_id or "")


def key_of(request: Request) -> str | None:
    """Return the key that repeated deliveries of *request* share, or None if they share no id."""
    match request:
        case DiscoverDevices(device_discovery_id=identifier) | SendCommand(trace_id=identifier):
            return f"{request.operation} {request.connector_id} {identifier}"
    return None
