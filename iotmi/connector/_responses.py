"""The values that the functions of a connector return, and the JSON of a response.

Owns the rules of messages and status codes. Does not know how a result is sent.

Source: https://docs.aws.amazon.com/iot-mi/latest/devguide/connector-operations-overview.html
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, NotRequired, TypeAlias, TypedDict, TypeVar

from attrs import field, frozen

from iotmi._models.capabilities import CapabilitySchemaItem
from iotmi._models.common import CONNECTOR_DEVICE_NAME, ENDPOINT_ID
from iotmi._models.matter import MatterCapabilityReport
from iotmi._schema.containers import JsonValue, ReadOnlyMap
from iotmi._schema.printing import Printed, hidden
from iotmi.capabilities import Capability
from iotmi.capabilities.matter import Part, report
from iotmi.connector._errors import ConnectorError
from iotmi.errors import ConstraintError, Problem
from iotmi.resources.cloud_connectors import CONNECTOR_EVENT_MESSAGE, THIRD_PARTY_USER_ID, Device

if TYPE_CHECKING:
    from attrs import Attribute

T = TypeVar("T")

OK: Final = 200
FAILED: Final = 500
_FIRST_ERROR: Final = 400
_LAST_ERROR: Final = 550

_USER_ID: Final = THIRD_PARTY_USER_ID[0]
_MESSAGE: Final = CONNECTOR_EVENT_MESSAGE[0]
_NOT_IN_MESSAGES: Final = re.compile(r"[^a-zA-Z0-9_.,@-]+", re.ASCII)
_NOT_IN_NAMES: Final = re.compile(r"[^\w .-]+|[\s_]*[\r\n\t]+[\s_]*")


class ResponseHeader(TypedDict):
    """The header of a response."""

    responseCode: int


class ResponsePayload(TypedDict):
    """The payload of a response. Only the response to ``AWS.ActivateUser`` has a user id."""

    responseMessage: str
    userId: NotRequired[str]


class ConnectorResponse(TypedDict):
    """The response of a connector to the service."""

    header: ResponseHeader
    payload: ResponsePayload


Places: TypeAlias = Mapping[str, Sequence[Capability]]


def _require_user_id(_: object, attribute: "Attribute[T]", value: T) -> None:
    del attribute
    if value is None:
        return
    broken = _USER_ID.violation(value) if isinstance(value, str) else "must be a string"
    if broken:
        raise ConstraintError("user_id", (Problem("user_id", broken, "***"),))


@frozen
class UserActivated(Printed):
    """The response to `ActivateUser`.

    Attributes:
        user_id: the id of the end user in the third-party cloud, 1 to 64 characters. Sensitive.
        message: the message of the response.

    Raises:
        ConstraintError: the user id breaks the limits of the service.
    """

    user_id: str = field(repr=hidden, validator=_require_user_id)
    message: str = "user activated"


def _by_endpoint(
    states: Sequence[Capability] | Mapping[str, Sequence[Capability]],
) -> ReadOnlyMap[str, tuple[Capability, ...]]:
    places = states if isinstance(states, Mapping) else {"1": states} if states else {}
    for endpoint in places:
        broken = ENDPOINT_ID.violation(endpoint)
        if broken:
            raise ConstraintError("states", (Problem("endpoint", broken, endpoint),))
    return ReadOnlyMap({endpoint: tuple(values) for endpoint, values in places.items()})


@frozen
class CommandResponse(Printed):
    """The response to `SendCommand`.

    The state of the managed thing changes only by `states`. Without states the response is an
    acknowledgement.

    Attributes:
        states: the new properties, such as ``[OnOff(on_off=True)]``, for endpoint ``1``. Pass a
            mapping from endpoint ids for others.
        message: the message of the response, or None. Other characters than letters, digits and
            ``_.,@-`` become spaces.
        status_code: the status, from 100 to 550.
        user_id: the id of the end user in the third-party cloud, or None. Sensitive.
    """

    states: Mapping[str, tuple[Capability, ...]] = field(
        default=ReadOnlyMap({}), converter=_by_endpoint
    )
    message: str | None = field(default=None, kw_only=True)
    status_code: int = field(default=OK, kw_only=True)
    user_id: str | None = field(default=None, kw_only=True, repr=hidden, validator=_require_user_id)


@frozen
class DiscoveredDevice(Printed):
    """One device of an end user in the third-party cloud.

    Attributes:
        device_id: the id of the device in the third-party cloud: 1 to 256 letters, digits and
            ``_.,@-``. Sensitive.
        capabilities: the capabilities of endpoint ``1``, or a mapping from endpoint ids. A class
            such as `OnOff` reports all attributes. A value such as ``OnOff(on_off=True)`` reports
            the attributes that it holds.
        name: the display name, or None. Characters that the service refuses become spaces.
        device_types: the device types of endpoint ``1``, such as ``["On/Off Light"]``, or a mapping
            from endpoint ids.
        brand: the brand, or None.
        model: the model, or None.
        node_id: the id of the node, or None.
        metadata: more metadata as JSON, or None.
        capability_schemas: the schemas of capabilities of the application's own.

    Raises:
        ConstraintError: a member breaks a limit of the service.
    """

    device_id: str = field(repr=hidden)
    capabilities: Sequence[Part] | Mapping[str, Sequence[Part]] = ()
    name: str | None = field(default=None, kw_only=True)
    device_types: Sequence[str] | Mapping[str, Sequence[str]] = field(default=(), kw_only=True)
    brand: str | None = field(default=None, kw_only=True)
    model: str | None = field(default=None, kw_only=True)
    node_id: str | None = field(default=None, kw_only=True)
    metadata: Mapping[str, JsonValue] | None = field(default=None, kw_only=True, repr=hidden)
    capability_schemas: Sequence[CapabilitySchemaItem] | None = field(default=None, kw_only=True)
    _device: Device = field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        parts = self.capabilities
        types = self.device_types
        metadata = {
            **(self.metadata or {}),
            **({} if self.brand is None else {"Brand": self.brand}),
            **({} if self.model is None else {"Model": self.model}),
        }
        # Built now, so that a device that the service would refuse fails in the function that
        # creates it.
        device = Device(
            connector_device_id=self.device_id,
            connector_device_name=clean_name(self.name),
            capability_report=report(
                parts if isinstance(parts, Mapping) else {"1": parts},
                device_types=types if isinstance(types, Mapping) else {"1": types},
                node_id=self.node_id,
            ),
            capability_schemas=self.capability_schemas,
            device_metadata=metadata or None,
        )
        object.__setattr__(self, "_device", device)

    @property
    def capability_report(self) -> MatterCapabilityReport:
        """The capability report in Matter's form."""
        return self._device.capability_report

    @property
    def device(self) -> Device:
        """The device as a member of ``SendConnectorEvent``."""
        return self._device


