"""Rollouts of over-the-air tasks: how many things are notified in a minute, and when.

Owns the rates and the maintenance windows of a task on a running clock. A rollout lets as many
executions begin as its rate allows, once a minute and only while a window is open. Where reads take
the place of time, no minute passes, and executions begin by being read. The rates are applied as in
AWS IoT jobs, which run such tasks.
"""

from typing import TYPE_CHECKING, Final

from iotmi._schema.lazy import LazyModule
from iotmi.emulator._account.account import AccountState
from iotmi.emulator._account.scheduler import reschedule
from iotmi.emulator._core.clock import parse_iso
from iotmi.emulator._core.json import JsonObject, mapping, number, optional_text, text
from iotmi.emulator._model.resource_types import (
    OTA_EXECUTION,
    OTA_ROLLOUT,
    OTA_TASK,
    OTA_TASK_CONFIGURATION,
)
from iotmi.emulator._storage.transitions import AWAITS, clear_schedule

if TYPE_CHECKING:
    from iotmi.emulator.handlers._support import ota_windows
else:
    # Imported with the first use, because an emulator starts faster without it.
    ota_windows = LazyModule("iotmi.emulator.handlers._support.ota_windows")

_MINUTE: Final = 60_000
_NEXT_AT: Final = "NextAt"
_QUEUED: Final = "QUEUED"


def push_config(account: AccountState, task: JsonObject) -> JsonObject:
    """Return the push settings of the task's configuration, empty without one."""
    identifier = optional_text(task, "TaskConfigurationId")
    found = identifier and account.transaction.get(OTA_TASK_CONFIGURATION.name, identifier)
    return mapping(found, "PushConfig") if isinstance(found, dict) else {}


def begin(account: AccountState, task: JsonObject) -> JsonObject:
    """Begin the rollout of new executions, and return the members that make them wait for it.

    A task without rates and windows has no rollout, and its executions wait for nothing.
    """
    rates = mapping(push_config(account, task), "RolloutConfig")
    if not rates and "MaintenanceWindows" not in mapping(task, "OtaSchedulingConfig"):
        return {}
    identifier = f"rollout-{text(task, 'TaskId')}"
    rollout = account.transaction.get(OTA_ROLLOUT.name, identifier)
    if rollout is None:
        starts = task.get("StartsAt") if task["Status"] == "SCHEDULED" else None
        account.create(
            OTA_ROLLOUT,
            {
                OTA_ROLLOUT.identifier: identifier,
                "OtaTaskId": task["TaskId"],
                "Status": "OPEN",
                "Notified": 0,
                _NEXT_AT: starts if isinstance(starts, int) else account.clock.now(),
            },
        )
    elif not isinstance(rollout.get(_NEXT_AT), int):
        _continue_at(account, rollout, max(account.clock.now(), _earliest(rollout)))
    return {AWAITS: _QUEUED}


def on_minute(account: AccountState, rollout: JsonObject) -> None:
    """Let the executions of one minute begin, and set the moment of the next ones."""
    now = account.clock.now()
    task = account.transaction.get(OTA_TASK.name, text(rollout, "OtaTaskId"))
    if task is None or not _goes_on(task, now):
        _continue_at(account, rollout, None)
        return
    if task["Status"] == "SCHEDULED":
        _continue_at(account, rollout, now + _MINUTE)
        return
    open_at = ota_windows.opens_at(mapping(task, "OtaSchedulingConfig"), now)
    if open_at is None or open_at > now:
        _continue_at(account, rollout, open_at)
        return
    where = {"OtaTaskId": text(task, "TaskId")}
    executions = account.find_all(OTA_EXECUTION, where)
    waiting = [each for each in executions if each.get(AWAITS) == each["Status"] == _QUEUED]
    succeeded = sum(each["Status"] == "SUCCEEDED" for each in executions)
    begun = waiting[: _per_minute(account, task, number(rollout, "Notified"), succeeded)]
    for execution in begun:
        execution[AWAITS] = None
        reschedule(account, OTA_EXECUTION, execution)
    rollout["Notified"] = number(rollout, "Notified") + len(begun)
    rollout["LastAt"] = now
    _continue_at(account, rollout, now + _MINUTE if len(begun) < len(waiting) else None)


def _goes_on(task: JsonObject, now: int) -> bool:
    """Return True unless the task has ended, or its schedule stops the rollout."""
    schedule = mapping(task, "OtaSchedulingConfig")
    ends = optional_text(schedule, "EndTime")
    end = None if ends is None else parse_iso(ends)
    stopped = schedule.get("EndBehavior") == "STOP_ROLLOUT" and end is not None and now >= end
    return task["Status"] in ("SCHEDULED", "IN_PROGRESS") and not stopped


def _per_minute(account: AccountState, task: JsonObject, notified: int, succeeded: int) -> int:
    """Return the number of executions that may begin in a minute.

    An exponential rate grows by its factor each time another threshold of things is reached.
    """
    rates = mapping(push_config(account, task), "RolloutConfig")
    limits: list[float] = []
    if "MaximumPerMinute" in rates:
        limits.append(number(rates, "MaximumPerMinute"))
    growing = mapping(rates, "ExponentialRolloutRate")
    base, factor = growing.get("BaseRatePerMinute"), growing.get("IncrementFactor")
    if isinstance(base, int):
        criteria = mapping(growing, "RateIncreaseCriteria")
        reached = 0
        for member, count in (
            ("numberOfNotifiedThings", notified),
            ("numberOfSucceededThings", succeeded),
        ):
            if member in criteria:
                reached = max(reached, count // number(criteria, member))
        growth = factor if isinstance(factor, int | float) else 1.0
        # A power beyond any number of things would not fit into a float.
        limits.append(base * growth ** min(reached, 100))
    return int(min(limits)) if limits else _ALL


_ALL: Final = 1_000_000


def _earliest(rollout: JsonObject) -> int:
    """Return the end of the minute in which executions last began."""
    last = rollout.get("LastAt")
    return last + _MINUTE if isinstance(last, int) else 0


def _continue_at(account: AccountState, rollout: JsonObject, moment: int | None) -> None:
    rollout[_NEXT_AT] = moment
    clear_schedule(rollout)
    reschedule(account, OTA_ROLLOUT, rollout)
