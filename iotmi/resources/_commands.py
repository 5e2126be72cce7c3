"""Commands to managed things: the request, and the method that builds it from capabilities.

This module does not know how the outcome of a command arrives.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from attrs import field

from iotmi._models.capabilities import CommandEndpoint
from iotmi._models.common import (
    ACCOUNT_ASSOCIATION_ID,
    CONNECTOR_ASSOCIATION_ID,
    MANAGED_THING_ID,
)
from iotmi._models.managed_things import SentManagedThingCommand
from iotmi._sansio.steps import Steps, send
from iotmi._schema.model import Request, model
from iotmi._schema.traits import Size

if TYPE_CHECKING:
    from iotmi.capabilities import Command


@model
class SendManagedThingCommand(Request[SentManagedThingCommand]):
    """Send a command to a managed thing. A notification reports the outcome.

    If the outcome of an attempt is unknown, the command is not retried: a second ``Toggle`` would
    undo the first.

    Args:
        managed_thing_id: id of the managed thing.
        endpoints: actions by endpoint: 1 to 5 endpoints, 1 to 5 capabilities each, 1 to 5 actions
            each.
        connector_association_id: deprecated by the service; use `account_association_id`.
        account_association_id: account association to send the command through, for a device of a
            third-party cloud.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_SendManagedThingCommand.html
    """

    idempotent = False

    managed_thing_id: Annotated[str, MANAGED_THING_ID] = field(kw_only=False)
    endpoints: Annotated[Sequence[CommandEndpoint], Size(1, 5)]
    connector_association_id: Annotated[str, CONNECTOR_ASSOCIATION_ID] | None = None
    account_association_id: Annotated[str, ACCOUNT_ASSOCIATION_ID] | None = None


def control(
    managed_thing_id: str, *commands: "Command", account_association_id: str | None = None
) -> Steps[SentManagedThingCommand]:
    """Send commands of capabilities to a managed thing: ``control(lamp_id, OnOff.toggle())``.

    The commands are sent in their order, in one request. A notification reports the outcome. Like
    `send_command`, the request is not sent again when it is unknown if the service acted.

    Args:
        managed_thing_id: id of the managed thing.
        commands: commands of capabilities; up to 5 endpoints, 5 capabilities of each, and 5
            actions of each.
        account_association_id: the account association to use if the managed thing has several.

    Raises:
        ConstraintError: no commands, or more than one request can hold.
    """
    # Loaded with the first command, so that a client without commands starts as fast as before.
    from iotmi.capabilities._sending import endpoints

    return (
        yield from send(
            SendManagedThingCommand(
                managed_thing_id,
                endpoints=endpoints(*commands),
                account_association_id=account_association_id,
            )
        )
    )
