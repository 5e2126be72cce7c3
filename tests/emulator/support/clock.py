"""A clock that a test moves, for faults."""

from iotmi.emulator import Faults
from iotmi.emulator._model.operations import load_service


class ManualClock:
    """A clock that a test moves, with a sleep that only records its length."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def faults(self) -> Faults:
        """Return faults on this clock."""
        return Faults(load_service(), seconds=lambda: self.now, sleep=self.slept.append)
