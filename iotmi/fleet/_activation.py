"""Activation: rows whose things were created are done when the things are ACTIVATED.

Reads pages of the listing where that takes fewer calls than a read of each thing. This module does
not know how a thing was created.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from attrs import define, field

from iotmi._models.managed_things import ProvisioningStatus
from iotmi.client import Client
from iotmi.errors import ResourceNotFoundError
from iotmi.waiting import PollInterval

INTERVAL: Final = PollInterval(initial=1.0, maximum=30.0)

_ONE_BY_ONE: Final = 50
_DELETING: Final = frozenset({ProvisioningStatus.DELETE_IN_PROGRESS, ProvisioningStatus.DELETED})


@define
class Activation:
    """The things that are not activated yet.

    Attributes:
        client: reads things.
        pending: the number of the row of each thing, by id.
    """

    client: Client
    pending: dict[str, int] = field(factory=dict)
    _pages: int = 1

    def poll(self) -> Iterator[tuple[int, str, bool]]:
        """Yield the row, the thing and True for each activated thing, False for a deleted one."""
        before = len(self.pending)
        if before > self._pages:
            yield from self._read_pages()
        if len(self.pending) == before:
            # A listing may lag behind, and few things are read faster one by one.
            yield from self._read_each()

    def _read_each(self) -> Iterator[tuple[int, str, bool]]:
        for identifier in list(islice(self.pending, _ONE_BY_ONE)):
            try:
                status = self.client.managed_things.get(identifier).provisioning_status
            except ResourceNotFoundError:
                status = ProvisioningStatus.DELETED
            yield from self._ended(identifier, status)

    def _read_pages(self) -> Iterator[tuple[int, str, bool]]:
        self._pages = 0
        for page in self.client.managed_things.list(max_results=1000).pages():
            self._pages += 1
            for thing in page.items:
                yield from self._ended(thing.id, thing.provisioning_status)
            if not self.pending:
                return

    def _ended(
        self, identifier: str, status: ProvisioningStatus | None
    ) -> Iterator[tuple[int, str, bool]]:
        if identifier in self.pending and (
            status == ProvisioningStatus.ACTIVATED or status in _DELETING
        ):
            yield self.pending.pop(identifier), identifier, status == ProvisioningStatus.ACTIVATED
