"""The description of planned faults.

Owns the form: each entry names the method that plans the fault, and the parameters of that method.
This module must not know how faults are chosen.
"""

from collections.abc import Mapping

from attrs import frozen

from iotmi.emulator._faults.kinds import Fault, FaultKind


@frozen
class ActiveFaults:
    """The faults that are planned. Each entry has the parameters of the method that added it.

    Attributes:
        queued: faults of the next calls, in order, with the number of calls as ``times``.
        random: faults of a share of all calls.
        delays: delays of all calls.
        throttles: limits of the rate.
    """

    queued: tuple[Mapping[str, object], ...] = ()
    random: tuple[Mapping[str, object], ...] = ()
    delays: tuple[Mapping[str, object], ...] = ()
    throttles: tuple[Mapping[str, object], ...] = ()


def queued_entry(fault: Fault | None) -> Mapping[str, object]:
    """Return the method that queued a fault, and its parameters."""
    if fault is None:
        return {"kind": "succeed_next"}
    match fault.kind:
        case FaultKind.ERROR:
            return {
                "kind": "fail",
                "error": fault.error,
                "retry_after": fault.retry_after,
                "before_effect": fault.before_effect,
            }
        case FaultKind.RESET:
            return {"kind": "reset_connections", "before_effect": fault.before_effect}
        case FaultKind.LOST:
            return {"kind": "lose_answers"}
        case FaultKind.UNREACHABLE:
            return {"kind": "refuse_connections"}
        case _:
            return {"kind": "garble_answers", "truncated": fault.kind is FaultKind.TRUNCATED}


def random_entry(share: float, operation: str | None, fault: Fault) -> Mapping[str, object]:
    """Return the method that added a random fault, and its parameters."""
    rest = {"operation": operation, "before_effect": fault.before_effect}
    if fault.kind is FaultKind.RESET:
        return {"kind": "drop_randomly", "share": share, **rest}
    return {"kind": "fail_randomly", "share": share, "code": fault.error, **rest}
