"""Writes `operations.md`: every operation, its method, its waiter, and how its emulation is known.

``python docs/operations.py`` prints the page; with ``--write`` it replaces it. A test holds the
page current.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import iotmi
from iotmi.emulator._model.fidelity import FIDELITY

PAGE: Final = Path(__file__).parent / "operations.md"

# What takes time at the service, and the waiter that sees it through.
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
    """The page as it should be."""
    return "\n".join(lines()) + "\n"


def lines() -> Iterator[str]:
    """The page, line by line."""
    infos = sorted(iotmi.operations(), key=lambda info: info.method)
    yield "# All operations"
    yield ""
    yield f"All {len(infos)} operations of the service, by method; written by `docs/operations.py`."
    yield ""
    yield (
        "The last column says what the emulator's behaviour rests on, beyond what holds of all: "
        "paths, members, limits, success codes and declared errors are botocore's model of the "
        "service. *Documented* is in the service's guide or its published examples, *modelled* "
        "only in its model, *assumed* nowhere: there the emulator had to choose. Nothing was "
        "compared with AWS itself."
    )
    yield ""
    yield "| method | operation | repeated when nobody knows | waiter | emulator |"
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
    """How what the emulator does for an operation is known."""
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
