"""Log filters that drop botocore's and urllib3's DEBUG records of this library's calls.

At DEBUG both log whole requests, with headers and bodies, which may hold secrets.
"""

import logging
from contextvars import ContextVar, Token
from typing import Final

_suppressed: Final = ContextVar("iotmi_silent", default=False)


class suppress_debug_logs:  # noqa: N801
    """A context in which botocore and urllib3 log nothing below INFO, in this thread or task."""

    __slots__ = ("_token",)

    _token: "Token[bool]"

    def __enter__(self) -> None:
        self._token = _suppressed.set(True)

    def __exit__(self, *_: object) -> None:
        _suppressed.reset(self._token)


def _log_filter(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.INFO or not _suppressed.get()


def install_log_filters() -> None:
    """Add the filter of `suppress_debug_logs` to each existing logger of botocore and urllib3.

    Child loggers do not inherit filters, so each logger gets the filter. Other botocore clients in
    the process log as before, because the filter checks the current context.
    """
    for name in tuple(logging.root.manager.loggerDict):
        if name.split(".")[0] in _FILTERED_LOGGERS:
            logging.getLogger(name).addFilter(_log_filter)


_FILTERED_LOGGERS: Final = frozenset({"boto3", "botocore", "urllib3"})
