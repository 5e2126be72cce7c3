"""The command `iotmi emulator`: the emulator as a server.

Owns the options and the messages. `iotmi.emulator.server` serves.
"""

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import click

from iotmi import JsonValue
from iotmi.emulator import ConnectorCode, Emulator, EmulatorFileError, load_function

if TYPE_CHECKING:
    from iotmi.emulator.server import Credentials

_SEEDS: Final = ("demo", "empty")


class FileError(click.ClickException):
    """An error about the given file. The exit code is that of wrong usage."""

    exit_code = 2


def _account(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    """Check that an account number has 12 digits."""
    if not (len(value) == 12 and value.isascii() and value.isdigit()):
        raise click.BadParameter("must be 12 digits")
    return value


def _home(
    _context: click.Context, _parameter: click.Parameter, value: str | None
) -> "str | dict[str, JsonValue] | None":
    """Return the name of a seed, or the content of a file."""
    if value is None or value in _SEEDS:
        return value
    path = Path(value)
    try:
        document = json.loads(path.read_text("utf-8"))
    except OSError as error:
        names = ", ".join(_SEEDS)
        raise click.BadParameter(f"must be {names} or a file; {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise click.BadParameter(f"{path}: not JSON in UTF-8") from error
    if not isinstance(document, dict):
        raise click.BadParameter(f"{path}: not a JSON object")
    return document


def _connectors(
    _context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]
) -> dict[str, ConnectorCode]:
    """Return the code of each connector by its ARN."""
    if values and os.getcwd() not in sys.path:  # noqa: PTH109 - sys.path has texts
        sys.path.insert(0, os.getcwd())  # noqa: PTH109
    found: dict[str, ConnectorCode] = {}
    for value in values:
        arn, separator, name = value.partition("=")
        if not separator or not arn.startswith("arn:"):
            raise click.BadParameter(f"{value!r} must be ARN=MODULE:FUNCTION")
        if arn in found:
            raise click.BadParameter(f"{arn} is given twice")
        try:
            found[arn] = load_function(name)
        except (ValueError, TypeError) as error:
            raise click.BadParameter(str(error)) from error
    return found


def _log(line: str) -> None:
    """Write one line about a request to the error stream."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    click.echo(f"{now} {line}", err=True)


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
    type=click.Choice(["on_read", "emulated", "real"]),
    default="on_read",
    show_default=True,
    help="on_read: each read takes the next transition. emulated: transitions take time that the"
    " control API moves. real: transitions take real time.",
)
@click.option(
    "--seed-home",
    metavar="NAME|FILE",
    callback=_home,
    help="Home to begin with, unless --data has one: demo, empty, or a JSON file with a snapshot or"
    " a description.",
)
@click.option(
    "--throttle",
    metavar="SCALE",
    type=click.FloatRange(0, min_open=True),
    help="Throttle calls at the service's documented quotas, times SCALE.",
)
@click.option(
    "--allow-host",
    "allowed_hosts",
    multiple=True,
    metavar="HOST",
    help="Further name by which requests may reach the server; * for every name. Repeatable.",
)
@click.option(
    "--connector",
    "connectors",
    multiple=True,
    metavar="ARN=MODULE:FUNCTION",
    callback=_connectors,
    help="Function to invoke for the cloud connectors with a Lambda ARN. The module is searched"
    " in the present folder first. Repeatable.",
)
@click.option("--log", is_flag=True, help="Write one line for each request to the error stream.")
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
    clock: Literal["on_read", "emulated", "real"],
    seed_home: "str | dict[str, JsonValue] | None",
    throttle: float | None,
    allowed_hosts: tuple[str, ...],
    connectors: dict[str, ConnectorCode],
    log: bool,
    access_key: str | None,
    secret_key: str | None,
) -> None:
    """Serve the emulated service over HTTP until Ctrl-C.

    The AWS CLI and every SDK use it with an endpoint URL. No AWS account is needed.
    """
    try:
        from iotmi.emulator.server import is_loopback, serve
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in {"starlette", "uvicorn"}:
            raise
        raise click.ClickException(
            "The server needs starlette and uvicorn: python -m pip install 'iotmi[emulator]'"
        ) from error
    keys = _keys(access_key, secret_key)

    def ready(address: str) -> None:
        click.echo(
            f"The emulator is at {address} until Ctrl-C. Try: aws iot-managed-integrations"
            f" list-managed-things --region {region} --endpoint-url {address}"
        )

    if keys is None and not is_loopback(host):
        click.echo(
            f"Warning: {host} is reachable from other machines, and the emulator has no keys."
            " Give --access-key and --secret-key, or listen on 127.0.0.1.",
            err=True,
        )
    try:
        with _opened(
            data,
            region=region,
            account=account,
            clock=clock,
            seed_home=seed_home,
            connectors=connectors,
        ) as home:
            if throttle is not None:
                home.faults.throttle(throttle)
            serve(
                home,
                host=host,
                port=port,
                credentials=keys,
                allowed_hosts=allowed_hosts,
                log=_log if log else None,
                ready=ready,
            )
    except EmulatorFileError as error:
        raise FileError(str(error)) from error
    except OSError as error:
        # Some errors repeat the address after "(while".
        reason = (error.strerror or str(error)).partition(" (while")[0]
        raise click.ClickException(f"{host}:{port}: {reason}") from error


def _opened(
    data: Path | None,
    *,
    region: str,
    account: str,
    clock: Literal["on_read", "emulated", "real"],
    seed_home: "str | dict[str, JsonValue] | None",
    connectors: dict[str, ConnectorCode],
) -> Emulator:
    """Open the emulator. An error of the seed is wrong usage."""
    try:
        return Emulator(
            data,
            region_name=region,
            account_id=account,
            clock=clock,
            seed_home=seed_home,
            connectors=connectors,
        )
    except ValueError as error:
        raise click.UsageError(f"--seed-home: {error}") from error


def _keys(access_key: str | None, secret_key: str | None) -> "Credentials | None":
    """Return the keys that were given, or None without any."""
    from iotmi.emulator.server import Credentials

    if access_key is None and secret_key is None:
        return None
    if access_key is None or secret_key is None:
        raise click.UsageError("--access-key and --secret-key must go together")
    if not access_key or not secret_key:
        raise click.UsageError("--access-key and --secret-key must not be empty")
    return Credentials(access_key, secret_key)
