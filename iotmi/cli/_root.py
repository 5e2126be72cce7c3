"""The root command. Each subcommand is one module, and one line of the table here."""

import click

from iotmi._version import __version__
from iotmi.cli._errors import InterruptError, explained
from iotmi.cli._lazy import LazyGroup

_EXIT_CODES = """\b
Exit codes:
  0    done
  1    the call failed, or rows failed
  2    wrong usage
  3    outcomes are unknown: a command or a row may have taken effect
  130  interrupted by Ctrl-C"""


class Root(LazyGroup):
    """The root group. It turns expected exceptions into one sentence and an exit code."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:
            # A run that ended cleanly says how to go on.
            raise InterruptError(str(error) or "interrupted") from None
        except click.ClickException:
            raise
        except Exception as error:
            known = explained(error)
            if known is None:
                raise
            raise known from None


@click.group(
    cls=Root,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=_EXIT_CODES,
    table={
        "things": ("iotmi.cli.things:things", "List, read, watch and control hubs and devices."),
        "events": ("iotmi.cli.events:events", "Follow, decode and replay notifications."),
        "codes": ("iotmi.cli.codes:codes", "Check bar codes and other materials."),
        "fleet": ("iotmi.cli.fleet:fleet", "Create or change many things from one file."),
        "emulator": (
            "iotmi.cli.emulator:emulator",
            "Serve the emulated service over HTTP until Ctrl-C.",
        ),
        "demo": ("iotmi.cli.demo:demo", "Show the life of a home on the emulator, call by call."),
        "completion": (
            "iotmi.cli.completion:completion",
            "Print the script that completes commands in a shell.",
        ),
    },
)
@click.version_option(__version__, message="iotmi %(version)s")
def root() -> None:
    """AWS IoT managed integrations for Python, with an emulator.

    \b
    Example:
      iotmi things list --status ACTIVATED
    """  # noqa: D301 - click's mark for text that is not wrapped
