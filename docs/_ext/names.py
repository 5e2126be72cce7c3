"""Every public name of iotmi, with the object it names.

One object has one canonical name; further names of it are aliases. This module does not know how an
object is described.
"""

import inspect
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from types import ModuleType

import iotmi


def public_modules() -> tuple[str, ...]:
    """Return the public submodules of `iotmi` by their names."""
    return tuple(vars(iotmi)["_MODULES"])


@cache
def names_of(module_name: str) -> Mapping[str, object]:
    """Return the public names of a public module. Their order is the module's own."""
    module = import_module(module_name)
    return {name: getattr(module, name) for name in module.__all__}


def homes() -> Mapping[str, str]:
    """Return each public name of `iotmi` with the module that defines it."""
    return {name: str(home) for name, home in vars(iotmi)["_HOMES"].items()}


@cache
def submodules(module_name: str) -> tuple[ModuleType, ...]:
    """Return the public modules below a public module that have classes to import."""
    package = import_module(module_name)
    if not hasattr(package, "__path__"):
        return ()
    return tuple(
        import_module(f"{module_name}.{each.name}")
        for each in pkgutil.iter_modules(package.__path__)
        if not each.name.startswith("_") and each.name not in {"server", "handlers"}
    )


def classes_of(module: ModuleType) -> Iterator[tuple[str, type]]:
    """Yield the public classes that a module defines."""
    for name, kind in vars(module).items():
        if isinstance(kind, type) and kind.__module__ == module.__name__ and name[0] != "_":
            yield name, kind


@cache
def canonical() -> Mapping[int, str]:
    """Return the canonical name of each public object, by its identity."""
    found: dict[int, str] = {}
    for name, value in names_of("iotmi").items():
        found.setdefault(id(value), f"iotmi.{name}")
    for module_name in (f"iotmi.{name}" for name in public_modules()):
        for name, value in names_of(module_name).items():
            found.setdefault(id(value), f"{module_name}.{name}")
    for module_name in (f"iotmi.{name}" for name in public_modules()):
        for module in submodules(module_name):
            for name, kind in classes_of(module):
                found.setdefault(id(kind), f"{module.__name__}.{name}")
    return found


def name_of(value: object) -> str:
    """Return the canonical name of an object, or its own if it is not public."""
    found = canonical().get(id(value))
    if found:
        return found
    if value is None or value is type(None):
        return "None"
    module = inspect.getmodule(value)
    name = getattr(value, "__qualname__", None) or getattr(value, "__name__", repr(value))
    if module is None or module.__name__ == "builtins" or is_private(module.__name__):
        return str(name)
    return f"{module.__name__}.{name}"


def is_private(module_name: str) -> bool:
    """Return True for a module of ours whose classes that are not public have no page."""
    return module_name.partition(".")[0] == "iotmi"
