"""Confirmation of what cannot be undone."""

import sys

import click

from iotmi.cli._errors import CliError, InterruptError, InvalidInputError


def ask(question: str, *, yes: bool) -> None:
    """Ask for consent, unless *yes* gives it.

    Raises:
        InvalidInputError: the standard input is no terminal, so the question has no answer.
        CliError: the answer is no.
        InterruptError: Ctrl-C.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise InvalidInputError(f"the question needs a terminal, or the option --yes: {question}")
    try:
        consent = click.confirm(question, err=True)
    except click.Abort:
        click.echo(err=True)
        raise InterruptError("interrupted. Nothing was changed") from None
    if not consent:
        raise CliError("nothing was changed")
