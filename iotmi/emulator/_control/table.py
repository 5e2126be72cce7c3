"""The table of all routes of the control API, with those of the server itself.

Owns the order of the routes, the console's files, and the description. Each other module of this
package owns the routes of its subject.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from attrs import field, frozen

from iotmi._version import __version__
from iotmi.emulator._control import account, connectors, faults, logs, people, things
from iotmi.emulator._control.openapi import describe
from iotmi.emulator._control.routes import ControlError, Route, Sent
from iotmi.emulator._control.schemas import string
from iotmi.emulator._control.stream import KINDS
from iotmi.emulator._core.json import JsonValue
from iotmi.emulator._emulator import Emulator
from iotmi.emulator._model.operations import load_service

HEALTH: Final = "/health"
STREAM: Final = "/stream"

_CONSOLE: Final = Path(__file__).parent.parent / "console"
_MEDIA: Final[Mapping[str, str]] = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}


@frozen
class File:
    """A file of the console, as a response.

    Attributes:
        content: content.
        media: media type.
    """

    content: bytes = field(repr=False)
    media: str


class Table:
    """The routes of a server.

    Args:
        calls: function that returns the number of requests to the service.
    """

    def __init__(self, calls: Callable[[], int]) -> None:
        self._calls = calls
        self.routes: tuple[Route, ...] = (
            Route(
                "GET",
                HEALTH,
                self._health,
                "Get the state of the server, without keys",
                response="Health",
                open=True,
                group="server",
            ),
            Route(
                "GET",
                "/openapi.json",
                self._openapi,
                "Get this description",
                response="OpenApi",
                group="server",
            ),
            *account.ROUTES,
            *things.ROUTES,
            *people.ROUTES,
            *faults.ROUTES,
            *connectors.ROUTES,
            *logs.ROUTES,
            Route(
                "GET",
                STREAM,
                None,
                "Follow notifications, calls, faults and the home as server-sent events",
                query={
                    "after": string(
                        longest=40,
                        about="id of the last event that you have, 0 for all; absent: new ones",
                    ),
                    "only": string(
                        longest=64, about=f"one or more of {','.join(KINDS)}; all if absent"
                    ),
                },
                group="logs",
                media="text/event-stream",
            ),
        )

    def _health(self, emulator: Emulator, _sent: Sent) -> JsonValue:
        return {
            "status": "up",
            "version": __version__,
            "region": emulator.region_name,
            "operations": len(load_service().operations),
            "calls": self._calls(),
        }

    def _openapi(self, _emulator: Emulator, _sent: Sent) -> JsonValue:
        return describe(self.routes)


def console_file(name: str) -> File:
    """Return a file of the console.

    Raises:
        ControlError: the console has no such file.
    """
    # Compared with the names in the folder, so that no path leads out of it.
    for path in _CONSOLE.iterdir() if _CONSOLE.is_dir() else ():
        if path.name == name and path.suffix in _MEDIA and path.is_file():
            return File(path.read_bytes(), _MEDIA[path.suffix])
    raise ControlError(404, "no_such_file", "The console has no such file.")
