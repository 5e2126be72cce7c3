"""Groups: the groups of devices that an endpoint belongs to."""

from collections.abc import Sequence
from typing import Annotated

from iotmi.capabilities._base import (
    Bitmap,
    Capability,
    Command,
    Number,
    Text,
    Wire,
    action,
    attribute,
)


class NameSupport(Bitmap):
    """The support of names of groups."""

    GROUP_NAMES = 1 << 7


class AddGroup(Command):
    """Add the endpoint to a group."""

    group_id: Annotated[int, Number(1, 65_535), Wire("GroupID")]
    group_name: Annotated[str, Text(max=16)]


class ViewGroup(Command):
    """Ask for the name of a group."""

    group_id: Annotated[int, Number(1, 65_535), Wire("GroupID")]


class GetGroupMembership(Command):
    """Ask which groups of a list the endpoint belongs to; an empty list means all."""

    group_list: Sequence[Annotated[int, Number(1, 65_535)]]


class RemoveGroup(Command):
    """Remove the endpoint from a group."""

    group_id: Annotated[int, Number(1, 65_535), Wire("GroupID")]


class RemoveAllGroups(Command):
    """Remove the endpoint from all groups."""


class AddGroupIfIdentifying(Command):
    """Add the endpoint to a group if it is identifying itself."""

    group_id: Annotated[int, Number(1, 65_535), Wire("GroupID")]
    group_name: Annotated[str, Text(max=16)]


class Groups(Capability):
    """The groups that an endpoint belongs to."""

    id = "matter.Groups@1.4"
    name = "Groups"
    version = "4"
    number = 0x0004

    name_support: NameSupport | None = attribute(0x0000)

    add_group = action(0x00, AddGroup)
    view_group = action(0x01, ViewGroup)
    get_group_membership = action(0x02, GetGroupMembership)
    remove_group = action(0x03, RemoveGroup)
    remove_all_groups = action(0x04, RemoveAllGroups)
    add_group_if_identifying = action(0x05, AddGroupIfIdentifying)
