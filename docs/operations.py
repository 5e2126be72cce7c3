"""Generate `operations.md`: every operation with its method, its waiter and its emulation's source.

``python docs/operations.py`` prints the page; with ``--write`` it replaces the page. A test keeps
the page current.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import iotmi
from iotmi.emulator._model.fidelity import FIDELITY

PAGE: Final = Path(__file__).parent / "operations.md"

# Operations whose effect takes time at the service, with the waiter for it.
WAITERS: Final[Mapping[str, str]] = {
    "CreateAccountAssociation": "wait_until_settled",
    "CreateManagedThing": "wait_until_activated",
    "CreateOtaTask": "wait_until_finished",
    "CreateProvisioningProfile": "wait_until_created",
    "DeleteManagedThing": "wait_until_deleted",
    "PutDefaultEncryptionConfiguration": "wait_until_encrypted",
    "StartAccountAssociationRefresh": "wait_until_settled",
    "StartDeviceDiscovery": "wait_until_finished",
}


def page() -> str:
    """Return the page."""
    return "\n".join(lines()) + "\n"


def lines() -> Iterator[str]:
    """Yield the page line by line."""
    infos = sorted(iotmi.operations(), key=lambda info: info.method)
    yield "# All operations"
    yield ""
    yield f"All {len(infos)} operations of the service, by method."
    yield ""
    yield (
        "The last column names the source of the emulator's behaviour. Paths, members, limits, "
        "success codes and declared errors always come from botocore's model of the service. "
        "*Documented* behaviour is in the service's guide or its published examples. *Modelled* "
        "behaviour is in the model only. *Assumed* behaviour is in neither, so the emulator makes "
        "a choice. No test compares the emulator with AWS itself."
    )
    yield ""
    yield "| method | operation | idempotent | waiter | emulator |"
    yield "|---|---|---|---|---|"
    for info in infos:
        family = info.method.partition(".")[0]
        waiter = WAITERS.get(info.name)
        cells = (
            f"[`{info.method}`](families/{family}.md)",
            f"[{info.name}]({info.url})",
            "yes" if info.idempotent else "**no**",
            f"`{waiter}`" if waiter else "",
            known(info.name),
        )
        yield f"| {' | '.join(cells)} |"


def known(operation: str) -> str:
    """Return the sources of the emulator's behaviour for an operation."""
    fidelity = FIDELITY[operation]
    said = {
        "Documented": fidelity.documented,
        "Modelled": fidelity.modelled,
        "Assumed": fidelity.assumed,
    }
    return " ".join(f"*{word}*: {text}" for word, text in said.items() if text)


if __name__ == "__main__":
    if "--write" in sys.argv:
        PAGE.write_text(page())
    else:
        print(page(), end="")
