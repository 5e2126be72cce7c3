"""Routes of cloud connectors whose functions the emulator invokes.

Owns the documents of their faults and invocations. An invocation has neither its request nor its
response, which may have tokens.
"""

from typing import Final, get_args

from iotmi.emulator._connectors.functions import ConnectorFault, ConnectorFunction
from iotmi.emulator._control.routes import Route, Sent
from iotmi.emulator._control.schemas import choice, integer, nullable, record
from iotmi.emulator._core.json import JsonObject, JsonValue
from iotmi.emulator._emulator import Emulator
from iotmi.emulator.handlers._support.invocations import OPERATIONS

MAX_TIMES: Final = 1000


def show_all(emulator: Emulator, _sent: Sent) -> JsonValue:
    """Return all connectors."""
    return {"connectors": [_connector(each) for each in emulator.connectors.values()]}


def fail(emulator: Emulator, sent: Sent) -> JsonValue:
    """Plan a fault of a connector, and return the connector."""
    function = _find(emulator, sent)
    times = sent.body.get("times", 1)
    for kind in get_args(ConnectorFault):
        if kind == sent.body["kind"]:
            function.fail(
                kind, sent.text("operation"), times=times if isinstance(times, int) else 1
            )
    return _connector(function)


def clear(emulator: Emulator, sent: Sent) -> JsonValue:
    """Remove the planned faults of a connector."""
    _find(emulator, sent).clear()
    return None


def _find(emulator: Emulator, sent: Sent) -> ConnectorFunction:
    function = emulator.connectors.get(sent.path["arn"])
    if function is None:
        raise LookupError(f"No connector has the function {sent.path['arn']!a}.")
    return function


def _connector(function: ConnectorFunction) -> JsonObject:
    return {
        "arn": function.arn,
        "problems": list(function.problems),
        "faults": [
            {"kind": planned.kind, "operation": planned.operation} for planned in function.faults
        ],
        "invocations": [
            {
                "operation": each.operation,
                "delivery": each.delivery,
                "outcome": each.outcome,
                "fault": each.fault,
            }
            for each in function.invocations
        ],
    }


ROUTES: Final = (
    Route(
        "GET",
        "/connectors",
        show_all,
        "List the connectors with their faults and their last 1,000 invocations",
        response="Connectors",
        group="connectors",
    ),
    Route(
        "POST",
        "/connectors/{arn}/faults",
        fail,
        "Plan a fault of the next invocations of a connector",
        response="Connector",
        status=201,
        body=record(
            {"kind": choice(*get_args(ConnectorFault))},
            {"operation": nullable(choice(*OPERATIONS)), "times": integer(1, MAX_TIMES)},
        ),
        refusals=(404,),
        group="connectors",
    ),
    Route(
        "DELETE",
        "/connectors/{arn}/faults",
        clear,
        "Remove the planned faults of a connector",
        status=204,
        refusals=(404,),
        group="connectors",
    ),
)
