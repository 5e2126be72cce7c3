"""The root command. Each subcommand is one module, and one line here."""

import click

from iotmi._version import __version__
from iotmi.cli.demo import demo
from iotmi.cli.emulator import emulator


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="iotmi %(version)s")
def root() -> None:
    """AWS IoT managed integrations for Python, with an emulator."""


root.add_command(demo)
root.add_command(emulator)
