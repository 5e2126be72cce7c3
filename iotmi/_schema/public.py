"""Public names of classes that private modules define.

Pickles, reprs and documentation name a class by its module. Ours say ``iotmi``, which has every
public class, so that private modules can move.
"""

from typing import TypeVar

T = TypeVar("T", bound=type)


def public(cls: T) -> T:
    """Have *cls* name ``iotmi`` as its module if a private module of the package defines it."""
    if cls.__module__.startswith("iotmi.") and "._" in cls.__module__:
        cls.__module__ = "iotmi"
    return cls
