"""Commands to managed things: the request, and the flow that waits for its result.

Does not know how the result's event reaches this process.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrs import field

from iotmi._deadline import Deadline
from iotmi._flow import Flow, Wait, ask
from iotmi._model import Request, model
from iotmi.errors import CommandTimeoutError, ConstraintError, Problem, ResponseError
from iotmi.resources._capabilities import CommandEndpoint, CommandEndpoints
from iotmi.resources._managed_thing_values import SentManagedThingCommand
from iotmi.resources._shared import AccountAssociationId, ConnectorAssociationId, ManagedThingId

if TYPE_CHECKING:
    # No capability declares commands yet; theirs will be `iotmi.capabilities._command.Command`.
    from typing import Never as Command

    from iotmi.events import CommandResults, DeviceCommandEvent


@model
class SendManagedThingCommand(Request[SentManagedThingCommand]):
    """Send a command to a managed thing. Its outcome comes as a notification, not here.

    Limits: 1 to 5 endpoints, each with 1 to 5 capabilities, each with 1 to 5 actions. A command is
    not repeated after an error that leaves open whether the service acted: a second Toggle would
    undo the first.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_SendManagedThingCommand.html
    """

    repeatable = False

    managed_thing_id: ManagedThingId = field(kw_only=False)
    endpoints: CommandEndpoints
    connector_association_id: ConnectorAssociationId | None = None
    account_association_id: AccountAssociationId | None = None


def run_command(
    managed_thing_id: str,
    *commands: "Command",
    endpoints: Sequence[CommandEndpoint] | None = None,
    account_association_id: str | None = None,
    results: "CommandResults",
    timeout: float = 30.0,
) -> Flow["DeviceCommandEvent"]:
    """Send a command to a managed thing, and wait for the event with its result.

    The event comes over a Kinesis stream: have `results` fed with what `iotmi.events.listen` gives,
    in another thread or task. Like `send_command`, the request is not repeated after an error that
    leaves open whether the service acted.

    Args:
        managed_thing_id: the managed thing's id.
        commands: commands of capabilities, such as ``OnOff.toggle()``.
        endpoints: the command in the service's own form, in place of *commands*.
        account_association_id: the account association to use, where the thing has several.
        results: where the event will come.
        timeout: seconds from the call to the event, at most.

    Raises:
        ConstraintError: there are neither commands nor endpoints, or both.
        CommandTimeoutError: no event came in time. The error's ``trace_id`` is the command's; the
            device may yet carry it out.
    """
    deadline = Deadline(timeout)
    sent = yield from ask(
        SendManagedThingCommand(
            managed_thing_id,
            endpoints=_endpoints_of(commands, endpoints),
            account_association_id=account_association_id,
        )
    )
    trace_id = sent.trace_id
    if trace_id is None:
        raise ResponseError(
            "SendManagedThingCommand: the service took the command and named no trace id, by which "
            "its result could be known",
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
            f"{timeout:g} s; the device may yet carry it out",
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
    # Loaded with the first command, so that a client without commands starts as fast as before.
    from iotmi.capabilities._sending import (  # type: ignore[import-not-found]
        endpoints as endpoints_of,
    )

    made: Sequence[CommandEndpoint] = endpoints_of(*commands)
    return made
