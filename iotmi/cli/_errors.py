"""Exit codes, and the one sentence that each error becomes.

This module does not know any command.
"""

import traceback
from typing import IO, Final

import click

from iotmi.errors import ConstraintError, IotmiError, NotSentError

DONE: Final = 0
FAILED: Final = 1
USAGE: Final = 2
UNKNOWN: Final = 3
INTERRUPTED: Final = 130

_EXTRAS: Final = {"click": "cli", "rich": "cli", "pyarrow": "fleet"}
"""The extra that each optional package comes with."""


class CliError(click.ClickException):
    """An error that ends a command with one sentence on the error stream.

    Args:
        message: the sentence.
    """

    exit_code = FAILED

    def __init__(self, message: str) -> None:
        super().__init__(sentence(message))


class InvalidInputError(CliError):
    """An error in the arguments or the input. Nothing was sent."""

    exit_code = USAGE


class UnknownOutcomeError(CliError):
    """An error after which the service or a device may have acted."""

    exit_code = UNKNOWN


class InterruptError(CliError):
    """The end of a command by Ctrl-C."""

    exit_code = INTERRUPTED

    def show(self, file: IO[str] | None = None) -> None:
        """Print the message, without the word "Error"."""
        click.echo(f"{self.message[:1].upper()}{self.message[1:]}.", file=file, err=file is None)


def sentence(text: str) -> str:
    """Return *text* on one line, without control characters that a terminal would execute."""
    return "".join(each if each.isprintable() else " " for each in " ".join(text.split()))


def explained(error: Exception) -> CliError | None:
    """Return the error to show for an expected exception, or None for a defect."""
    if isinstance(error, ConstraintError):
        problems = "; ".join(str(problem) for problem in error.problems)
        return InvalidInputError(f"{error.subject}: {problems}")
    if isinstance(error, NotSentError):
        # The library names its own parameters.
        return CliError(
            str(error)
            .replace("pass region_name", "pass --region")
            .replace("profile_name", "profile")
        )
    if isinstance(error, IotmiError):
        return CliError(str(error))
    if isinstance(error, ModuleNotFoundError):
        package = (error.name or "").partition(".")[0]
        if package in _EXTRAS:
            extra = _EXTRAS[package]
            return CliError(f"the command needs {package}: python -m pip install 'iotmi[{extra}]'")
    return None


def place_of(error: Exception) -> str:
    """Return file and line of the code that raised *error*, such as ``consumer.py:12``."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "an unknown place"
