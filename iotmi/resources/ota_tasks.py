"""OTA tasks: over-the-air updates of managed things, and the progress on each thing."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Final

from attrs import field

from iotmi._binding import Family, M, call, flow, paged
from iotmi._models.common import (
    CLIENT_TOKEN,
    MANAGED_THING_ID,
    MAX_RESULTS,
    OTA_DESCRIPTION,
    OTA_TASK_CONFIGURATION_ID,
    TAGS,
)
from iotmi._models.events import OtaStatus, OtaType
from iotmi._sansio.steps import Steps
from iotmi._sansio.waiter import wait_until
from iotmi._schema.enums import OpenEnum
from iotmi._schema.model import Listing, Request, camel_model, model
from iotmi._schema.traits import Number, Text, WireName
from iotmi.waiting import DEFAULT_POLL_INTERVAL, PollInterval

OTA_TASK_ID: Final = Text(1, 200, r"[A-Za-z0-9]+")
OTA_TASK_ARN: Final = Text(
    32, 1011, r"arn:aws:iotmanagedintegrations:[0-9a-zA-Z-]+:[0-9]+:ota-task/[0-9a-zA-Z]+"
)
# Only the tokens of these listings may contain a plus or a slash.
OTA_NEXT_TOKEN: Final = Text(1, 65535, r"[a-zA-Z0-9=_+/-]+")
S3_URL: Final = Text(1, 1000)


class OtaMechanism(OpenEnum):
    """The way things learn of an update."""

    PUSH = "PUSH"


class OtaProtocol(OpenEnum):
    """The protocol that things download an update with."""

    HTTP = "HTTP"


class OtaTaskExecutionStatus(OpenEnum):
    """The progress of a task on one thing."""

    QUEUED = "QUEUED"
    IN_PROGRESS = "IN_PROGRESS"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    TIMED_OUT = "TIMED_OUT"
    REJECTED = "REJECTED"
    REMOVED = "REMOVED"
    CANCELED = "CANCELED"


class SchedulingConfigEndBehavior(OpenEnum):
    """The treatment of unfinished things at the end of a task.

    ``STOP_ROLLOUT`` starts no more things. ``CANCEL`` also cancels things that have not started.
    ``FORCE_CANCEL`` also cancels things in progress.
    """

    STOP_ROLLOUT = "STOP_ROLLOUT"
    CANCEL = "CANCEL"
    FORCE_CANCEL = "FORCE_CANCEL"


class RetryCriteriaFailureType(OpenEnum):
    """The kind of failure after which a thing retries an update."""

    FAILED = "FAILED"
    TIMED_OUT = "TIMED_OUT"
    ALL = "ALL"


@model
class ScheduleMaintenanceWindow:
    """A recurring window of time. A task starts updates on things only within its windows.

    Attributes:
        duration_in_minutes: length in minutes, 1 to 1430.
        start_time: start of the window.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ScheduleMaintenanceWindow.html
    """

    duration_in_minutes: Annotated[int, Number(1, 1430)] | None = None
    start_time: str | None = None


@model
class OtaTaskSchedulingConfig:
    """The start and end of a task, and its maintenance windows.

    Attributes:
        end_behavior: treatment of unfinished things at the end.
        end_time: end of the task, such as ``2026-10-20T17:00``.
        maintenance_windows: windows in which updates start.
        start_time: start of the task, such as ``2026-10-20T17:00``.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_OtaTaskSchedulingConfig.html
    """

    end_behavior: SchedulingConfigEndBehavior | None = None
    end_time: str | None = None
    maintenance_windows: Sequence[ScheduleMaintenanceWindow] | None = None
    start_time: str | None = None


@model
class RetryConfigCriteria:
    """The number of retries after one kind of failure, 0 to 10.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_RetryConfigCriteria.html
    """

    failure_type: RetryCriteriaFailureType | None = None
    min_number_of_retries: Annotated[int, Number(0, 10)] | None = None


@model
class OtaTaskExecutionRetryConfig:
    """The numbers of retries on one thing, by kind of failure.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_OtaTaskExecutionRetryConfig.html
    """

    retry_config_criteria: Sequence[RetryConfigCriteria] | None = None


@camel_model
class TaskProcessingDetails:
    """The number of things in each state of a task.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_TaskProcessingDetails.html
    """

    number_of_canceled_things: Annotated[int, WireName("NumberOfCanceledThings")] | None = None
    number_of_failed_things: Annotated[int, WireName("NumberOfFailedThings")] | None = None
    number_of_in_progress_things: Annotated[int, WireName("NumberOfInProgressThings")] | None = None
    number_of_queued_things: int | None = None
    number_of_rejected_things: int | None = None
    number_of_removed_things: int | None = None
    number_of_succeeded_things: int | None = None
    number_of_timed_out_things: int | None = None
    processing_targets: Sequence[str] | None = None


@model
class OtaTask:
    """An over-the-air update and its progress.

    Attributes:
        task_id: id of the task, 1 to 200 letters and digits.
        task_arn: Amazon Resource Name.
        description: free text, 1 to 256 characters.
        s3_url: address of the job document, 1 to 1000 characters.
        protocol: protocol of the download.
        ota_type: targets of the task.
        ota_target_query_string: query that selects things, for a continuous task.
        ota_mechanism: way things learn of the update.
        target: ARNs of the things, for a one-time task.
        created_at: time of creation.
        last_updated_at: time of the last change.
        task_configuration_id: id of the OTA task configuration.
        task_processing_details: number of things in each state.
        ota_scheduling_config: start, end and maintenance windows.
        ota_task_execution_retry_config: retries on one thing.
        status: progress of the task.
        tags: AWS tags; sensitive.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetOtaTask.html
    """

    task_id: Annotated[str, OTA_TASK_ID]
    task_arn: Annotated[str, OTA_TASK_ARN] | None = None
    description: Annotated[str, OTA_DESCRIPTION] | None = None
    s3_url: Annotated[str, S3_URL] | None = None
    protocol: OtaProtocol | None = None
    ota_type: OtaType | None = None
    ota_target_query_string: str | None = None
    ota_mechanism: OtaMechanism | None = None
    target: Sequence[str] | None = None
    created_at: datetime | None = None
    last_updated_at: datetime | None = None
    task_configuration_id: Annotated[str, OTA_TASK_CONFIGURATION_ID] | None = None
    task_processing_details: TaskProcessingDetails | None = None
    ota_scheduling_config: OtaTaskSchedulingConfig | None = None
    ota_task_execution_retry_config: OtaTaskExecutionRetryConfig | None = None
    status: OtaStatus | None = None
    tags: Annotated[Mapping[str, str], TAGS] | None = None


@model
class CreatedOtaTask:
    """The id, ARN and description of a new OTA task.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CreateOtaTask.html
    """

    task_id: Annotated[str, OTA_TASK_ID]
    task_arn: Annotated[str, OTA_TASK_ARN]
    description: Annotated[str, OTA_DESCRIPTION] | None = None


@model
class OtaTaskSummary:
    """An OTA task as listed. `OtaTask` describes the members.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_OtaTaskSummary.html
    """

    task_id: Annotated[str, OTA_TASK_ID]
    task_arn: Annotated[str, OTA_TASK_ARN] | None = None
    created_at: datetime | None = None
    last_updated_at: datetime | None = None
    task_configuration_id: Annotated[str, OTA_TASK_CONFIGURATION_ID] | None = None
    status: OtaStatus | None = None


@model
class OtaTaskExecutionSummary:
    """The progress of a task on one thing.

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
    """One thing of a task, with the progress on that thing.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_OtaTaskExecutionSummaries.html
    """

    task_execution_summary: OtaTaskExecutionSummary | None = None
    managed_thing_id: Annotated[str, MANAGED_THING_ID] | None = None


