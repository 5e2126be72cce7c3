"""Completion of the words of `iotmi things control`.

Completion asks no service: names of capabilities, commands, parameters and enum members come from
`iotmi.capabilities`.
"""

from collections.abc import Sequence

from click.shell_completion import CompletionItem

from iotmi.capabilities import Capability
from iotmi.capabilities._declared import Field
from iotmi.cli._command_words import (
    ADDRESSING,
    READ,
    methods_of,
    parameters_of,
    values_of,
)
from iotmi.cli._readings import CAPABILITY_NAMES, capability_named


def complete_command(words: Sequence[str], incomplete: str) -> list[CompletionItem]:
    """Return the completions of a word after *words*."""
    place = _place(words)
    name, equals, start = incomplete.partition("=")
    if place is not None:
        capability, method = place
        parameters = {each.name: each for each in parameters_of(capability, method)}
        if equals:
            return _items(parameters.get(name), start, prefix=f"{name}=")
        # bash splits words at "=", so that the name is a word of its own.
        before = [word for word in words[-2:] if word != "="][-1]
        if before in parameters and method != READ:
            return _items(parameters[before], incomplete, prefix="")
    found = _commands(incomplete)
    if place is not None:
        found = _parameters(*place, incomplete) + found
    return found


def _place(words: Sequence[str]) -> tuple[type[Capability], str] | None:
    """Return the command that the words end in."""
    for word in reversed(words):
        if "." in word and "=" not in word:
            name, _, method = word.partition(".")
            capability = capability_named(name)
            if capability is not None and method in methods_of(capability):
                return capability, method
            return None
    return None


def _commands(incomplete: str) -> list[CompletionItem]:
    name, dot, start = incomplete.partition(".")
    if not dot:
        names = [each for each in CAPABILITY_NAMES if each.startswith(name)]
        if len(names) != 1:
            return [CompletionItem(f"{each}.") for each in names]
        name = names[0]
    capability = capability_named(name)
    if capability is None:
        return []
    methods = methods_of(capability)
    return [CompletionItem(f"{name}.{each}") for each in methods if each.startswith(start)]


def _parameters(capability: type[Capability], method: str, incomplete: str) -> list[CompletionItem]:
    end = "" if method == READ else "="
    names = [f"{each.name}{end}" for each in parameters_of(capability, method)]
    names += [f"{name}=" for name in ADDRESSING]
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def _items(parameter: Field | None, start: str, *, prefix: str) -> list[CompletionItem]:
    values = () if parameter is None else values_of(parameter.kind)
    return [CompletionItem(prefix + value) for value in values if value.startswith(start)]
