"""The command `iotmi completion`: the script that completes commands in a shell."""

import click
from click.shell_completion import get_completion_class

from iotmi.cli._errors import CliError


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, *, shell: str) -> None:
    """Print the script that completes commands in a shell.

    It completes commands, options, statuses, capabilities, their commands and
    the members of enums. It calls no service, so it does not complete ids.
    bash must be 4.4 or later.

    \b
    Examples:
      echo 'eval "$(iotmi completion bash)"' >> ~/.bashrc
      echo 'eval "$(iotmi completion zsh)"' >> ~/.zshrc
      iotmi completion fish > ~/.config/fish/completions/iotmi.fish
    """  # noqa: D301
    root = context.find_root()
    kind = get_completion_class(shell)
    if kind is None:
        raise CliError(f"this version of click cannot complete commands in {shell}")
    click.echo(kind(root.command, {}, "iotmi", "_IOTMI_COMPLETE").source())