@model
class CreateOtaTask(Request[CreatedOtaTask]):
    """Create an over-the-air update of managed things.

    A one-time task names its things in `target`. A continuous task selects things by
    `ota_target_query_string`. The default quota is 5 calls per second.

    Args:
        description: 1 to 256 letters, digits, hyphens, underscores and spaces.
        s3_url: address of a job document that the service may read, 1 to 1000 characters.
        protocol: protocol of the download.
        target: ARNs of the things, at most 100.
        task_configuration_id: id of the OTA task configuration.
        ota_mechanism: way things learn of the update.
        ota_type: targets of the task.
        ota_target_query_string: query over the metadata of things, such as
            ``attributes.owner=ann``.
        client_token: idempotency token, 1 to 64 characters; generated if None.
        ota_scheduling_config: start, end and maintenance windows.
        ota_task_execution_retry_config: retries on one thing.
        tags: AWS tags, 1 to 50; sensitive.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CreateOtaTask.html
    """

    description: Annotated[str, OTA_DESCRIPTION] | None = None
    s3_url: Annotated[str, S3_URL]
    protocol: OtaProtocol | None = None
    target: Sequence[str] | None = None
    task_configuration_id: Annotated[str, OTA_TASK_CONFIGURATION_ID] | None = None
    ota_mechanism: OtaMechanism | None = None
    ota_type: OtaType
    ota_target_query_string: str | None = None
    client_token: Annotated[str, CLIENT_TOKEN] | None = None
    ota_scheduling_config: OtaTaskSchedulingConfig | None = None
    ota_task_execution_retry_config: OtaTaskExecutionRetryConfig | None = None
    tags: Annotated[Mapping[str, str], TAGS] | None = None


