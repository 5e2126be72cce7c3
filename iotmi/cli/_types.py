"""Types of arguments: members of the service's enums, and start positions of a stream.

The enums are imported when a value is read or completed, so that help starts fast.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from importlib import import_module
from typing import Literal, TypeAlias

import click
from click.shell_completion import CompletionItem

Start: TypeAlias = Literal["latest", "earliest"] | datetime


class WordType(click.ParamType):  # type: ignore[type-arg]  # no parameters before click 8.4
    """A type with words that a shell completes. A subclass gives the words."""

    def words(self) -> Sequence[str]:
        """Return the words."""
        raise NotImplementedError

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> list[CompletionItem]:
        """Return the words that begin with *incomplete*, in any case."""
        return [
            CompletionItem(word)
            for word in self.words()
            if word.casefold().startswith(incomplete.casefold())
        ]


class EnumType(WordType):
    """The type of an option that takes a member of a public enum, in any case.

    Args:
        name: the name of the enum, such as ``Role``.
        module: the public module that has it.
    """

    def __init__(self, name: str, module: str = "iotmi") -> None:
        self.name = name
        self._module = module

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> StrEnum:
        """Return the member."""
        for member in self._enum():
            if str(value).casefold() == member.value.casefold():
                return member
        members = ", ".join(self.words())
        raise click.BadParameter(f"{value!r} is not one of {members}", ctx, param)

    def words(self) -> Sequence[str]:
        """Return the members."""
        return [member.value for member in self._enum()]

    def _enum(self) -> type[StrEnum]:
        found: type[StrEnum] = getattr(import_module(self._module), self.name)
        return found


class StartType(WordType):
    """The type of ``--start``: a word, or a time in ISO 8601."""

    name = "start"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Start:
        """Return the position."""
        if value == "latest":
            return "latest"
        if value == "earliest":
            return "earliest"
        try:
            at = datetime.fromisoformat(str(value))
        except ValueError:
            raise click.BadParameter(
                "must be latest, earliest, or a time such as 2026-01-31T12:00:00Z", ctx, param
            ) from None
        return at if at.tzinfo else at.replace(tzinfo=UTC)

    def words(self) -> Sequence[str]:
        """Return the two positions with a name."""
        return ("latest", "earliest")
