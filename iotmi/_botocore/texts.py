"""Sanitising of received texts for one line of a log."""

import re
from typing import Final

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def printable(text: str) -> str:
    """Return *text* with a space instead of each run of control characters and line breaks."""
    return _CONTROL.sub(" ", text)