@model
class GetOtaTask(Request[OtaTask]):
    """Return the OTA task with this id.

    Raises:
        ResourceNotFoundError: no OTA task has this id.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetOtaTask.html
    """

    identifier: Annotated[str, OTA_TASK_ID] = field(kw_only=False)


@model
class ListOtaTasks(Listing[OtaTaskSummary]):
    """Return a pager over the OTA tasks.

    Args:
        next_token: token of the first page to request.
        max_results: items on one page, 1 to 1000.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ListOtaTasks.html
    """

    items_member = "Tasks"

    next_token: Annotated[str, OTA_NEXT_TOKEN] | None = None
    max_results: Annotated[int, MAX_RESULTS] | None = None


@model
class UpdateOtaTask(Request[None]):
    """Update the description or the configuration of an OTA task.

    Args:
        identifier: id of the task.
        description: 1 to 256 letters, digits, hyphens, underscores and spaces.
        task_configuration_id: id of the OTA task configuration.

    Raises:
        ResourceNotFoundError: no OTA task has this id.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_UpdateOtaTask.html
    """

    identifier: Annotated[str, OTA_TASK_ID] = field(kw_only=False)
    description: Annotated[str, OTA_DESCRIPTION] | None = None
    task_configuration_id: Annotated[str, OTA_TASK_CONFIGURATION_ID] | None = None


@model
class DeleteOtaTask(Request[None]):
    """Delete an OTA task asynchronously. No other operation cancels a task.

    The default quota is 5 calls per second.

    Raises:
        ResourceNotFoundError: no OTA task has this id.
        LimitExceededError: too many deletions are in progress.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_DeleteOtaTask.html
    """

    identifier: Annotated[str, OTA_TASK_ID] = field(kw_only=False)


@model
class ListOtaTaskExecutions(Listing[OtaTaskExecutionSummaries]):
    """Return a pager over the things of an OTA task, with the progress on each thing.

    Args:
        identifier: id of the task.
        next_token: token of the first page to request.
        max_results: items on one page, 1 to 1000.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ListOtaTaskExecutions.html
    """

    items_member = "ExecutionSummaries"

    identifier: Annotated[str, OTA_TASK_ID] = field(kw_only=False)
    next_token: Annotated[str, OTA_NEXT_TOKEN] | None = None
    max_results: Annotated[int, MAX_RESULTS] | None = None


_CANCELED = frozenset({OtaStatus.CANCELED, OtaStatus.DELETION_IN_PROGRESS})


def _until_finished(
    identifier: str, *, timeout: float = 3600.0, pauses: PollInterval = DEFAULT_POLL_INTERVAL
) -> Steps[OtaTask]:
    """Wait until an OTA task is completed, and return the task.

    A completed task can include failed things: `task_processing_details` counts them, and
    `list_executions` names them. A continuous task never completes.

    Args:
        identifier: id of the task.
        timeout: longest wait in seconds. A rollout to many things can take hours.
        pauses: how often to poll, a `PollInterval`.

    Raises:
        WaitFailedError: the task was canceled or is being deleted; `last_value` of the error is the
            task.
        WaitTimeoutError: the task was not completed in time; `last_value` of the error is the task.
    """
    return wait_until(
        GetOtaTask(identifier),
        expected=f"OTA task {identifier} COMPLETED",
        is_success=lambda task: task.status == OtaStatus.COMPLETED,
        is_failure=lambda task: task.status in _CANCELED,
        timeout=timeout,
        poll_interval=pauses,
    )


class OtaTasks(Family[M]):
    """Over-the-air updates of managed things."""

    create: Final = call(CreateOtaTask)
    get: Final = call(GetOtaTask)
    list: Final = paged(ListOtaTasks)
    update: Final = call(UpdateOtaTask)
    delete: Final = call(DeleteOtaTask)
    list_executions: Final = paged(ListOtaTaskExecutions)
    wait_until_finished: Final = flow(_until_finished)
