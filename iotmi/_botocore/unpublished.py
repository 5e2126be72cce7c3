"""Undocumented functions of botocore, checked when this module is imported.

`create_urllib3_context` and `get_cert_path` decide which servers botocore trusts. `create_parser`
reads errors. A ``before-call`` handler that returns a response keeps botocore from sending, which
`botocore.stub.Stubber` relies on, too. If a function is missing, botocore sends.
"""

from collections.abc import Callable
from types import FunctionType
from typing import Any, Final

import botocore.httpsession
import botocore.parsers
from botocore.client import BaseClient


def _part(owner: object, name: str) -> Callable[..., Any] | None:
    part: object = getattr(owner, name, None)
    return part if callable(part) else None


def _missing(*_: object) -> Any:  # noqa: ANN401 - never called, because `AVAILABLE` is False
    raise NotImplementedError("this release of botocore lacks a function that iotmi needs")


_CONTEXT: Final = _part(botocore.httpsession, "create_urllib3_context")
_CERTIFICATES: Final = _part(botocore.httpsession, "get_cert_path")
_PARSER: Final = _part(botocore.parsers, "create_parser")

AVAILABLE: Final = None not in (_CONTEXT, _CERTIFICATES, _PARSER)

create_urllib3_context: Final = _CONTEXT or _missing
get_cert_path: Final = _CERTIFICATES or _missing
create_parser: Final = _PARSER or _missing


class CallWatch:
    """A check for tools that have replaced a method of botocore's clients.

    AWS X-Ray and OpenTelemetry wrap the method that makes a call, to measure the call and to read
    the response.
    """

    __slots__ = ("_instrumented", "_methods")

    def __init__(self) -> None:
        self._methods: tuple[object, ...] = ()
        self._instrumented = False

    def is_instrumented(self) -> bool:
        """Return True if a method is replaced now."""
        # Tools may patch and unpatch at any time, so each call compares the methods.
        methods = tuple(vars(BaseClient).values())
        if methods != self._methods:
            self._instrumented = not all(map(_is_botocores, filter(callable, methods)))
            self._methods = methods
        return self._instrumented


def _is_botocores(function: object) -> bool:
    # Not `__module__`, which `functools.wraps` copies from the wrapped function.
    return type(function) is FunctionType and function.__globals__["__name__"].startswith(
        "botocore."
    )
