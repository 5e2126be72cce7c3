"""Grouping of commands for ``SendManagedThingCommand``, and comparison with a capability report.

This module knows the service's limits for one request. It does not know the client.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Final, TypeVar

from iotmi._models.capabilities import (
    CapabilityAction,
    CapabilityReport,
    CapabilityReportCapability,
    CommandCapability,
    CommandEndpoint,
)
from iotmi.capabilities._command import Command, ReadState, UpdateState
from iotmi.errors import ConstraintError, Problem

T = TypeVar("T")
K = TypeVar("K")

MAX_PARTS: Final = 5


def endpoints(*commands: Command) -> tuple[CommandEndpoint, ...]:
    """Group commands into the `endpoints` parameter of ``SendManagedThingCommand``.

    Consecutive commands for one endpoint share a group, and in it consecutive commands for one
    capability do. The order never changes. A return to an earlier endpoint or capability begins a
    new group.

    Limits: 1 to 5 endpoints, each of 1 to 5 capabilities, each of 1 to 5 actions.

    Raises:
        ConstraintError: there are no commands, or too many for one request.
    """
    problems: list[Problem] = []
    if not commands:
        problems.append(Problem("commands", "must hold at least 1 command", None))
    made = []
    for place, (endpoint, at_endpoint) in enumerate(_runs(commands, lambda each: each.endpoint)):
        path = f"endpoints[{place}].capabilities"
        runs = _runs(at_endpoint, lambda each: (each.capability, _version(each)))
        problems += _too_many(path, runs)
        capabilities = []
        for inner, ((capability, version), of_capability) in enumerate(runs):
            problems += _too_many(f"{path}[{inner}].actions", of_capability)
            capabilities.append((capability, version, of_capability))
        made.append((endpoint, capabilities))
    problems += _too_many("endpoints", made)
    if problems:
        raise ConstraintError("commands", tuple(problems))
    return tuple(
        CommandEndpoint(
            endpoint_id=endpoint,
            capabilities=[
                CommandCapability(
                    id=capability.id,
                    name=capability.name,
                    version=version,
                    actions=[
                        CapabilityAction(name=each.name, parameters=each.parameters())
                        for each in of_capability
                    ],
                )
                for capability, version, of_capability in capabilities
            ],
        )
        for endpoint, capabilities in made
    )


def check(report: CapabilityReport, *commands: Command) -> None:
    """Check that a thing supports commands.

    ``ReadState`` and ``UpdateState`` are compared by their properties.

    Args:
        report: the thing's own report, from ``managed_things.get_capabilities``.
        commands: the commands.

    Raises:
        ConstraintError: lists each missing endpoint, capability, action and property, and each
            version that differs from the thing's.
    """
    problems = [
        Problem(f"commands[{place}].{path}", rule, value)
        for place, command in enumerate(commands)
        for path, rule, value in _missing(report, command)
    ]
    if problems:
        raise ConstraintError("commands", tuple(problems))


def _missing(report: CapabilityReport, command: Command) -> Iterator[tuple[str, str, str]]:
    at_endpoint = [each for each in report.endpoints if each.id == command.endpoint]
    if not at_endpoint:
        known = ", ".join(each.id for each in report.endpoints) or "no endpoint"
        yield "endpoint", f"must be in the report, which has {known}", command.endpoint
        return
    reported = [part for each in at_endpoint for part in each.capabilities]
    found = [part for part in reported if part.id == command.capability.id]
    if not found:
        known = ", ".join(part.id for part in reported) or "no capability"
        rule = f"must be in the report of the endpoint, which has {known}"
        yield "capability", rule, command.capability.id
        return
    yield from _missing_in(found[0], command)


def _missing_in(
    reported: CapabilityReportCapability, command: Command
) -> Iterator[tuple[str, str, str]]:
    if _version(command) != reported.version:
        rule = f"must be {reported.version}, the version that the thing reports"
        yield "version", rule, _version(command)
    if isinstance(command, ReadState | UpdateState):
        for name in command.properties:
            if name not in reported.properties and name != "*":
                yield "properties", f"must be properties that {reported.name} reports", name
    elif command.name not in reported.actions:
        yield "name", f"must be an action that {reported.name} reports", command.name


def _version(command: Command) -> str:
    return command.capability.version if command.version is None else command.version


def _runs(
    commands: Sequence[Command], key: Callable[[Command], K]
) -> list[tuple[K, list[Command]]]:
    """Group consecutive commands with the same key."""
    return [(each, list(run)) for each, run in groupby(commands, key)]


def _too_many(path: str, parts: Sequence[object]) -> list[Problem]:
    if len(parts) <= MAX_PARTS:
        return []
    return [Problem(path, f"must hold at most {MAX_PARTS} items", len(parts))]
