"""The materials of devices in another vendor's cloud."""

import re
from collections.abc import Iterable
from typing import Final, Self

from attrs import field, frozen, validators

from iotmi._models.common import ACCOUNT_ASSOCIATION_ID, CONNECTOR_DEVICE_ID, DEVICE_DISCOVERY_ID
from iotmi._models.managed_things import AuthenticationMaterialType
from iotmi.materials._base import MaterialBase, hidden, items_of, sealed_class, within

_CLOUD_DEVICE: Final = re.compile(r"CLOUD:([^:]*):([^:]*)", re.DOTALL)
_PRE_ONBOARDED: Final = re.compile(r"CLOUD:([^:]*):(.*)", re.DOTALL)


def _ids(values: Iterable[str]) -> tuple[str, ...]:
    ids = items_of(values) or ()
    # The validator refuses an empty id with a message that names the field.
    return tuple(item if isinstance(item, str) else "" for item in ids)


@sealed_class
@frozen(kw_only=True)
class CloudDevice(MaterialBase):
    """A device that a discovery found in another vendor's cloud.

    Attributes:
        device_discovery_id: the discovery's id, 1 to 200 ASCII letters and digits.
        connector_device_id: the device's id at the connector, 1 to 256 ASCII letters, digits and
            ``_ , @ -``. The service also returns ids with dots, but accepts no dot in a material.

    Source: https://docs.aws.amazon.com/iot-mi/latest/devguide/use-c2c-create-cloud-connector.html
    """

    type = AuthenticationMaterialType.DISCOVERED_DEVICE
    form = "CLOUD:<device discovery id>:<connector device id>"

    device_discovery_id: str = field(validator=within(DEVICE_DISCOVERY_ID), repr=hidden)
    connector_device_id: str = field(validator=within(CONNECTOR_DEVICE_ID), repr=hidden)

    @classmethod
    def _read(cls, text: str) -> Self:
        found = _CLOUD_DEVICE.fullmatch(text)
        if found is None:
            raise cls._not_of_form()
        return cls(device_discovery_id=found[1], connector_device_id=found[2])

    @property
    def text(self) -> str:
        """The material: ``CLOUD:<device discovery id>:<connector device id>``."""
        return f"CLOUD:{self.device_discovery_id}:{self.connector_device_id}"


@sealed_class
@frozen(kw_only=True)
class PreOnboardedCloudDevice(MaterialBase):
    """A device in another vendor's cloud that is created before it is discovered.

    Attributes:
        connector_device_id: the device's id at the connector, as in `CloudDevice`.
        account_association_ids: the ids of one or more account associations, each of 1 to 64 ASCII
            letters and digits.

    Source: https://docs.aws.amazon.com/iot-mi/latest/devguide/use-c2c-create-cloud-connector.html
    """

    type = AuthenticationMaterialType.PRE_ONBOARDED_CLOUD
    form = "CLOUD:<connector device id>:<account association id>, with one or more associations"

    connector_device_id: str = field(validator=within(CONNECTOR_DEVICE_ID), repr=hidden)
    account_association_ids: tuple[str, ...] = field(
        converter=_ids,
        validator=validators.deep_iterable(within(ACCOUNT_ASSOCIATION_ID)),
        repr=hidden,
    )

    def __attrs_post_init__(self) -> None:
        if not self.account_association_ids:
            raise self._error("account_association_ids must be a list of one or more ids")
        super().__attrs_post_init__()

    @classmethod
    def _read(cls, text: str) -> Self:
        found = _PRE_ONBOARDED.fullmatch(text)
        if found is None:
            raise cls._not_of_form()
        return cls(connector_device_id=found[1], account_association_ids=found[2].split(":"))

    @property
    def text(self) -> str:
        """The material: ``CLOUD:<connector device id>:<account association id>…``."""
        return ":".join(("CLOUD", self.connector_device_id, *self.account_association_ids))
