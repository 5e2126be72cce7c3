"""One row as a pure function of the row and a configuration, for engines with records of their own.

AWS Step Functions, AWS Batch and similar services distribute rows and record their results. This
function does the work of one row. It writes no ledger.
"""

import hashlib
from collections.abc import Mapping

from attrs import field, frozen

from iotmi.client import Client
from iotmi.fleet._actions import ActionLike, action_of
from iotmi.fleet._columns import RowError
from iotmi.fleet._settling import tokened
from iotmi.fleet._sources import Row, line_of
from iotmi.fleet._values import RowState
from iotmi.fleet._verdicts import verdict
from iotmi.fleet._work import Sent, send


@frozen(kw_only=True)
class RowConfig:
    """The configuration of `run_row`. It pickles, and holds no credentials.

    Attributes:
        action: as for `Job`.
        job: the name of the job. The same row in the same job always has the same idempotency
            token, so that a repeated invocation creates nothing twice.
        region_name: such as ``"eu-west-1"``; boto3's own if None.
        profile_name: a profile of the shared configuration file.
        endpoint_url: the endpoint to call instead of the Region's own.
        timeout: the most seconds for each call, with all attempts and pauses.
    """

    action: ActionLike
    job: str
    region_name: str | None = None
    profile_name: str | None = None
    endpoint_url: str | None = None
    timeout: float | None = None

    def client(self) -> Client:
        """Return a new client with the options."""
        return Client(
            region_name=self.region_name,
            profile_name=self.profile_name,
            endpoint_url=self.endpoint_url,
            timeout=self.timeout,
        )


@frozen(kw_only=True)
class RowResult:
    """The outcome of one row. It holds no value of the row.

    Attributes:
        state: ``DONE``, ``FAILED``, ``UNKNOWN``, or ``WAITING`` if nothing could be sent.
        result: the id of the new resource, or the trace id of a command.
        cause: why the row is not done, such as ``ConflictException``.
        detail: the message of the error.
        request_id: the id that AWS support asks for.
    """

    state: RowState
    result: str | None = None
    cause: str | None = None
    detail: str | None = field(default=None)
    request_id: str | None = None


def run_row(
    row: Mapping[str, object], config: RowConfig, *, client: Client | None = None
) -> RowResult:
    """Send the requests of one row and return the outcome. Errors of calls do not raise.

    Args:
        row: the cells by column.
        config: the action and the options of the client.
        client: a client to use again for many rows; a new one if None.
    """
    if client is None:
        with config.client() as own:
            return run_row(row, config, client=own)
    try:
        plan = action_of(config.action).plan(Row(1, row))
    except RowError as error:
        detail = "; ".join(map(str, error.problems))
        return RowResult(state=RowState.FAILED, cause="InvalidRow", detail=detail)
    digest = hashlib.sha256(line_of(row)).hexdigest()
    sent, result = Sent(ok=True), None
    for index, request in enumerate(plan.requests):
        sent = send(client, tokened(request, f"{config.job}/{digest}", 1, index))
        state = verdict(request, sent, settling=False, any_success=True).state
        result = sent.result or result
        if state is not RowState.DONE:
            return RowResult(
                state=state,
                result=result,
                cause=sent.cause,
                detail=sent.detail,
                request_id=sent.request_id,
            )
    return RowResult(state=RowState.DONE, result=result, request_id=sent.request_id)
