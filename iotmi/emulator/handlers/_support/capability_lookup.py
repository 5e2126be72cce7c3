"""Finding the capability of a device that has a property or an event.

Owns that search in a capability report. It does not know what is done with what is found.
"""

from collections.abc import Iterator

from iotmi.emulator._core.json import JsonObject, mapping, objects, text, texts
from iotmi.emulator.handlers._support.thing_state import Part


def part_of(
    thing: JsonObject,
    details: JsonObject,
    member: str,
    name: str,
    *,
    capability: str | None,
    endpoint: str | None,
) -> Part:
    """The one capability that has a property or an event of a name.

    Raises:
        ValueError: None has, or several have.
    """
    found = [
        part
        for part in _parts(text(thing, "Id"), mapping(details, "CapabilityReport"))
        if name in texts(part.capability, member)
        and capability in (None, part.identifier)
        and endpoint in (None, part.endpoint)
    ]
    if not found:
        raise ValueError(f"the device has no {name} among its {member}")
    if len(found) > 1:
        places = ", ".join(f"{part.identifier} at {part.endpoint}" for part in found)
        raise ValueError(f"several have {name}: {places}; say which")
    return found[0]


def _parts(thing: str, report: JsonObject) -> Iterator[Part]:
    for endpoint in objects(report, "endpoints"):
        for capability in objects(endpoint, "capabilities"):
            yield Part(thing, text(endpoint, "id"), capability)
