"""Short ways round what botocore does shape by shape, over its public events and on no others.

botocore serialises a request's body and parses an answer's by walking the service's model. Our
values know their form already, so `InFlightCall` carries the body past both walks: a ``before-call``
handler puts in the body that `OperationRoute` has made ready, and a ``before-parse`` handler takes the
answer's out. Path and query stay botocore's, and endpoint and signature. How a value is written the
codec knows; of errors, and of who sends, this module knows nothing.
"""

import json
from collections.abc import Mapping
from contextvars import ContextVar, Token
from typing import Final

from botocore import xform_name
from botocore.client import BaseClient
from botocore.model import ListShape, MapShape, Shape, StructureShape

from iotmi._botocore.cancellation import SocketCanceller
from iotmi._serde.encoder import json_default, to_boto3


class InFlightCall:
    """One call under way in this thread, for the handlers to meet. Safe beside other calls."""

    __slots__ = ("_token", "body", "canceller", "response_body")

    _token: "Token[InFlightCall | None]"

    def __init__(self, canceller: SocketCanceller, body: bytes | None = None) -> None:
        self.canceller = canceller
        self.body = body
        self.response_body: bytes | None = None

    def __enter__(self) -> None:
        self._token = _current.set(self)

    def __exit__(self, *_: object) -> None:
        _current.reset(self._token)


_current: Final[ContextVar[InFlightCall | None]] = ContextVar("iotmi_call", default=None)


def current_call() -> InFlightCall | None:
    """The call of ours that is under way in this thread."""
    return _current.get()


class OperationRoute:
    """How one operation goes over one client: the client's method, and where members travel."""

    def __init__(self, client: BaseClient, operation: str, *, writes_body: bool) -> None:
        self.method = getattr(client, xform_name(operation))
        self._non_body_members: frozenset[str] | None = None
        shape = client.meta.service_model.operation_model(operation).input_shape
        members = {} if shape is None else shape.members
        located = {name: each.serialization.get("location") for name, each in members.items()}
        self._path_members = frozenset(name for name, place in located.items() if place == "uri")
        if writes_body and shape is not None and _is_plain_json(shape, set()):
            self._non_body_members = frozenset(name for name, place in located.items() if place)

    def split(self, parameters: Mapping[str, object]) -> tuple[Mapping[str, object], bytes | None]:
        """What botocore is to place, and the body; no body where botocore is to make it.

        Raises:
            TypeError, ValueError, RecursionError: no request can hold this. What passed unchecked
                may be anything.
        """
        for name in self._path_members:
            step = parameters.get(name)
            if step is None:
                raise ValueError(f"there is no path without {name}")
            if step in (".", ".."):
                # The model allows it in some names; servers and proxies take it to be elsewhere.
                raise ValueError(f"as {name}, {step!r} would lead to another path")
        non_body_members = self._non_body_members
        if non_body_members is None or non_body_members.issuperset(parameters):
            return _to_boto3_params(parameters), None
        within = {name: value for name, value in parameters.items() if name not in non_body_members}
        body = _JSON.encode(within).encode()
        return _to_boto3_params(
            {n: parameters[n] for n in parameters if n in non_body_members}
        ), body


# What is built of frozen values holds no circle, and looking for one takes a seventh of the time.
_JSON: Final = json.JSONEncoder(check_circular=False, allow_nan=False, default=json_default)


def _to_boto3_params(parameters: Mapping[str, object]) -> Mapping[str, object]:
    return {name: to_boto3(value) for name, value in parameters.items()}


def _is_plain_json(shape: Shape, seen: set[str]) -> bool:
    """Whether botocore writes *shape* in a body just as it is given: no other names, no times."""
    if shape.name in seen:
        return True
    seen.add(shape.name)
    if isinstance(shape, StructureShape):
        return "payload" not in shape.serialization and all(
            "location" in member.serialization
            or (member.serialization.get("name", name) == name and _is_plain_json(member, seen))
            for name, member in shape.members.items()
        )
    if isinstance(shape, ListShape):
        return _is_plain_json(shape.member, seen)
    if isinstance(shape, MapShape):
        return _is_plain_json(shape.value, seen)
    return shape.type_name not in ("timestamp", "blob")


def inject_body(params: dict[str, object], **_: object) -> None:
    """Put in the body of one of our own calls (``before-call``)."""
    call = current_call()
    if call is not None and call.body is not None:
        params["body"] = call.body
        headers = params["headers"]
        if isinstance(headers, dict):
            headers["Content-Type"] = "application/json"


def capture_body(response_dict: dict[str, object], **_: object) -> None:
    """Take the body of an answer to one of our own calls, so that botocore parses an empty one.

    A client that the application handed in may be in use elsewhere: those calls stay as they are.
    Of an error botocore reads the code, if it can (``before-parse``).
    """
    call = current_call()
    status = response_dict["status_code"]
    if call is None or not isinstance(status, int):
        return
    given = response_dict["body"]
    body = given if isinstance(given, bytes) else b""
    if status > 300:
        response_dict["body"] = sanitize_error_body(body)
    else:
        # To botocore's parser 300 is a success, and to its client an error.
        call.response_body = body
        response_dict["body"] = b""


def sanitize_error_body(body: bytes) -> bytes:
    """The *body* of an error as botocore's parser can take it, which stumbles over all else.

    A page of a proxy in another encoding keeps what can be read of it. Where nothing can, the
    header and the status still tell what went wrong.
    """
    text = body.decode(errors="replace")
    try:
        document = json.loads(text) if text else {}
    except RecursionError:
        return b""
    except ValueError:
        return text.encode()
    if not isinstance(document, dict):
        return b""
    # No code is anything but a string, and what is nested is no part of any error.
    kept = {
        name: value
        for name, value in document.items()
        if not isinstance(value, dict | list) and (name not in _CODES or isinstance(value, str))
    }
    return json.dumps(kept).encode()


_CODES: Final = ("__type", "code", "Code")
