"""Handlers of botocore's events that replace its encoding and parsing of bodies.

botocore walks the service's model to write a request's body and to parse a response's body. This
library's own encoder and decoder are faster. A ``before-call`` handler sets the body that
`OperationRoute` has encoded. A ``before-parse`` handler takes the response's body. botocore still
writes path and query, finds the endpoint and signs. This module does not know who sends, nor how
errors are mapped.
"""

import json
from collections.abc import Callable, Mapping
from contextvars import ContextVar, Token
from enum import Enum, auto
from typing import Final

from botocore import xform_name
from botocore.client import BaseClient
from botocore.model import ListShape, MapShape, Shape, StructureShape

from iotmi._botocore.messages import RawResponse, SignedRequest
from iotmi._serde.encoder import json_default, to_boto3


class Stage(Enum):
    """The progress of a call that botocore sends.

    Attributes:
        PREPARING: botocore builds the request.
        SIGNING: botocore fetches credentials and signs the request.
        SENDING: the request may have been sent.
    """

    PREPARING = auto()
    SIGNING = auto()
    SENDING = auto()


class InFlightCall:
    """The call through botocore that the current thread or task makes.

    The handlers find it by `current_call`. Other threads and tasks have calls of their own.

    Attributes:
        body: the encoded body; None if botocore writes the body.
        exchange: sends a signed request within botocore's call; None if a driver sends it later.
        signed: the request that was signed and not sent.
        response_body: the response's body, if a handler took it before botocore's parser.
        delay: seconds that an emulator in this process adds to the response.
        stage: the progress of a call that botocore sends.
    """

    __slots__ = ("_token", "body", "delay", "exchange", "response_body", "signed", "stage")

    _token: "Token[InFlightCall | None]"

    def __init__(
        self,
        body: bytes | None = None,
        exchange: Callable[[SignedRequest], RawResponse] | None = None,
    ) -> None:
        self.body = body
        self.exchange = exchange
        self.signed: SignedRequest | None = None
        self.response_body: bytes | None = None
        self.delay = 0.0
        self.stage = Stage.PREPARING

    def __enter__(self) -> None:
        self._token = _current.set(self)

    def __exit__(self, *_: object) -> None:
        _current.reset(self._token)


_current: Final[ContextVar[InFlightCall | None]] = ContextVar("iotmi_call", default=None)


def current_call() -> InFlightCall | None:
    """Return this library's call in the current thread or task, or None."""
    return _current.get()


class OperationRoute:
    """The encoding of one operation's requests for one client.

    Attributes:
        method: the boto3 client's method.
        has_output: whether the service's model has members in the response.
    """

    def __init__(self, client: BaseClient, operation: str, *, writes_body: bool) -> None:
        self.method = getattr(client, xform_name(operation))
        self._non_body_members: frozenset[str] | None = None
        model = client.meta.service_model.operation_model(operation)
        output = model.output_shape
        self.has_output = output is not None and bool(output.members)
        shape = model.input_shape
        members = {} if shape is None else shape.members
        located = {name: each.serialization.get("location") for name, each in members.items()}
        self._path_members = frozenset(name for name, place in located.items() if place == "uri")
        if writes_body and shape is not None and _is_plain_json(shape, set()):
            self._non_body_members = frozenset(name for name, place in located.items() if place)

    def split(self, parameters: Mapping[str, object]) -> tuple[Mapping[str, object], bytes | None]:
        """Return the parameters for botocore and the body; None if botocore writes the body.

        Raises:
            TypeError, ValueError, RecursionError: a value cannot be encoded. Values built under
                `unchecked` may be of any type.
        """
        for name in self._path_members:
            segment = parameters.get(name)
            if segment is None:
                raise ValueError(f"{name} is required")
            if segment in ("", ".", ".."):
                # The model allows dots in some names. Servers and proxies resolve dot segments, and
                # an empty segment gives the parent's path.
                raise ValueError(f"{name} must not be {segment!r}, which leads to another path")
        non_body_members = self._non_body_members
        if non_body_members is None or non_body_members.issuperset(parameters):
            return _to_boto3_params(parameters), None
        in_body = {n: value for n, value in parameters.items() if n not in non_body_members}
        elsewhere = {n: value for n, value in parameters.items() if n in non_body_members}
        return _to_boto3_params(elsewhere), _JSON.encode(in_body).encode()


# Frozen values cannot contain themselves, and `check_circular` takes a seventh of the time.
_JSON: Final = json.JSONEncoder(check_circular=False, allow_nan=False, default=json_default)


def _to_boto3_params(parameters: Mapping[str, object]) -> Mapping[str, object]:
    return {name: to_boto3(value) for name, value in parameters.items()}


def _is_plain_json(shape: Shape, seen: set[str]) -> bool:
    """Return True if botocore writes *shape* unchanged: without wire names, times or blobs."""
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
    """Set the encoded body of this library's call, as a handler of ``before-call``."""
    call = current_call()
    if call is not None and call.body is not None:
        params["body"] = call.body
        headers = params["headers"]
        if isinstance(headers, dict):
            headers["Content-Type"] = "application/json"


def capture_body(response_dict: dict[str, object], **_: object) -> None:
    """Take the body of a response to this library's call, so that botocore parses an empty body.

    This is a handler of ``before-parse``. It ignores the application's own calls.
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
        # botocore's parser treats 300 as a success, and its client as an error.
        call.response_body = body
        response_dict["body"] = b""


def sanitize_error_body(body: bytes) -> bytes:
    """Return the *body* of an error in a form that botocore's parser accepts.

    The parser raises on JSON that is not an object, and on bytes that are not UTF-8. If the body
    has to be dropped, the error code in the header and the status remain.
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
    # Error codes are strings, and no error of the service has nested members.
    kept = {
        name: value
        for name, value in document.items()
        if not isinstance(value, dict | list) and (name not in _CODES or isinstance(value, str))
    }
    return json.dumps(kept).encode()


_CODES: Final = ("__type", "code", "Code")
