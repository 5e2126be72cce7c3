"""A client of the control API, by the standard library."""

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPResponse
from typing import Any
from urllib.parse import urlsplit

from attrs import field, frozen

from iotmi.emulator import Emulator
from iotmi.emulator.server import Credentials


@frozen
class Event:
    """One event of the stream."""

    kind: str
    identifier: str | None
    data: dict[str, Any]


@frozen
class Answer:
    """A response."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def document(self) -> Any:  # noqa: ANN401 - JSON
        return json.loads(self.body)

    @property
    def message(self) -> str:
        text: str = self.document["error"]["message"]
        return text


@frozen
class Api:
    """The control API at an address."""

    address: str
    headers: Mapping[str, str] = field(factory=dict[str, str])

    @property
    def place(self) -> str:
        """Host and port."""
        return urlsplit(self.address).netloc

    def send(
        self, method: str, path: str, body: object = None, *, at: str = "/_emulator", **headers: str
    ) -> Answer:
        """Send a request. A body that is not bytes is sent as JSON."""
        sent = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        with closing(HTTPConnection(self.place, timeout=20)) as connection:
            connection.request(method, f"{at}{path}", sent, {**self.headers, **named})
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, found, response.read())

    def get(self, path: str) -> Any:  # noqa: ANN401 - JSON
        """Return the document of a GET that succeeds."""
        answer = self.send("GET", path)
        assert answer.status == 200, answer.body
        return answer.document

    def post(self, path: str, status: int = 200, /, **body: object) -> Any:  # noqa: ANN401
        """Return the document of a POST with a status."""
        answer = self.send("POST", path, body)
        assert answer.status == status, answer.body
        return answer.document if answer.body else None

    def device(self, name: str) -> dict[str, Any]:
        """Return the device of a name."""
        (found,) = [each for each in self.get("/home")["devices"] if each["name"] == name]
        return dict(found)

    @contextmanager
    def stream(self, query: str = "", **headers: str) -> Iterator[Iterator[Event]]:
        """Yield the events of a stream."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        with closing(HTTPConnection(self.place, timeout=20)) as connection:
            connection.request(
                "GET", f"/_emulator/stream{query}", headers={**self.headers, **named}
            )
            response = connection.getresponse()
            assert response.status == 200, response.read()
            yield events(response)


def events(response: HTTPResponse) -> Iterator[Event]:
    """Yield the events of a response, without comments."""
    fields: dict[str, str] = {}
    for line in response:
        text = line.decode().rstrip("\n")
        if not text:
            if "data" in fields:
                data = json.loads(fields["data"])
                yield Event(fields["event"], fields.get("id"), data)
            fields = {}
        elif not text.startswith(":"):
            name, _, value = text.partition(": ")
            fields[name] = value


def basic(keys: Credentials) -> dict[str, str]:
    """Return the header with which a browser sends keys."""
    pair = f"{keys.access_key}:{keys.secret_key}".encode()
    return {"Authorization": f"Basic {b64encode(pair).decode()}"}


def home_of(emulator: Emulator) -> Any:  # noqa: ANN401 - JSON
    """Return the home at a glance, without the types of its parts."""
    return emulator.home(limit=1000)


def steady(home: Mapping[str, object]) -> dict[str, object]:
    """Return a home without what changes by itself."""
    moving = {"now", "revision", "generation"}
    return {name: value for name, value in home.items() if name not in moving}


def value_of(thing: Mapping[str, Any], cluster: str, name: str) -> object:
    """Return the value of a property of a thing."""
    (found,) = [
        each["value"]
        for capability in thing["capabilities"]
        if f".{cluster}@" in capability["id"]
        for each in capability["properties"]
        if each["name"] == name
    ]
    value: object = found
    return value
