"""The command `iotmi completion`: the script that completes commands in a shell."""

from collections.abc import Mapping
from typing import Final

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

_SHELLS: Final[Mapping[str, type[ShellComplete]]] = {
    kind.name: kind for kind in (BashComplete, ZshComplete, FishComplete)
}


@click.command()
@click.argument("shell", type=click.Choice(list(_SHELLS)))
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
    click.echo(_SHELLS[shell](root.command, {}, "iotmi", "_IOTMI_COMPLETE").source())
