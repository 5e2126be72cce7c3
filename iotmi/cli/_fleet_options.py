"""The options of a fleet's action and its settings.

This module does not run jobs.
"""

import functools
import importlib
import shlex
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import click

from iotmi.cli._errors import CliError
from iotmi.cli._options import Function, with_options
from iotmi.cli._types import EnumType, WordType

if TYPE_CHECKING:
    from iotmi.fleet import ActionLike

ACTIONS: Final = ("onboard", "update", "tag", "control", "delete")

_SETTINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "role": ("onboard",),
    "until": ("onboard",),
    "defaults": ("onboard", "update"),
    "ignore": ("onboard", "update"),
    "tags": ("tag",),
    "remove": ("tag",),
    "commands": ("control",),
    "force": ("delete",),
}
"""The actions that each setting belongs to."""


class ActionType(WordType):
    """The type of ``--action``: a name, or ``module:function``."""

    name = "action"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Return the name."""
        text = str(value)
        module, colon, function = text.partition(":")
        if text not in ACTIONS and not (module and colon and function):
            names = ", ".join(ACTIONS)
            raise click.BadParameter(
                f"{text!r} is not one of {names}, and not MODULE:FUNCTION", ctx, param
            )
        return text

    def words(self) -> Sequence[str]:
        """Return the names."""
        return ACTIONS


def action_options(function: Function) -> Function:
    """Add ``--action`` and its settings. Pass the action and its name."""

    @functools.wraps(function)
    def wrapper(*arguments: object, action: str, **others: object) -> None:
        settings = {name: others.pop(name) for name in _SETTINGS}
        built = action_of(action, settings)
        function(*arguments, action=built, action_name=action, **others)

    return with_options(
        wrapper,
        click.option(
            "--action",
            type=ActionType(),
            required=True,
            metavar="ACTION",
            help="onboard, update, tag, control, delete, or MODULE:FUNCTION.",
        ),
        click.option(
            "--role", type=EnumType("Role"), metavar="ROLE", help="onboard: role of every thing."
        ),
        click.option(
            "--until",
            type=click.Choice(["CREATED", "ACTIVATED"]),
            metavar="STATE",
            help="onboard: a row is done when CREATED (default), or ACTIVATED.",
        ),
        click.option(
            "--set",
            "defaults",
            multiple=True,
            metavar="NAME=VALUE",
            help="onboard, update: value for rows that have none.",
        ),
        click.option(
            "--ignore",
            multiple=True,
            metavar="COLUMN",
            help="onboard, update: column to pass over.",
        ),
        click.option(
            "--tag",
            "tags",
            multiple=True,
            metavar="KEY=VALUE",
            help="tag: tag to add to every row.",
        ),
        click.option(
            "--remove-tag", "remove", multiple=True, metavar="KEY", help="tag: key to remove."
        ),
        click.option(
            "--command",
            "commands",
            multiple=True,
            metavar="WORDS",
            help="control: command, such as 'OnOff.on endpoint=2'.",
        ),
        click.option(
            "--force", is_flag=True, default=None, help="delete: also things that are offline."
        ),
    )


def action_of(name: str, settings: Mapping[str, Any]) -> "ActionLike":
    """Return the action with its settings.

    Raises:
        click.UsageError: a setting does not belong to the action, or has the wrong form.
        CliError: the function cannot be imported.
    """
    from iotmi import fleet
    from iotmi.cli._command_words import commands_of

    given = {key: value for key, value in settings.items() if value}
    for key in given:
        if name not in _SETTINGS[key]:
            option = {"defaults": "set", "tags": "tag", "remove": "remove-tag"}.get(key, key)
            option = "command" if key == "commands" else option
            wanted = " and ".join(_SETTINGS[key])
            raise click.UsageError(f"--{option} belongs to --action {wanted}, not to {name}")
    for key in ("defaults", "tags"):
        if key in given:
            given[key] = _pairs(given[key], dotted=key == "defaults")
    kinds: Mapping[str, type[fleet.Onboard | fleet.Update | fleet.Tag | fleet.Delete]] = {
        "onboard": fleet.Onboard,
        "update": fleet.Update,
        "tag": fleet.Tag,
        "delete": fleet.Delete,
    }
    if name in kinds:
        made: ActionLike = kinds[name](**given)
        return made
    if name == "control":
        words = [word for text in _texts(given.get("commands")) for word in shlex.split(text)]
        return fleet.Control(*(command for _, command in commands_of(words)))
    return _imported(name)


def _imported(target: str) -> "ActionLike":
    module, _, name = target.partition(":")
    sys.path.insert(0, "")
    try:
        found: ActionLike = getattr(importlib.import_module(module), name)
    except Exception as error:
        raise CliError(f"{target} cannot be imported: {type(error).__name__}: {error}") from error
    if not callable(found):
        raise CliError(f"{target} is not a function")
    return found


def _pairs(texts: object, *, dotted: bool) -> dict[str, object]:
    found: dict[str, object] = {}
    for text in _texts(texts):
        name, equals, value = text.partition("=")
        if not (name and equals):
            raise click.UsageError(f"{name!r} must have a value: write NAME=VALUE")
        outer, dot, inner = name.partition(".") if dotted else (name, "", "")
        held = found.setdefault(outer, {}) if dot else None
        if isinstance(held, dict):
            held[inner] = value
        elif dot or isinstance(found.get(outer), dict):
            raise click.UsageError(f"{outer!r} is given as one value, and as a map too")
        else:
            found[outer] = value
    return found


def _texts(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, tuple) else []
