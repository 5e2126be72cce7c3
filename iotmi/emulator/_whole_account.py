"""The account of an emulator as a whole: its home, its seeds, its copies and its changes.

Owns these methods of `Emulator`. Their modules are loaded with the first use, because an emulator
starts faster without them. This module must know neither requests nor clients.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from iotmi.emulator._core.clock import format_iso
from iotmi.emulator._core.json import JsonValue
from iotmi.emulator._dispatch.dispatcher import Dispatcher
from iotmi.emulator._time_control import ClockName

if TYPE_CHECKING:
    from iotmi.emulator._connectors.functions import Connectors


class WholeAccount:
    """The account as a whole. `Emulator` derives from this class.

    Args:
        dispatcher: emulated service.
        clock: name of the clock.
        connectors: functions of connectors by ARN, or None without any.
    """

    def __init__(
        self, dispatcher: Dispatcher, clock: ClockName, connectors: "Connectors | None"
    ) -> None:
        self._dispatcher = dispatcher
        self._clock: ClockName = clock
        self._connectors = connectors

    def reset(self, seed: str | Mapping[str, JsonValue] = "empty") -> None:
        """Replace the account state by a seed, and forget all calls, notifications and faults.

        An ``"on_read"`` clock that `advance` turned into an ``"emulated"`` one is turned back.

        Args:
            seed: ``"empty"``, ``"demo"`` for a home with two hubs, a linked account and eleven
                devices, or the description of a home.

        Raises:
            ValueError: *seed* is unknown, or the description has a wrong member. Nothing changes.
        """
        from iotmi.emulator import _snapshots
        from iotmi.emulator._devices.seeds import named_seed

        home = named_seed(seed) if isinstance(seed, str) else {**seed}
        _snapshots.reset(self._dispatcher, home)
        for function in (self._connectors or {}).values():
            function.clear()

    def snapshot(self) -> dict[str, JsonValue]:
        """Return a copy of the whole account state as JSON data, with the emulated time.

        The snapshot has all secrets of the home. It has neither faults nor calls.
        """
        from iotmi.emulator import _snapshots

        return _snapshots.take_snapshot(self._dispatcher)

    def restore(self, snapshot: Mapping[str, JsonValue]) -> None:
        """Replace the account state by that of a snapshot.

        Args:
            snapshot: result of `snapshot`, also of another emulator of this Region and account.

        Raises:
            ValueError: *snapshot* is no snapshot, or was changed. Nothing changes.
        """
        from iotmi.emulator import _snapshots

        _snapshots.restore(self._dispatcher, snapshot, movable=self._clock != "real")

    def home(self, *, limit: int = 500) -> dict[str, JsonValue]:
        """Return the home at a glance as JSON data, without secrets.

        It has the members of ``GET /_emulator/home``. Nothing in the account changes.

        Args:
            limit: largest number of resources of each kind.
        """
        from iotmi.emulator._devices.view import home_view

        return {
            "region": self._dispatcher.scope.region_name,
            "account": self._dispatcher.scope.account_id,
            "clock": self.clock,
            "now": format_iso(self._dispatcher.clock.present),
            **home_view(self._dispatcher, limit),
        }

    @property
    def revision(self) -> int:
        """A number that differs after each change of the account state."""
        return self._dispatcher.store.revision

    def on_change(self, function: Callable[[], None]) -> Callable[[], None]:
        """Call *function* after each change, call or new fault, until the result is called.

        Args:
            function: function that is called in the thread of the change. It must be quick.

        Returns:
            A function that ends the calls.
        """
        removers = [
            observers.add(function)
            for observers in (
                self._dispatcher.store.observers,
                self._dispatcher.call_log.observers,
                self._dispatcher.faults.observers,
            )
        ]

        def remove() -> None:
            for each in removers:
                each()

        return remove

    @property
    def clock(self) -> ClockName:
        """The name of the clock. `advance` turns ``"on_read"`` into ``"emulated"``."""
        moved = self._clock == "on_read" and self._dispatcher.clock.is_running
        return "emulated" if moved else self._clock

    def _begin_with(self, home: str | Mapping[str, JsonValue]) -> None:
        """Reset to a seed or restore a snapshot, unless the account has resources.

        Raises:
            ValueError: *home* is unknown or wrong. The store is closed then.
        """
        from iotmi.emulator import _snapshots

        try:
            if not _snapshots.is_empty(self._dispatcher):
                return
            if isinstance(home, str) or not _snapshots.is_snapshot(home):
                self.reset(home)
            else:
                self.restore(home)
        except BaseException:
            self._dispatcher.store.close()
            raise
