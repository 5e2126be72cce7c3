"""Over-the-air tasks and their executions on managed things.

Owns their six operations. A task moves on by being looked at: by a get, and by the first page
of its executions. Every execution succeeds; no device is updated.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from iotmi.emulator._clock import from_iso
from iotmi.emulator._json import (
    JsonObject,
    JsonValue,
    mapping,
    objects,
    optional_text,
    picked,
    text,
    texts,
)
from iotmi.emulator._kinds import MANAGED_THING, OTA_EXECUTION, OTA_TASK, OTA_TASK_CONFIGURATION
from iotmi.emulator._world import Handler, World

MAX_TARGETS: Final = 100
"""How many things a ONE_TIME task may name."""

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
_TERM: Final = re.compile(r"attributes\.([^\s:=]+)\s*[:=]\s*([^\s:=]+)")


def create(world: World, parameters: JsonObject) -> JsonObject:
    """CreateOtaTask."""
    _require_configuration(world, parameters)
    things = list(_targets(world, parameters))
    task = world.create(
        OTA_TASK,
        {
            "Protocol": "HTTP",
            "OtaMechanism": "PUSH",
            **parameters,
            "Status": "SCHEDULED" if _is_later(world, parameters) else "IN_PROGRESS",
        },
    )
    _queue(world, task, things)
    return task


def get(world: World, parameters: JsonObject) -> JsonObject:
    """GetOtaTask."""
    task = world.find(OTA_TASK, text(parameters, "Identifier"))
    executions = _executions(world, task)
    _look(world, task)
    return {**task, "TaskProcessingDetails": _counted(world, executions)}


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
    for execution in _executions(world, task):
        world.look(OTA_EXECUTION, text(execution, "Id"))
    if task["OtaType"] == "CONTINUOUS":
        _queue(world, task, _matching(world, text(task, "OtaTargetQueryString")))
    elif all(execution["Status"] == "SUCCEEDED" for execution in _executions(world, task)):
        world.enter(OTA_TASK, dict(task), "COMPLETED")


def _executions(world: World, task: JsonObject) -> list[JsonObject]:
    return world.every(OTA_EXECUTION, {"OtaTaskId": text(task, "TaskId")})


def _queue(world: World, task: JsonObject, things: Iterable[str]) -> None:
    """Make an execution on each thing that has none."""
    for thing in things:
        identifier = f"{task['TaskId']}-{thing}"
        if world.rows.get(OTA_EXECUTION.name, identifier) is None:
            world.create(
                OTA_EXECUTION,
                {
                    "Id": identifier,
                    "OtaTaskId": task["TaskId"],
                    "ManagedThingId": thing,
                    "Status": "QUEUED",
                    "ExecutionNumber": 1,
                    "RetryAttempt": 0,
                },
            )


def _counted(world: World, executions: list[JsonObject]) -> JsonObject:
    counts = Counter(text(execution, "Status") for execution in executions)
    details: JsonObject = {member: counts[status] for status, member in _COUNTERS.items()}
    details["processingTargets"] = [
        world.place.arn(MANAGED_THING, text(execution, "ManagedThingId"))
        for execution in executions
        if execution["Status"] == "IN_PROGRESS"
    ]
    return details


def _require_configuration(world: World, parameters: JsonObject) -> None:
    configuration = optional_text(parameters, "TaskConfigurationId")
    if configuration is not None:
        world.find(OTA_TASK_CONFIGURATION, configuration)


def _is_later(world: World, parameters: JsonObject) -> bool:
    """Whether a task is to start in the future."""
    start = optional_text(mapping(parameters, "OtaSchedulingConfig"), "StartTime")
    if start is None:
        return False
    moment = from_iso(start)
    if moment is None:
        raise world.invalid("OtaSchedulingConfig.StartTime must be a time, as 2030-01-31T17:00")
    return moment > world.clock.now()


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


HANDLERS: Final[Mapping[str, Handler]] = {
    "CreateOtaTask": create,
    "GetOtaTask": get,
    "ListOtaTasks": list_tasks,
    "UpdateOtaTask": update,
    "DeleteOtaTask": delete,
    "ListOtaTaskExecutions": list_executions,
}
