"""Over-the-air tasks and their executions on managed things.

Owns their six operations, and which things a task is for. A task moves on by being looked
at: by a get, and by the first page of its executions. How executions end is in
``_ota_executions``; no device is updated.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from iotmi.emulator._account.account import Effect, Handler, World
from iotmi.emulator._core.clock import from_iso
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
    OTA_TASK,
    OTA_TASK_CONFIGURATION,
)
from iotmi.emulator.handlers._support import ota_executions as executions

MAX_TARGETS: Final = 100
"""How many things a ONE_TIME task may name."""

_TERM: Final = re.compile(r"attributes\.([^\s:=]+)\s*[:=]\s*([^\s:=]+)")


def create(world: World, parameters: JsonObject) -> JsonObject:
    """CreateOtaTask."""
    _require_configuration(world, parameters)
    schedule = mapping(parameters, "OtaSchedulingConfig")
    starts, ends = (_moment(world, schedule, name) for name in ("StartTime", "EndTime"))
    later = starts is not None and starts > world.clock.now()
    things = list(_targets(world, parameters))
    task = world.create(
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
    executions.queue(world, task, things)
    return task


def get(world: World, parameters: JsonObject) -> JsonObject:
    """GetOtaTask."""
    task = world.find(OTA_TASK, text(parameters, "Identifier"))
    details = executions.counted(world, task)
    _look(world, task)
    return {**task, "TaskProcessingDetails": details}


def list_tasks(world: World, parameters: JsonObject) -> JsonObject:
    """ListOtaTasks."""
    return world.page(OTA_TASK, parameters)


def update(world: World, parameters: JsonObject) -> None:
    """UpdateOtaTask; nothing given, nothing done. The operation declares no conflict."""
    task = world.find(OTA_TASK, text(parameters, "Identifier"))
    if task["Status"] == "DELETION_IN_PROGRESS":
        raise world.invalid("The OTA task is being deleted.")
    _require_configuration(world, parameters)
    changes = picked(parameters, "Description", "TaskConfigurationId")
    if changes:
        world.save(OTA_TASK, {**task, **changes})


def delete(world: World, parameters: JsonObject) -> None:
    """DeleteOtaTask."""
    task = world.find(OTA_TASK, text(parameters, "Identifier"))
    world.enter(OTA_TASK, task, "DELETION_IN_PROGRESS")


def list_executions(world: World, parameters: JsonObject) -> JsonObject:
    """ListOtaTaskExecutions."""
    task = world.find(OTA_TASK, text(parameters, "Identifier"))
    answer = world.page(OTA_EXECUTION, parameters, {"Identifier": "OtaTaskId"})
    if "NextToken" not in parameters:
        _look(world, task)
    member = world.operation.listed
    return {
        **answer,
        member: [
            {
                "ManagedThingId": execution["ManagedThingId"],
                "TaskExecutionSummary": {**execution, "QueuedAt": execution["CreatedAt"]},
            }
            for execution in objects(answer, member)
        ],
    }


def _look(world: World, task: JsonObject) -> None:
    """Move a task on, and the executions of one that is under way."""
    world.look(OTA_TASK, text(task, "TaskId"))
    if task["Status"] != "IN_PROGRESS":
        return
    for execution in executions.of(world, task):
        world.look(OTA_EXECUTION, text(execution, "Id"))
    if task["OtaType"] == "CONTINUOUS":
        executions.queue(world, task, _matching(world, text(task, "OtaTargetQueryString")))


def _require_configuration(world: World, parameters: JsonObject) -> None:
    configuration = optional_text(parameters, "TaskConfigurationId")
    if configuration is not None:
        world.find(OTA_TASK_CONFIGURATION, configuration)


def _moment(world: World, schedule: JsonObject, name: str) -> int | None:
    """A moment of a schedule, None where it has none."""
    given = optional_text(schedule, name)
    moment = None if given is None else from_iso(given)
    if given is not None and moment is None:
        raise world.invalid(f"OtaSchedulingConfig.{name} must be a time, as 2030-01-31T17:00")
    return moment


def _targets(world: World, parameters: JsonObject) -> Iterator[str]:
    """The things a new task is for, by their ids."""
    query = optional_text(parameters, "OtaTargetQueryString")
    if parameters["OtaType"] == "CONTINUOUS":
        if query is None:
            raise world.invalid("OtaTargetQueryString is required by CONTINUOUS")
        yield from _matching(world, query)
        return
    arns = dict.fromkeys(texts(parameters, "Target"))
    if not 1 <= len(arns) <= MAX_TARGETS:
        raise world.invalid(f"Target must hold from 1 to {MAX_TARGETS} managed things")
    for arn in arns:
        identifier = arn.rpartition("/")[2]
        if arn != world.place.arn(MANAGED_THING, identifier):
            raise world.invalid("Target must hold ARNs of managed things of this account")
        world.find(MANAGED_THING, identifier)
        yield identifier


def _matching(world: World, query: str) -> list[str]:
    """The things whose metadata is as a query has it."""
    wanted: dict[str, JsonValue] = {}
    for term in query.split(" AND "):
        found = _TERM.fullmatch(term.strip())
        if found is None:
            raise world.invalid(
                "OtaTargetQueryString must be attributes.<name>=<value>, several joined by AND;"
                " the emulator reads no more of the language"
            )
        wanted[found[1]] = found[2]
    return [
        text(thing, "Id")
        for thing in world.every(MANAGED_THING, {})
        if wanted.items() <= mapping(thing, "MetaData").items()
    ]


EFFECTS: Final[Mapping[str, Effect]] = {
    OTA_TASK.name: executions.follow_task,
    OTA_EXECUTION.name: executions.follow_execution,
}
HANDLERS: Final[Mapping[str, Handler]] = {
    "CreateOtaTask": create,
    "GetOtaTask": get,
    "ListOtaTasks": list_tasks,
    "UpdateOtaTask": update,
    "DeleteOtaTask": delete,
    "ListOtaTaskExecutions": list_executions,
}
