"""A clock moved by hand, for faults."""

from iotmi.emulator import Faults
from iotmi.emulator._model.operations import load_service


class ManualClock:
    """A clock moved by hand, and a sleep that only tells how long it was to be."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def faults(self) -> Faults:
        """Faults that live by it."""
        return Faults(load_service(), seconds=lambda: self.now, sleep=self.slept.append)
