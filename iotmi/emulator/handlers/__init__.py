"""What each operation does, one module per family, gathered into one table.

Owns the table from operation to handler. A handler is a plain function of the world and
the checked parameters; it answers a document, or None where the service answers nothing.
It does not know HTTP, faults, client tokens or transactions.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from iotmi.emulator._world import Handler
from iotmi.emulator.handlers import (
    account_associations,
    commands,
    credential_lockers,
    managed_things,
    tags,
    thing_details,
)

HANDLERS: Final[Mapping[str, Handler]] = MappingProxyType(
    {
        **managed_things.HANDLERS,
        **thing_details.HANDLERS,
        **commands.HANDLERS,
        **account_associations.HANDLERS,
        **credential_lockers.HANDLERS,
        **tags.HANDLERS,
    }
)
"""Every operation the emulator has, by name."""
