"""Executions of over-the-air tasks: their ends, and the effect of an end on the task.

Owns an execution from its queueing: its end, its retries, and the end of the task by the last
execution, by too many failures or by its schedule. The retry and abort criteria are applied as in
AWS IoT jobs, which run such tasks. This module must not know how things are selected.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from iotmi.emulator._account.account import AccountState
from iotmi.emulator._account.scheduler import reschedule
from iotmi.emulator._core.json import JsonObject, JsonValue, mapping, objects, text
from iotmi.emulator._model.resource_types import (
    MANAGED_THING,
    OTA_EXECUTION,
    OTA_TASK,
)
from iotmi.emulator._storage.transitions import HELD
from iotmi.emulator.handlers._support import ota_rollouts as rollouts
from iotmi.emulator.handlers._support.ota_rollouts import push_config

# End behaviors that cancel a task at the end of its schedule. FORCE_CANCEL also cancels executions
# in progress.
_FORCED: Final = "FORCE_CANCEL"
CANCELED_AT_END: Final = frozenset({"CANCEL", _FORCED})

_OPEN: Final = frozenset({"QUEUED", "IN_PROGRESS"})
_RETRYABLE: Final = frozenset({"FAILED", "TIMED_OUT"})
_COUNTERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "CANCELED": "NumberOfCanceledThings",
        "FAILED": "NumberOfFailedThings",
        "IN_PROGRESS": "NumberOfInProgressThings",
        "QUEUED": "numberOfQueuedThings",
        "REJECTED": "numberOfRejectedThings",
        "REMOVED": "numberOfRemovedThings",
        "SUCCEEDED": "numberOfSucceededThings",
        "TIMED_OUT": "numberOfTimedOutThings",
    }
)


def find_all(account: AccountState, task: JsonObject) -> list[JsonObject]:
    """Return the executions of a task."""
    return account.find_all(OTA_EXECUTION, {"OtaTaskId": text(task, "TaskId")})


def find(account: AccountState, task: str, thing: str) -> JsonObject:
    """Return the execution of a task on a thing.

    Raises:
        ServiceFault: no such execution exists.
    """
    return account.find(OTA_EXECUTION, f"{task}-{thing}")


def queue(account: AccountState, task: JsonObject, things: Iterable[str]) -> None:
    """Create an execution for each thing that has none.

    An execution is held until its task starts, and waits for the rollout of its task.
    """
    waiting: JsonObject | None = None
    for thing in things:
        identifier = f"{task['TaskId']}-{thing}"
        if account.transaction.get(OTA_EXECUTION.name, identifier) is None:
            waiting = rollouts.begin(account, task) if waiting is None else waiting
            timeout = mapping(push_config(account, task), "TimeoutConfig")
            account.create(
                OTA_EXECUTION,
                {
                    "Id": identifier,
                    "OtaTaskId": task["TaskId"],
                    "ManagedThingId": thing,
                    "Status": "QUEUED",
                    "ExecutionNumber": 1,
                    "RetryAttempt": 0,
                    "TimeoutInMinutes": timeout.get("InProgressTimeoutInMinutes"),
                    HELD: task["Status"] == "SCHEDULED",
                    **waiting,
                },
            )


def processing_details(account: AccountState, task: JsonObject) -> JsonObject:
    """Count the executions of a task by status, and list those in progress."""
    executions = find_all(account, task)
    counts = Counter(text(execution, "Status") for execution in executions)
    details: JsonObject = {member: counts[status] for status, member in _COUNTERS.items()}
    details["processingTargets"] = [
        account.scope.arn(MANAGED_THING, text(execution, "ManagedThingId"))
        for execution in executions
        if execution["Status"] == "IN_PROGRESS"
    ]
    return details


def on_task_transition(account: AccountState, task: JsonObject) -> None:
    """Start the executions of a task that has started, or cancel those of an ended one."""
    if task["Status"] == "IN_PROGRESS":
        for execution in find_all(account, task):
            reschedule(account, OTA_EXECUTION, {**execution, HELD: False})
    else:
        schedule = mapping(task, "OtaSchedulingConfig")
        forced = schedule.get("EndBehavior") == _FORCED
        _cancel(account, task, _OPEN if forced else frozenset({"QUEUED"}))


def on_execution_transition(account: AccountState, execution: JsonObject) -> None:
    """Retry an execution that has ended, or end its task if it was the last."""
    if execution["Status"] in _OPEN:
        return
    task = account.find(OTA_TASK, text(execution, "OtaTaskId"))
    if task["Status"] != "IN_PROGRESS":
        return
    if execution["Status"] in _RETRYABLE and _is_retried(task, execution):
        execution["RetryAttempt"] = _number(execution, "RetryAttempt") + 1
        execution["ExecutionNumber"] = _number(execution, "ExecutionNumber") + 1
        account.set_status(OTA_EXECUTION, execution, "QUEUED")
    elif _should_abort(account, task):
        account.set_status(OTA_TASK, task, "CANCELED")
        _cancel(account, task, frozenset({"QUEUED"}))
    elif task["OtaType"] != "CONTINUOUS" and not _has_open(account, task):
        account.set_status(OTA_TASK, task, "COMPLETED")


def _has_open(account: AccountState, task: JsonObject) -> bool:
    return any(execution["Status"] in _OPEN for execution in find_all(account, task))


def _cancel(account: AccountState, task: JsonObject, statuses: frozenset[str]) -> None:
    for execution in find_all(account, task):
        if execution["Status"] in statuses:
            account.set_status(OTA_EXECUTION, execution, "CANCELED")


def _is_retried(task: JsonObject, execution: JsonObject) -> bool:
    config = mapping(task, "OtaTaskExecutionRetryConfig")
    return any(
        criterion["FailureType"] in ("ALL", execution["Status"])
        and _number(execution, "RetryAttempt") < _number(criterion, "MinNumberOfRetries")
        for criterion in objects(config, "RetryConfigCriteria")
    )


def _should_abort(account: AccountState, task: JsonObject) -> bool:
    """Return True if failed executions meet an abort criterion of the task's configuration."""
    ended = [each["Status"] for each in find_all(account, task) if each["Status"] not in _OPEN]
    config = mapping(push_config(account, task), "AbortConfig")
    for criterion in objects(config, "AbortConfigCriteriaList"):
        bad = [
            status
            for status in ended
            if status == criterion["FailureType"]
            or (criterion["FailureType"] == "ALL" and status != "SUCCEEDED")
        ]
        enough = len(ended) >= _number(criterion, "MinNumberOfExecutedThings")
        share = criterion["ThresholdPercentage"]
        if enough and isinstance(share, int | float) and len(bad) * 100 >= share * len(ended):
            return True
    return False


def _number(document: Mapping[str, JsonValue], name: str) -> int:
    value = document.get(name)
    return value if isinstance(value, int) else 0
