"""The filters of a listing of things, as options. This module does not list."""

import functools
from collections.abc import Mapping
from typing import Final

import click

from iotmi.cli._options import Function, with_options
from iotmi.cli._types import EnumType

_FILTERS: Final[Mapping[str, str]] = {
    "role": "role_filter",
    "status": "provisioning_status_filter",
    "hub": "parent_controller_identifier_filter",
    "locker": "credential_locker_filter",
    "owner": "owner_filter",
    "serial_number": "serial_number_filter",
    "connector_destination": "connector_destination_id_filter",
    "connector_device": "connector_device_id_filter",
}
"""The parameter of ``client.managed_things.list`` for each filter."""


def filter_options(function: Function) -> Function:
    """Add the filters of a listing of things. Pass them as the parameters of `list`."""

    @functools.wraps(function)
    def wrapper(*arguments: object, **options: object) -> None:
        filters = {
            parameter: options[name]
            for name, parameter in _FILTERS.items()
            if options[name] is not None
        }
        others = {name: value for name, value in options.items() if name not in _FILTERS}
        function(*arguments, filters=filters, **others)

    return with_options(
        wrapper,
        click.option(
            "--role", type=EnumType("Role"), metavar="ROLE", help="CONTROLLER for hubs, or DEVICE."
        ),
        click.option(
            "--status",
            type=EnumType("ProvisioningStatus"),
            metavar="STATUS",
            help="Stage of the things, such as ACTIVATED.",
        ),
        click.option("--hub", metavar="ID", help="Hub that controls the things."),
        click.option("--locker", metavar="ID", help="Credential locker of the things."),
        click.option("--owner", metavar="NAME", help="Owner of the things."),
        click.option("--serial-number", metavar="TEXT", help="Serial number of the thing."),
        click.option(
            "--connector-destination", metavar="ID", help="Destination of a cloud connector."
        ),
        click.option("--connector-device", metavar="ID", help="Id of the device in its own cloud."),
    )
