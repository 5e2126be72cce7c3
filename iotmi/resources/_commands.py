"""Commands to managed things: the request, and the methods that build it from capabilities.

This module does not know how the event with a command's result reaches this process.
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
from iotmi._sansio.deadline import Deadline
from iotmi._sansio.steps import Steps, Wait, send
from iotmi._schema.model import Request, model
from iotmi._schema.traits import Size
from iotmi.errors import CommandTimeoutError, ConstraintError, Problem, ResponseError

if TYPE_CHECKING:
    from iotmi.capabilities import Command
    from iotmi.events import CommandResults, DeviceCommandEvent


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
        account_association_id: account association to send through, if the thing has several.

    Raises:
        ConstraintError: no commands, or more than one request can hold.
    """
    # Imported by the first command, so that other clients start without the capabilities.
    from iotmi.capabilities import endpoints

    return (
        yield from send(
            SendManagedThingCommand(
                managed_thing_id,
                endpoints=endpoints(*commands),
                account_association_id=account_association_id,
            )
        )
    )


def run_command(
    managed_thing_id: str,
    *commands: "Command",
    endpoints: Sequence[CommandEndpoint] | None = None,
    account_association_id: str | None = None,
    results: "CommandResults",
    timeout: float = 30.0,
) -> Steps["DeviceCommandEvent"]:
    """Send a command to a managed thing, and wait for the event with its result.

    The event arrives over a Kinesis stream: another thread or task has to feed `results` with the
    events of `iotmi.events.listen`. Like `send_command`, the request is not sent again when it is
    unknown if the service acted.

    Args:
        managed_thing_id: id of the managed thing.
        commands: commands of capabilities, such as ``OnOff.toggle()``.
        endpoints: the command in the service's own form, instead of *commands*.
        account_association_id: account association to send through, if the thing has several.
        results: receives the events.
        timeout: the most seconds from the call to the event.

    Raises:
        ConstraintError: neither commands nor endpoints, or both.
        CommandTimeoutError: no event arrived in time. The error's ``trace_id`` is the command's;
            the device may still carry it out.
    """
    deadline = Deadline(timeout)
    sent = yield from send(
        SendManagedThingCommand(
            managed_thing_id,
            endpoints=_endpoints_of(commands, endpoints),
            account_association_id=account_association_id,
        )
    )
    trace_id = sent.trace_id
    if trace_id is None:
        raise ResponseError(
            "SendManagedThingCommand: the response has no trace id to identify the result",
            operation="SendManagedThingCommand",
            request_id=None,
            path="trace_id",
        )
    future = results.expect(trace_id)
    try:
        yield Wait(future, deadline)
    finally:
        results.forget(trace_id, future)
    if not future.done():
        raise CommandTimeoutError(
            f"no result of command {trace_id} to managed thing {managed_thing_id} within "
            f"{timeout:g} s; the device may still carry it out",
            trace_id,
        )
    return future.result()


def _endpoints_of(
    commands: Sequence["Command"], endpoints: Sequence[CommandEndpoint] | None
) -> Sequence[CommandEndpoint]:
    if bool(commands) == (endpoints is not None):
        rule = "must be given, or endpoints, and not both"
        raise ConstraintError("run_command", (Problem("commands", rule, len(commands)),))
    if endpoints is not None:
        return endpoints
    # Imported by the first command, so that other clients start without the capabilities.
    from iotmi.capabilities import endpoints as endpoints_of

    return endpoints_of(*commands)
