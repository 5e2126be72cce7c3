"""The options that commands share, in one style: connection, output, stream and confirmation.

Each decorator adds its options at the end of a command's help, and passes one value to the command.
This module does not know any command.
"""

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import click
from attrs import frozen

if TYPE_CHECKING:
    from iotmi import Client, Pacing, RetryPolicy
    from iotmi._botocore.kinesis import KinesisClient

Function: TypeAlias = Callable[..., None]


@frozen
class Connection:
    """The account, the Region and the endpoint that a command calls.

    Attributes:
        profile: a profile of the AWS configuration, or None for boto3's default.
        region: a Region, or None for the profile's.
        endpoint_url: an endpoint, or None for the Region's.
    """

    profile: str | None
    region: str | None
    endpoint_url: str | None

    def client(
        self, *, retry: "RetryPolicy | None" = None, pacing: "Pacing | None" = None
    ) -> "Client":
        """Return a client of the service. Close it after use."""
        from iotmi import Client, RetryPolicy

        return Client(
            profile_name=self.profile,
            region_name=self.region,
            endpoint_url=self.endpoint_url,
            retry=RetryPolicy() if retry is None else retry,
            pacing=pacing,
        )

    def kinesis(self, endpoint_url: str | None) -> "KinesisClient":
        """Return a Kinesis client of the same account and Region."""
        from iotmi._botocore.kinesis import open_kinesis

        return open_kinesis(
            profile_name=self.profile, region_name=self.region, endpoint_url=endpoint_url
        )


@frozen
class Output:
    """The form of a command's output.

    Attributes:
        json: True for JSON Lines, one object on each line.
        show_secrets: True to print sensitive values instead of ``***``.
    """

    json: bool
    show_secrets: bool

    @property
    def secrets(self) -> Literal["show", "hide"]:
        """The argument of `iotmi.to_plain`."""
        return "show" if self.show_secrets else "hide"


def connection_options(function: Function) -> Function:
    """Add ``--profile``, ``--region`` and ``--endpoint-url``. Pass a `Connection`."""

    @functools.wraps(function)
    def wrapper(
        *arguments: object,
        profile: str | None,
        region: str | None,
        endpoint_url: str | None,
        **others: object,
    ) -> None:
        function(*arguments, connection=Connection(profile, region, endpoint_url), **others)

    return with_options(
        wrapper,
        click.option("--profile", metavar="NAME", help="Profile of the AWS configuration."),
        click.option("--region", metavar="NAME", help="Region. The default is the profile's."),
        click.option(
            "--endpoint-url", metavar="URL", help="Endpoint to call, such as that of an emulator."
        ),
    )


def json_option(function: Function) -> Function:
    """Add ``--json``. Pass an `Output` that hides secrets."""

    @functools.wraps(function)
    def wrapper(
        *arguments: object, as_json: bool, show_secrets: bool = False, **others: object
    ) -> None:
        function(*arguments, output=Output(as_json, show_secrets), **others)

    return with_options(
        wrapper,
        click.option("--json", "as_json", is_flag=True, help="Print JSON Lines for programs."),
    )


def output_options(function: Function) -> Function:
    """Add ``--json`` and ``--show-secrets``. Pass an `Output`."""
    return json_option(
        with_options(
            function,
            click.option("--show-secrets", is_flag=True, help="Print secrets instead of ***."),
        )
    )


def shared_options(function: Function) -> Function:
    """Add the options of every command that calls AWS and prints values."""
    return connection_options(output_options(function))


@frozen
class Stream:
    """The Kinesis stream that receives the notifications.

    Attributes:
        name: the stream's name.
        endpoint_url: an endpoint of Kinesis, or None for the Region's.
    """

    name: str
    endpoint_url: str | None


def stream_options(help_text: str) -> Callable[[Function], Function]:
    """Add ``--stream`` and ``--stream-endpoint-url``. Pass a `Stream`, or None without a name.

    Args:
        help_text: the effect of ``--stream`` on the command.
    """

    def decorate(function: Function) -> Function:
        @functools.wraps(function)
        def wrapper(
            *arguments: object,
            stream: str | None,
            stream_endpoint_url: str | None,
            **others: object,
        ) -> None:
            if stream is None and stream_endpoint_url is not None:
                raise click.UsageError("--stream-endpoint-url needs --stream")
            given = None if stream is None else Stream(stream, stream_endpoint_url)
            function(*arguments, stream=given, **others)

        return with_options(
            wrapper,
            click.option("--stream", metavar="NAME", help=help_text),
            click.option(
                "--stream-endpoint-url", metavar="URL", help="Endpoint of Kinesis for --stream."
            ),
        )

    return decorate


def with_options(function: Function, *options: Callable[[Any], Any]) -> Function:
    """Add *options* to a command's function, in this order.

    The last decorator of a function is the first in the help.
    """
    for option in reversed(options):
        function = option(function)
    return function
