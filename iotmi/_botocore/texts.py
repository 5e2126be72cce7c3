"""Texts from outside, made safe for one line of a log."""

import re
from typing import Final

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def printable(text: str) -> str:
    """Return *text* with each run of control characters and line breaks as one space."""
    return _CONTROL.sub(" ", text)
