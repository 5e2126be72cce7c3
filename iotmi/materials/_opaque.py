"""The materials with a content that only the service or a plugin understands."""

from typing import Self

from attrs import field, frozen

from iotmi._models.managed_things import AuthenticationMaterialType
from iotmi.materials._base import MaterialBase, hidden, sealed_class


@sealed_class
@frozen
class DiscoveredDevice(MaterialBase):
    """A device that a hub's discovery found.

    Attributes:
        text: the ``authentication_material`` of a `iotmi.DiscoveredDeviceSummary`, unchanged.

    Source: https://docs.aws.amazon.com/iot-mi/latest/devguide/managedintegrations-sdk-v2-cookbook-ugs.html
    """

    type = AuthenticationMaterialType.DISCOVERED_DEVICE
    form = "the material of a discovered device, which does not begin with CLOUD:"

    # A frozen field is read-only, like the property that it overrides.
    text: str = field(repr=hidden)  # pyright: ignore[reportIncompatibleMethodOverride]

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        if self.text.startswith("CLOUD:"):
            raise self._error("the text begins with CLOUD: and belongs to CloudDevice")

    @classmethod
    def _read(cls, text: str) -> Self:
        return cls(text)


@sealed_class
@frozen
class CustomProtocolCode(MaterialBase):
    """The code of a device with a protocol that your plugin adds to the hub.

    The service documents no format. JSON is accepted without dots, apostrophes, square brackets and
    characters outside ASCII.

    Attributes:
        text: 1 to 512 characters.

    Source: https://docs.aws.amazon.com/iot-mi/latest/devguide/hub-sdk-client.html
    """

    type = AuthenticationMaterialType.CUSTOM_PROTOCOL_QR_BAR_CODE
    form = "1 to 512 characters"

    # A frozen field is read-only, like the property that it overrides.
    text: str = field(repr=hidden)  # pyright: ignore[reportIncompatibleMethodOverride]

    @classmethod
    def _read(cls, text: str) -> Self:
        return cls(text)
