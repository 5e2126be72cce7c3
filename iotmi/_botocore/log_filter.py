"""Filters that keep botocore's and urllib3's DEBUG records of our own calls out of the log.

Both log whole requests at DEBUG, headers and bodies included.
"""

import logging
from contextvars import ContextVar, Token
from typing import Final

_suppressed: Final = ContextVar("iotmi_silent", default=False)


class suppress_debug_logs:  # noqa: N801
    """While it lasts, in this thread or task, botocore and urllib3 log nothing below INFO."""

    __slots__ = ("_token",)

    _token: "Token[bool]"

    def __enter__(self) -> None:
        self._token = _suppressed.set(True)

    def __exit__(self, *_: object) -> None:
        _suppressed.reset(self._token)


def _log_filter(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.INFO or not _suppressed.get()


def install_log_filters() -> None:
    """Make `suppress_debug_logs` hold for each logger that botocore and urllib3 have by now.

    A logger's filters do not bind its children, so each gets the filter. Other clients of botocore
    in the process log as before, for the filter looks at whose call it is.
    """
    for name in tuple(logging.root.manager.loggerDict):
        if name.split(".")[0] in _FILTERED_LOGGERS:
            logging.getLogger(name).addFilter(_log_filter)


_FILTERED_LOGGERS: Final = frozenset({"boto3", "botocore", "urllib3"})
