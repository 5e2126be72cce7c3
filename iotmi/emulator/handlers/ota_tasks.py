"""Over-the-air tasks and their executions on managed things.

Owns their six operations, and the selection of a task's things. A get advances a task, and so does
the first page of its executions. `ota_executions` has the ends of executions. No device is updated.
"""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from iotmi._schema.lazy import LazyModule
from iotmi.emulator._account.account import AccountState, Handler, TransitionHook
from iotmi.emulator._core.clock import parse_iso
from iotmi.emulator._core.json import (
    JsonObject,
    JsonValue,
    mapping,
    objects,
    optional_text,
    picked,
    text,
    texts,
)
from iotmi.emulator._model.resource_types import (
    MANAGED_THING,
    OTA_EXECUTION,
    OTA_ROLLOUT,
    OTA_TASK,
    OTA_TASK_CONFIGURATION,
)
from iotmi.emulator.handlers._support import (
    ota_executions as executions,
    ota_rollouts as rollouts,
)

if TYPE_CHECKING:
    from iotmi.emulator.handlers._support import ota_windows
else:
    # Imported with the first use, because an emulator starts faster without it.
    ota_windows = LazyModule("iotmi.emulator.handlers._support.ota_windows")

MAX_TARGETS: Final = 100
"""The largest number of things of a ONE_TIME task."""

_TERM: Final = re.compile(r"attributes\.([^\s:=]+)\s*[:=]\s*([^\s:=]+)")


def create(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle CreateOtaTask."""
    _require_configuration(account, parameters)
    schedule = mapping(parameters, "OtaSchedulingConfig")
    starts, ends = (_moment(account, schedule, name) for name in ("StartTime", "EndTime"))
    wrong = ota_windows.problem(schedule)
    if wrong is not None:
        raise account.invalid(wrong)
    later = starts is not None and starts > account.clock.now()
    things = list(_targets(account, parameters))
    task = account.create(
        OTA_TASK,
        {
            "Protocol": "HTTP",
            "OtaMechanism": "PUSH",
            **parameters,
            "StartsAt": starts,
            "Things": [*things],
            "EndsAt": ends if schedule.get("EndBehavior") in executions.CANCELED_AT_END else None,
            "Status": "SCHEDULED" if later else "IN_PROGRESS",
        },
    )
    executions.queue(account, task, things)
    return task


def get(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle GetOtaTask."""
    task = account.find(OTA_TASK, text(parameters, "Identifier"))
    details = executions.processing_details(account, task)
    _advance(account, task)
    return {**task, "TaskProcessingDetails": details}


def list_tasks(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle ListOtaTasks."""
    return account.page(OTA_TASK, parameters)


def update(account: AccountState, parameters: JsonObject) -> None:
    """Handle UpdateOtaTask. Without changes, nothing happens.

    The operation declares no conflict.
    """
    task = account.find(OTA_TASK, text(parameters, "Identifier"))
    if task["Status"] == "DELETION_IN_PROGRESS":
        raise account.invalid("The OTA task is being deleted.")
    _require_configuration(account, parameters)
    changes = picked(parameters, "Description", "TaskConfigurationId")
    if changes:
        account.save(OTA_TASK, {**task, **changes})


def delete(account: AccountState, parameters: JsonObject) -> None:
    """Handle DeleteOtaTask."""
    task = account.find(OTA_TASK, text(parameters, "Identifier"))
    account.set_status(OTA_TASK, task, "DELETION_IN_PROGRESS")


def list_executions(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle ListOtaTaskExecutions."""
    task = account.find(OTA_TASK, text(parameters, "Identifier"))
    page = account.page(OTA_EXECUTION, parameters, {"Identifier": "OtaTaskId"})
    if "NextToken" not in parameters:
        _advance(account, task)
    member = account.operation.listed
    return {
        **page,
        member: [
            {
                "ManagedThingId": execution["ManagedThingId"],
                "TaskExecutionSummary": {**execution, "QueuedAt": execution["CreatedAt"]},
            }
            for execution in objects(page, member)
        ],
    }


def _advance(account: AccountState, task: JsonObject) -> None:
    """Apply the next transition of a task, and of its executions if the task is in progress."""
    account.read(OTA_TASK, text(task, "TaskId"))
    if task["Status"] != "IN_PROGRESS":
        return
    for execution in executions.find_all(account, task):
        account.read(OTA_EXECUTION, text(execution, "Id"))
    if task["OtaType"] == "CONTINUOUS":
        executions.queue(account, task, _matching(account, text(task, "OtaTargetQueryString")))


def _require_configuration(account: AccountState, parameters: JsonObject) -> None:
    configuration = optional_text(parameters, "TaskConfigurationId")
    if configuration is not None:
        account.find(OTA_TASK_CONFIGURATION, configuration)


def _moment(account: AccountState, schedule: JsonObject, name: str) -> int | None:
    """Return a moment of a schedule, or None if the schedule has none."""
    given = optional_text(schedule, name)
    moment = None if given is None else parse_iso(given)
    if given is not None and moment is None:
        raise account.invalid(
            f"OtaSchedulingConfig.{name} must be a time, such as 2030-01-31T17:00"
        )
    return moment


def _targets(account: AccountState, parameters: JsonObject) -> Iterator[str]:
    """Yield the ids of a new task's things."""
    query = optional_text(parameters, "OtaTargetQueryString")
    if parameters["OtaType"] == "CONTINUOUS":
        if query is None:
            raise account.invalid("OtaTargetQueryString is required by CONTINUOUS")
        yield from _matching(account, query)
        return
    arns = dict.fromkeys(texts(parameters, "Target"))
    if not 1 <= len(arns) <= MAX_TARGETS:
        raise account.invalid(f"Target must hold from 1 to {MAX_TARGETS} managed things")
    for arn in arns:
        identifier = arn.rpartition("/")[2]
        if arn != account.scope.arn(MANAGED_THING, identifier):
            raise account.invalid("Target must hold ARNs of managed things of this account")
        account.find(MANAGED_THING, identifier)
        yield identifier


def _matching(account: AccountState, query: str) -> list[str]:
    """Return the ids of the things whose metadata matches a query."""
    wanted: dict[str, JsonValue] = {}
    for term in query.split(" AND "):
        found = _TERM.fullmatch(term.strip())
        if found is None:
            raise account.invalid(
                "OtaTargetQueryString must be attributes.<name>=<value>, several joined by AND;"
                " the emulator supports no more of the language"
            )
        wanted[found[1]] = found[2]
    return [
        text(thing, "Id")
        for thing in account.find_all(MANAGED_THING, {})
        if wanted.items() <= mapping(thing, "MetaData").items()
    ]


TRANSITION_HOOKS: Final[Mapping[str, TransitionHook]] = {
    OTA_TASK.name: executions.on_task_transition,
    OTA_EXECUTION.name: executions.on_execution_transition,
    OTA_ROLLOUT.name: rollouts.on_minute,
}
HANDLERS: Final[Mapping[str, Handler]] = {
    "CreateOtaTask": create,
    "GetOtaTask": get,
    "ListOtaTasks": list_tasks,
    "UpdateOtaTask": update,
    "DeleteOtaTask": delete,
    "ListOtaTaskExecutions": list_executions,
}
