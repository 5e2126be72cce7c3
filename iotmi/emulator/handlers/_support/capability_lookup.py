"""Finding the capability of a device that has a property or an event.

Owns that search in a capability report. It does not know what is done with what is found.
"""

from collections.abc import Iterator

from iotmi.emulator._core.json import JsonObject, mapping, objects, text, texts
from iotmi.emulator.handlers._support.thing_state import CapabilityRef


def find_capability(
    thing: JsonObject,
    details: JsonObject,
    member: str,
    name: str,
    *,
    capability: str | None,
    endpoint: str | None,
) -> CapabilityRef:
    """The one capability that has a property or an event of a name.

    Raises:
        ValueError: None has, or several have.
    """
    found = [
        ref
        for ref in _capability_refs(text(thing, "Id"), mapping(details, "CapabilityReport"))
        if name in texts(ref.capability, member)
        and capability in (None, ref.identifier)
        and endpoint in (None, ref.endpoint)
    ]
    if not found:
        raise ValueError(f"the device has no {name} among its {member}")
    if len(found) > 1:
        places = ", ".join(f"{ref.identifier} at {ref.endpoint}" for ref in found)
        raise ValueError(f"several have {name}: {places}; say which")
    return found[0]


def _capability_refs(thing: str, report: JsonObject) -> Iterator[CapabilityRef]:
    for endpoint in objects(report, "endpoints"):
        for capability in objects(endpoint, "capabilities"):
            yield CapabilityRef(thing, text(endpoint, "id"), capability)