def success(message: str, user_id: str | None = None) -> ConnectorResponse:
    """Return a response with status 200."""
    payload: ResponsePayload = {"responseMessage": shortened(message)}
    if user_id is not None:
        payload["userId"] = user_id
    return {"header": {"responseCode": OK}, "payload": payload}


def failure(error: ConnectorError) -> ConnectorResponse:
    """Return the response for *error*."""
    return {
        "header": {"responseCode": status_of(error)},
        "payload": {"responseMessage": shortened(error.message) or "the connector failed"},
    }


def status_of(error: ConnectorError) -> int:
    """Return the status code of *error*, or 500 if its number is not an error of HTTP."""
    code = error.status_code
    known = type(code) is int and _FIRST_ERROR <= code <= _LAST_ERROR
    return code if known else FAILED


def shortened(message: object) -> str:
    """Return *message* as one line without control characters, of at most 256 characters."""
    printable = "".join(each if each.isprintable() else " " for each in str(message))
    return " ".join(printable.split())[: _MESSAGE.max]


def clean_message(message: str | None) -> str | None:
    """Return *message* with the characters that the service accepts, or None if none is left."""
    if message is None:
        return None
    plain = unicodedata.normalize("NFKD", message)
    plain = "".join(each for each in plain if not unicodedata.combining(each))
    return _NOT_IN_MESSAGES.sub(" ", plain).strip()[: _MESSAGE.max].strip() or None


def clean_name(name: str | None) -> str | None:
    """Return a device's name with the characters that the service accepts, or None."""
    if name is None:
        return None
    cleaned = " ".join(_NOT_IN_NAMES.sub(" ", name).split())[: CONNECTOR_DEVICE_NAME.max].strip()
    return cleaned if cleaned and not CONNECTOR_DEVICE_NAME.violation(cleaned) else None
