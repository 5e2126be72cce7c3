"""OTA tasks: updates sent over the air to managed things, and how each thing took them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final

from attrs import field

from iotmi._bind import Family, M, call, flow, paged
from iotmi._constraints import Number, Text, Wire
from iotmi._enums import OpenEnum
from iotmi._flow import Flow
from iotmi._model import Listing, Request, camel_model, model
from iotmi.resources._event_values import OtaStatus, OtaType
from iotmi.resources._shared import (
    ClientToken,
    ManagedThingId,
    MaxResults,
    OtaDescription,
    OtaTaskConfigurationId,
    TagMap,
)
from iotmi.waiting import DEFAULT_PAUSES, Pauses, until

OtaTaskId = Annotated[str, Text(1, 200, r"[A-Za-z0-9]+")]
OtaTaskArn = Annotated[
    str,
    Text(32, 1011, r"arn:aws:iotmanagedintegrations:[0-9a-zA-Z-]+:[0-9]+:ota-task/[0-9a-zA-Z]+"),
]
# These tokens alone may hold a plus or a slash.
OtaNextToken = Annotated[str, Text(1, 65535, r"[a-zA-Z0-9=_+/-]+")]
S3Url = Annotated[str, Text(1, 1000)]
DurationInMinutes = Annotated[int, Number(1, 1430)]
MinNumberOfRetries = Annotated[int, Number(0, 10)]


class OtaMechanism(OpenEnum):
    """How things learn of an update."""

    PUSH = "PUSH"


class OtaProtocol(OpenEnum):
    """How things fetch an update."""

    HTTP = "HTTP"


class OtaTaskExecutionStatus(OpenEnum):
    """How far a task has come on one thing."""

    QUEUED = "QUEUED"
    IN_PROGRESS = "IN_PROGRESS"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    TIMED_OUT = "TIMED_OUT"
    REJECTED = "REJECTED"
    REMOVED = "REMOVED"
    CANCELED = "CANCELED"


class SchedulingConfigEndBehavior(OpenEnum):
    """What becomes of things not yet updated at a task's end.

    ``STOP_ROLLOUT`` begins no more of them; ``CANCEL`` also calls off those that have not started;
    ``FORCE_CANCEL`` those under way too.
    """

    STOP_ROLLOUT = "STOP_ROLLOUT"
    CANCEL = "CANCEL"
    FORCE_CANCEL = "FORCE_CANCEL"


class RetryCriteriaFailureType(OpenEnum):
    """After which failures a thing tries again."""

    FAILED = "FAILED"
    TIMED_OUT = "TIMED_OUT"
    ALL = "ALL"


@model
class ScheduleMaintenanceWindow:
    """A time that comes again and again, in which alone a task begins on things.

    Limits: 1 to 1430 minutes.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ScheduleMaintenanceWindow.html
    """

    duration_in_minutes: DurationInMinutes | None = None
    start_time: str | None = None


@model
class OtaTaskSchedulingConfig:
    """When a task begins and ends, and what becomes of what is not done by then.

    Times are strings such as ``2026-10-20T17:00``.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_OtaTaskSchedulingConfig.html
    """

    end_behavior: SchedulingConfigEndBehavior | None = None
    end_time: str | None = None
    maintenance_windows: Sequence[ScheduleMaintenanceWindow] | None = None
    start_time: str | None = None


@model
class RetryConfigCriteria:
    """How often a thing tries again after one kind of failure: 0 to 10 times.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_RetryConfigCriteria.html
    """

    failure_type: RetryCriteriaFailureType | None = None
    min_number_of_retries: MinNumberOfRetries | None = None


@model
class OtaTaskExecutionRetryConfig:
    """How often things try again, for each kind of failure.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_OtaTaskExecutionRetryConfig.html
    """

    retry_config_criteria: Sequence[RetryConfigCriteria] | None = None


@camel_model
class TaskProcessingDetails:
    """How many things stand where in a task.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_TaskProcessingDetails.html
    """

    number_of_canceled_things: Annotated[int, Wire("NumberOfCanceledThings")] | None = None
    number_of_failed_things: Annotated[int, Wire("NumberOfFailedThings")] | None = None
    number_of_in_progress_things: Annotated[int, Wire("NumberOfInProgressThings")] | None = None
    number_of_queued_things: int | None = None
    number_of_rejected_things: int | None = None
    number_of_removed_things: int | None = None
    number_of_succeeded_things: int | None = None
    number_of_timed_out_things: int | None = None
    processing_targets: Sequence[str] | None = None


@model
class OtaTask:
    """An update sent over the air, and how far it has come.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetOtaTask.html
    """

    task_id: OtaTaskId
    task_arn: OtaTaskArn | None = None
    description: OtaDescription | None = None
    s3_url: S3Url | None = None
    protocol: OtaProtocol | None = None
    ota_type: OtaType | None = None
    ota_target_query_string: str | None = None
    ota_mechanism: OtaMechanism | None = None
    target: Sequence[str] | None = None
    created_at: datetime | None = None
    last_updated_at: datetime | None = None
    task_configuration_id: OtaTaskConfigurationId | None = None
    task_processing_details: TaskProcessingDetails | None = None
    ota_scheduling_config: OtaTaskSchedulingConfig | None = None
    ota_task_execution_retry_config: OtaTaskExecutionRetryConfig | None = None
    status: OtaStatus | None = None
    tags: TagMap | None = None


@model
class CreatedOtaTask:
    """What a creation tells of the new OTA task.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CreateOtaTask.html
    """

    task_id: OtaTaskId
    task_arn: OtaTaskArn
    description: OtaDescription | None = None


@model
class OtaTaskSummary:
    """What a listing tells of an OTA task.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_OtaTaskSummary.html
    """

    task_id: OtaTaskId
    task_arn: OtaTaskArn | None = None
    created_at: datetime | None = None
    last_updated_at: datetime | None = None
    task_configuration_id: OtaTaskConfigurationId | None = None
    status: OtaStatus | None = None


@model
class OtaTaskExecutionSummary:
    """How far a task has come on one thing, and on which try.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_OtaTaskExecutionSummary.html
    """

    execution_number: int | None = None
    last_updated_at: datetime | None = None
    queued_at: datetime | None = None
    retry_attempt: int | None = None
    started_at: datetime | None = None
    status: OtaTaskExecutionStatus | None = None


@model
class OtaTaskExecutionSummaries:
    """One thing of a task, and how far the task has come on it.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_OtaTaskExecutionSummaries.html
    """

    task_execution_summary: OtaTaskExecutionSummary | None = None
    managed_thing_id: ManagedThingId | None = None


@model
class CreateOtaTask(Request[CreatedOtaTask]):
    """Begin to update managed things over the air.

    `s3_url` is where the job document lies; the service must be allowed to read it. A one-time task
    names its things in `target`, by their ARNs, at most 100; a continuous one finds them by
    `ota_target_query_string`, such as ``attributes.owner=ann``, over their metadata.

    Limits: a description has 1 to 256 letters, digits, hyphens, underscores and spaces, an address
    up to 1000 characters; up to 50 tags. The service takes 5 of these calls a second.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CreateOtaTask.html
    """

    description: OtaDescription | None = None
    s3_url: S3Url
    protocol: OtaProtocol | None = None
    target: Sequence[str] | None = None
    task_configuration_id: OtaTaskConfigurationId | None = None
    ota_mechanism: OtaMechanism | None = None
    ota_type: OtaType
    ota_target_query_string: str | None = None
    client_token: ClientToken | None = None
    ota_scheduling_config: OtaTaskSchedulingConfig | None = None
    ota_task_execution_retry_config: OtaTaskExecutionRetryConfig | None = None
    tags: TagMap | None = None


@model
class GetOtaTask(Request[OtaTask]):
    """One OTA task, by id.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetOtaTask.html
    """

    identifier: OtaTaskId = field(kw_only=False)


@model
class ListOtaTasks(Listing[OtaTaskSummary]):
    """OTA tasks, page by page as they are asked for.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ListOtaTasks.html
    """

    items_member = "Tasks"

    next_token: OtaNextToken | None = None
    max_results: MaxResults | None = None


@model
class UpdateOtaTask(Request[None]):
    """Change the description or the configuration of an OTA task.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_UpdateOtaTask.html
    """

    identifier: OtaTaskId = field(kw_only=False)
    description: OtaDescription | None = None
    task_configuration_id: OtaTaskConfigurationId | None = None


@model
class DeleteOtaTask(Request[None]):
    """Delete an OTA task. It takes time; no other operation calls a task off.

    Too many deletions at once end in `LimitExceededError`.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_DeleteOtaTask.html
    """

    identifier: OtaTaskId = field(kw_only=False)


@model
class ListOtaTaskExecutions(Listing[OtaTaskExecutionSummaries]):
    """How each thing of an OTA task took it, page by page as they are asked for.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ListOtaTaskExecutions.html
    """

    items_member = "ExecutionSummaries"

    identifier: OtaTaskId = field(kw_only=False)
    next_token: OtaNextToken | None = None
    max_results: MaxResults | None = None


_CALLED_OFF = frozenset({OtaStatus.CANCELED, OtaStatus.DELETION_IN_PROGRESS})


def _until_finished(
    identifier: str, *, timeout: float = 3600.0, pauses: Pauses = DEFAULT_PAUSES
) -> Flow[OtaTask]:
    """Wait until an OTA task is completed, and give it.

    Completed does not mean that every thing succeeded: `task_processing_details` counts them, and
    `list_executions` names them. A continuous task goes on for ever.

    Args:
        identifier: the task's id.
        timeout: seconds to wait at most; a rollout takes its time.
        pauses: how often to look.

    Raises:
        WaitFailedError: it was canceled or is being deleted; the error's ``value`` is the task.
        WaitTimeoutError: it was not completed in time; the error's ``value`` is the task.
    """
    return until(
        GetOtaTask(identifier),
        hoped=f"OTA task {identifier} COMPLETED",
        is_reached=lambda task: task.status == OtaStatus.COMPLETED,
        is_lost=lambda task: task.status in _CALLED_OFF,
        timeout=timeout,
        pauses=pauses,
    )


class OtaTasks(Family[M]):
    """Updates sent over the air to managed things."""

    create: Final = call(CreateOtaTask)
    """Begin to update managed things over the air."""
    get: Final = call(GetOtaTask)
    """One OTA task, by id."""
    list: Final = paged(ListOtaTasks)
    """OTA tasks, page by page as they are asked for."""
    update: Final = call(UpdateOtaTask)
    """Change the description or the configuration of an OTA task."""
    delete: Final = call(DeleteOtaTask)
    """Delete an OTA task. It takes time; no other operation calls a task off."""
    list_executions: Final = paged(ListOtaTaskExecutions)
    """How each thing of an OTA task took it, page by page as they are asked for."""
    wait_until_finished: Final = flow(_until_finished)
    """Wait until an OTA task is completed, and give it."""
