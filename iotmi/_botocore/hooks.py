"""Ways around botocore's walks over shapes, by its public events.

botocore serialises a request's body and parses a response's by walking the service's model. Our
values know their form already. A ``before-call`` handler puts in the body that `OperationRoute` has
encoded, and a ``before-parse`` handler takes the response's body out. Path and query, endpoint and
signature stay botocore's. This module knows nothing of errors, nor of who sends.
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
    """How far botocore has come with a call that it sends.

    Attributes:
        PREPARING: parameters become a request.
        SIGNING: credentials are fetched, and the request is signed.
        SENDING: the request may have left.
    """

    PREPARING = auto()
    SIGNING = auto()
    SENDING = auto()


class InFlightCall:
    """One call of ours through botocore, for the handlers to find. Safe next to other calls.

    Attributes:
        body: the encoded body; None where botocore writes it.
        exchange: sends a signed request from within botocore's call; None where it is sent later.
        signed: the request that was signed and not sent.
        response_body: the body of the response, if botocore was kept from parsing it.
        delay: seconds that an emulator in this process adds to the response.
        stage: how far botocore has come, if it sends.
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
    """Return the call of ours that is under way in this thread or task."""
    return _current.get()


class OperationRoute:
    """How one operation goes over one client.

    Attributes:
        method: the boto3 client's method.
        has_output: whether the service promises members in its response.
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
        """Return the parameters for botocore and the body; no body where botocore writes it.

        Raises:
            TypeError, ValueError, RecursionError: no request can hold this. Unchecked values may
                be anything.
        """
        for name in self._path_members:
            step = parameters.get(name)
            if step is None:
                raise ValueError(f"{name} is required")
            if step in ("", ".", ".."):
                # The model allows dots in some names. Servers and proxies resolve them, and an
                # empty step is the parent's own path.
                raise ValueError(f"{name} must not be {step!r}, which is part of another path")
        non_body_members = self._non_body_members
        if non_body_members is None or non_body_members.issuperset(parameters):
            return _to_boto3_params(parameters), None
        within = {name: value for name, value in parameters.items() if name not in non_body_members}
        body = _JSON.encode(within).encode()
        return _to_boto3_params(
            {n: parameters[n] for n in parameters if n in non_body_members}
        ), body


# Frozen values cannot contain themselves; checking for that takes a seventh of the time.
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
    """Put in the body of one of our own calls, for ``before-call``."""
    call = current_call()
    if call is not None and call.body is not None:
        params["body"] = call.body
        headers = params["headers"]
        if isinstance(headers, dict):
            headers["Content-Type"] = "application/json"


def capture_body(response_dict: dict[str, object], **_: object) -> None:
    """Take the body of a response to one of our own calls, so that botocore parses an empty one.

    For ``before-parse``. Calls of the application's own over the same client stay as they are.
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
