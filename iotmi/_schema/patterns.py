"""The service's patterns as Python's: the one place that translates between the two dialects.

The service writes patterns in Java's dialect, and declarations keep that spelling so that the
conformance suite can compare them letter by letter.
"""

import re
from functools import cache
from typing import Final


@cache
def compile_pattern(pattern: str) -> re.Pattern[str]:
    r"""Return the service's *pattern* as a Python pattern that matches a whole string.

    Four differences are translated. The model omits the outer ``^`` and ``$``:
    ``$|^(https)://.*`` was ``^$|^(https)://.*$``. Python lacks ``\p{L}\p{N}`` and
    ``\x{0022}``. ``\d`` and ``\s`` mean ASCII only. Python's ``$`` also matches before a final
    newline, so ``\Z`` takes its place.

    Two patterns of the service backtrack quadratically or cubically; equivalent ones that do not
    replace them.
    """
    letters = r"\p{L}\p{N}" in pattern
    # \w is every letter, every number and the underscore, which the one pattern with
    # \p{L}\p{N} allows too.
    translated = pattern.replace(r"\p{L}\p{N}", r"\w")
    translated = re.sub(r"\\x\{0*([0-9A-Fa-f]{2})\}", r"\\x\1", translated)
    translated = _BARE_DOLLAR.sub(_dollar_to_end, translated)
    if ".*" in translated:
        for slow, quick in _EQUIVALENTS:
            translated = re.sub(slow, quick, translated)
    return re.compile(rf"^{translated}\Z", re.UNICODE if letters else re.ASCII)


# An escape, a character class, or a bare dollar. Only the bare dollar is an anchor.
_BARE_DOLLAR: Final = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|\$", re.DOTALL)

# Adjacent parts that match the same text make the engine try every split before it fails.
# The first: `.*`, an optional character class within `.`, and `.*` again. The second: `.*` followed
# by a group that matches any character.
_EQUIVALENTS: Final = (
    (r"(?<!\\)\.\*\[(?!\^)[ -\[^-~]+\]\*\.\*", r".*"),
    (r"(?<!\\)\.\*\(\.\|\\n\)\*", r"[\\s\\S]*"),
)


def _dollar_to_end(match: re.Match[str]) -> str:
    return r"\Z" if match[0] == "$" else match[0]
