"""The ARNs of the emulated resources.

Owns the format of an ARN. It must not know any single resource type.
"""

from attrs import frozen

from iotmi.emulator._model.resource_types import ResourceType


@frozen
class AccountScope:
    """The Region and account of the emulated resources, which their ARNs name.

    Its text is the common prefix of their ARNs.

    Attributes:
        region_name: name of the Region.
        account_id: account number of 12 digits.
    """

    region_name: str
    account_id: str

    def arn(self, resource_type: ResourceType, identifier: str) -> str:
        """Return the ARN of a resource."""
        return f"{self}:{resource_type.name}/{identifier}"

    def __str__(self) -> str:
        return f"arn:aws:iotmanagedintegrations:{self.region_name}:{self.account_id}"
