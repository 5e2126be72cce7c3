"""Where the emulated resources are, and whose.

Owns the form of an ARN. It does not know any resource.
"""

from attrs import frozen

from iotmi.emulator._model.resource_types import ResourceType


@frozen
class AccountScope:
    """Whose resources these are, and where."""

    region_name: str
    account_id: str

    def arn(self, resource_type: ResourceType, identifier: str) -> str:
        """The ARN of a resource."""
        return f"{self}:{resource_type.name}/{identifier}"

    def __str__(self) -> str:
        return f"arn:aws:iotmanagedintegrations:{self.region_name}:{self.account_id}"
