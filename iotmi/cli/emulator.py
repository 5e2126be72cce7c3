"""The command `iotmi emulator`: the emulator as a server.

Owns the options and the messages. `iotmi.emulator.server` serves.
"""

from pathlib import Path
from typing import Literal

import click

from iotmi.emulator import Emulator, EmulatorFileError


class FileError(click.ClickException):
    """An error about the given file. The exit code is that of wrong usage."""

    exit_code = 2


def _account(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    """Check that an account number has 12 digits."""
    if not (len(value) == 12 and value.isascii() and value.isdigit()):
        raise click.BadParameter("must be 12 digits")
    return value


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    default=9280,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port to listen on; 0 picks a free port.",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="File to keep the resources in. The default is memory.",
)
@click.option("--region", default="eu-west-1", show_default=True, help="Region in the ARNs.")
@click.option(
    "--account",
    default="123456789012",
    show_default=True,
    callback=_account,
    help="Account number in the ARNs.",
)
@click.option(
    "--clock",
    type=click.Choice(["on_read", "real"]),
    default="on_read",
    show_default=True,
    help="on_read: each read takes the next transition. real: transitions take real time.",
)
@click.option(
    "--access-key",
    envvar="IOTMI_EMULATOR_ACCESS_KEY",
    help="With --secret-key: accept only requests signed with this key pair. Otherwise accept all.",
)
@click.option("--secret-key", envvar="IOTMI_EMULATOR_SECRET_KEY", help="See --access-key.")
def emulator(
    *,
    host: str,
    port: int,
    data: Path | None,
    region: str,
    account: str,
    clock: Literal["on_read", "real"],
    access_key: str | None,
    secret_key: str | None,
) -> None:
    """Serve the emulated service over HTTP until Ctrl-C.

    The AWS CLI and every SDK use it with an endpoint URL. No AWS account is needed.
    """
    try:
        from iotmi.emulator.server import Credentials, serve
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in {"starlette", "uvicorn"}:
            raise
        raise click.ClickException(
            "The server needs starlette and uvicorn: python -m pip install 'iotmi[emulator]'"
        ) from error
    keys = None
    if access_key is not None or secret_key is not None:
        if access_key is None or secret_key is None:
            raise click.UsageError("--access-key and --secret-key must go together")
        if not access_key or not secret_key:
            raise click.UsageError("--access-key and --secret-key must not be empty")
        keys = Credentials(access_key, secret_key)

    def ready(address: str) -> None:
        click.echo(
            f"The emulator is at {address} until Ctrl-C. Try: aws iot-managed-integrations"
            f" list-managed-things --region {region} --endpoint-url {address}"
        )

    try:
        with Emulator(data, region_name=region, account_id=account, clock=clock) as home:
            serve(home, host=host, port=port, credentials=keys, ready=ready)
    except EmulatorFileError as error:
        raise FileError(str(error)) from error
    except OSError as error:
        # Some errors repeat the address after "(while".
        reason = (error.strerror or str(error)).partition(" (while")[0]
        raise click.ClickException(f"{host}:{port}: {reason}") from error
