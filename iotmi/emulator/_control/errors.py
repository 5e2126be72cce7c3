"""The mapping of the emulator's exceptions to errors of the control API.

Owns the statuses. This module must not know any route.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from iotmi.emulator._control.routes import ControlError, invalid
from iotmi.emulator._core.errors import EmulatorClosedError, EmulatorFileError, WrongStatusError


@contextmanager
def translated() -> Iterator[None]:
    """Raise the ControlError of an exception that the block raises."""
    try:
        yield
    except LookupError as error:
        if isinstance(error, KeyError | IndexError):
            raise  # a defect of the emulator
        raise ControlError(404, "not_found", str(error)) from None
    except WrongStatusError as error:
        raise ControlError(409, "wrong_status", f"{error}.") from None
    except (ValueError, OverflowError) as error:
        raise invalid(str(error)) from None
    except EmulatorClosedError:
        raise ControlError(503, "closed", "The emulator is closed.") from None
    except EmulatorFileError as error:
        raise ControlError(507, "disk_full", f"{error}.") from None
