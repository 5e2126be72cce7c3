"""Groups: the groups of devices that an endpoint belongs to."""

from collections.abc import Sequence
from typing import Annotated

from iotmi.capabilities._base import (
    Bitmap,
    Capability,
    Command,
    Number,
    Text,
    WireName,
    attribute,
)


class NameSupport(Bitmap):
    """The support for group names."""

    GROUP_NAMES = 1 << 7


class AddGroup(Command):
    """Add the endpoint to a group."""

    number = 0x00

    group_id: Annotated[int, Number(1, 65_535), WireName("GroupID")]
    group_name: Annotated[str, Text(max=16)]


class ViewGroup(Command):
    """Request the name of a group."""

    number = 0x01

    group_id: Annotated[int, Number(1, 65_535), WireName("GroupID")]


class GetGroupMembership(Command):
    """Request the groups in a list that the endpoint belongs to. An empty list means all groups."""

    number = 0x02

    group_list: Sequence[Annotated[int, Number(1, 65_535)]]


class RemoveGroup(Command):
    """Remove the endpoint from a group."""

    number = 0x03

    group_id: Annotated[int, Number(1, 65_535), WireName("GroupID")]


class RemoveAllGroups(Command):
    """Remove the endpoint from all groups."""

    number = 0x04


class AddGroupIfIdentifying(Command):
    """Add the endpoint to a group if the endpoint is identifying itself."""

    number = 0x05

    group_id: Annotated[int, Number(1, 65_535), WireName("GroupID")]
    group_name: Annotated[str, Text(max=16)]


class Groups(Capability):
    """The groups that an endpoint belongs to."""

    id = "matter.Groups@1.4"
    name = "Groups"
    version = "4"
    number = 0x0004

    name_support: NameSupport | None = attribute(0x0000)

    add_group = AddGroup
    view_group = ViewGroup
    get_group_membership = GetGroupMembership
    remove_group = RemoveGroup
    remove_all_groups = RemoveAllGroups
    add_group_if_identifying = AddGroupIfIdentifying
