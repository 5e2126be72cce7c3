"""Credentials of this library's own sessions, fetched before a request is signed.

botocore finds credentials when a client is made and refreshes them while it signs. Both may take
seconds, ignore the deadline and block the event loop. botocore's signer gets `SessionCredentials`
instead. This module does not know how a request is sent.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

import botocore.exceptions
from botocore.credentials import Credentials, ReadOnlyCredentials

from iotmi._botocore.log_filter import suppress_debug_logs
from iotmi._botocore.texts import printable
from iotmi._sansio.deadline import Deadline
from iotmi._sansio.flight import SingleFlight
from iotmi._sansio.steps import DeadlineReachedError, Steps, look_up
from iotmi.errors import NotSentError

if TYPE_CHECKING:
    from botocore.session import Session as BotocoreSession

NO_CREDENTIALS: Final = (
    "no credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a profile "
    "with profile_name or AWS_PROFILE, or run with a role"
)


class Provider(Protocol):
    """The methods of botocore's credential providers that this module uses."""

    METHOD: str

    def load(self) -> Credentials | None:
        """Return the credentials that this provider finds."""
        ...


class Chain(NamedTuple):
    """The credential providers of one session.

    Attributes:
        load: tries all providers. It may block.
        load_local: tries the providers that need neither the network nor another process.
        process: the profile's ``credential_process``, or None.
        profile: the profile's name.
    """

    load: Callable[[], Credentials | None]
    load_local: Callable[[], Credentials | None]
    process: str | None = None
    profile: str = "default"

    @classmethod
    def of_session(
        cls, session: "BotocoreSession", others: Callable[[], Credentials | None] | None = None
    ) -> "Chain":
        """Return the chain of botocore's *session*.

        Args:
            session: the session with the configuration.
            others: returns the credentials of the application's default session, which come first.
        """
        resolver: Any = session.get_component("credential_provider")
        config: Mapping[str, Any] = session.get_scoped_config()
        profile: str = session.get_config_variable("profile") or "default"

        def load_local() -> Credentials | None:
            for provider in _before_blocking(resolver.providers, config):
                found = provider.load()
                if found is not None:
                    # A local provider comes first here, so the default session need not block.
                    return of_others() or found
            return None

        def of_others() -> Credentials | None:
            other = others and others()
            # The default session caches older values of the environment and of files. This chain
            # reads the current values.
            return None if other is None or other.method in _STATIC else other

        def load() -> Credentials | None:
            loaded: Credentials | None = of_others() or resolver.load_credentials()
            return loaded

        return cls(load, load_local, config.get("credential_process"), profile)


_STATIC: Final = frozenset({"env", "shared-credentials-file", "config-file"})
# These read the environment and files. Their credentials may need a refresh before use.
_LOCAL: Final = frozenset(
    {
        "env",
        "assume-role",
        "assume-role-with-web-identity",
        "sso",
        "login",
        "shared-credentials-file",
        "config-file",
        "ec2-credentials-file",
        "boto-config",
    }
)


def _before_blocking(
    providers: "list[Provider]", config: Mapping[str, Any]
) -> "Iterator[Provider]":
    local = _LOCAL - {"assume-role"} if "role_arn" in config else _LOCAL
    # Without its setting, this provider runs no process.
    idle = "" if "credential_process" in config else "custom-process"
    return takewhile(
        lambda provider: provider.METHOD in local,
        [provider for provider in providers if idle != provider.METHOD],
    )


class SessionCredentials(Credentials):
    """The credentials that botocore's signer uses. Safe under threads.

    `ready` fetches or refreshes them. `get_frozen_credentials` returns the last fetched ones.
    """

    def __init__(self, find_chain: Callable[[], Chain]) -> None:
        super().__init__("", "", method="iotmi")
        self._find_chain = find_chain
        self._chain: Chain | None = None
        self._found: Credentials | None = None
        self._frozen: ReadOnlyCredentials | None = None
        self._valid: ReadOnlyCredentials | None = None
        self._flight = SingleFlight("iotmi-credentials")

    def get_frozen_credentials(self) -> ReadOnlyCredentials:
        """Return the credentials to sign with. After `ready` this does not block.

        Raises:
            botocore.exceptions.NoCredentialsError: no credentials were found.
        """
        if self._frozen is None:
            # The application uses the boto3 client directly, so `ready` has not run.
            return self._fetch()
        return self._frozen

    def ready(self, operation: str, deadline: Deadline) -> Steps[None]:
        """Fetch or refresh the credentials if needed.

        Raises:
            NotSentError: no credentials were found, or they could not be fetched.
            DeadlineReachedError: the deadline passed.
        """
        try:
            if self._known() is None:
                yield from look_up(self._fetch, self._flight, deadline)
        except DeadlineReachedError:
            raise DeadlineReachedError("the credentials did not come in time") from None
        except Exception as error:  # noqa: BLE001 - providers raise whatever their parts raise
            failure = credentials_error(error, operation, self._chain)
            # A provider's traceback and texts may hold secrets.
            raise failure from None
        self._validate(operation)

    def _known(self) -> ReadOnlyCredentials | None:
        found, frozen_set = self._found, self._frozen
        if found is None or frozen_set is None:
            return None
        # Only `RefreshableCredentials` has `refresh_needed`.
        refresh_needed: Callable[[], bool] | None = getattr(found, "refresh_needed", None)
        if refresh_needed is not None and refresh_needed():
            return None
        return frozen_set

    def find_local(self) -> None:
        """Find credentials in the environment and in files, as boto3 does when a client is made.

        The first call tries the providers that need the network or another process.
        """
        with suppress_debug_logs():
            chain = self._chain = self._chain or self._find_chain()
            found = chain.load_local()
            if found is not None:
                if getattr(found, "refresh_needed", None) is None:
                    self._frozen = found.get_frozen_credentials()
                self._found = found

    def _fetch(self) -> ReadOnlyCredentials:
        known = self._known()
        if known is not None:
            return known
        with suppress_debug_logs():
            chain = self._chain = self._chain or self._find_chain()
            found = self._found or chain.load()
            if found is None:
                raise botocore.exceptions.NoCredentialsError
            frozen_set = self._frozen = found.get_frozen_credentials()
            self._found = found
        return frozen_set

    def _validate(self, operation: str) -> None:
        found, frozen_set = self._found, self._frozen
        if found is None or frozen_set is None or frozen_set is self._valid:
            return
        for name, value, form in (
            ("access key id", frozen_set.access_key, _IN_A_HEADER),
            # The secret key is not sent in a header.
            ("secret access key", frozen_set.secret_key, _IN_ONE_LINE),
            ("session token", frozen_set.token, _IN_A_HEADER),
        ):
            if value is not None and not form.fullmatch(value):
                # The next call fetches again, because the source may have been corrected.
                self._found = self._frozen = None
                raise NotSentError(
                    f"{operation}: nothing was sent: the {name} (found by {found.method}) holds a "
                    "line break, a blank or another character that credentials cannot contain",
                    operation=operation,
                )
        self._valid = frozen_set


_IN_A_HEADER: Final = re.compile(r"[\x21-\x7e]+")
_IN_ONE_LINE: Final = re.compile(r"[^\x00-\x1f\x7f]+")


def credentials_error(
    error: BaseException, operation: str, chain: Chain | None = None
) -> NotSentError:
    """Return the error for credentials that could not be fetched, with the step and the reason."""
    retryable = False
    if isinstance(error, botocore.exceptions.NoCredentialsError):
        reason = NO_CREDENTIALS
    elif isinstance(error, botocore.exceptions.ClientError):
        details = error.response.get("Error", {})
        code = printable(str(details.get("Code") or "an error without a code"))
        status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        retryable = status >= 500 or status == 429 or "Throttl" in code
        reason = f"no credentials: {error.operation_name} failed with {code} (HTTP {status})"
    elif (process_failure := _process_failure(error, chain)) is not None:
        # A program that ran may succeed the next time. A missing program will not.
        retryable = isinstance(error, botocore.exceptions.CredentialRetrievalError)
        reason = f"no credentials: {process_failure}"
    else:
        retryable = isinstance(error, _TRANSIENT)
        reason = f"no credentials: {_text(error, chain)}"
    return NotSentError(
        f"{operation}: nothing was sent: {reason}", operation=operation, retryable=retryable
    )


_TRANSIENT: Final = (
    botocore.exceptions.HTTPClientError,
    botocore.exceptions.CredentialRetrievalError,
    botocore.exceptions.MetadataRetrievalError,
)


def _process_failure(error: BaseException, chain: Chain | None) -> str | None:
    """Return the failure of the profile's ``credential_process``; None for another failure."""
    if chain is None or not chain.process:
        return None
    program = _program(chain.process)
    if isinstance(error, OSError):
        reason = error.strerror or type(error).__name__
    elif isinstance(error, ValueError):
        reason = "a quotation mark in it has no end" if program is None else "it printed no JSON"
    elif (
        isinstance(error, botocore.exceptions.CredentialRetrievalError)
        and error.kwargs.get("provider") == "custom-process"
    ):
        # Its stderr, which botocore quotes, may hold a secret.
        reason = "it ended with an error or printed no credentials"
    else:
        return None
    named = "" if program is None else f" {program!r}"
    return f"the credential_process{named} of profile {chain.profile!r} failed: {reason}"


def _program(process: str) -> str | None:
    """Return the program of a command line; None if the line is malformed."""
    # Imported here because only failures need it.
    import shlex

    try:
        # The arguments may be secret, so the error names the program only.
        return next(iter(shlex.split(process)), "")
    except ValueError:
        return None


def _text(error: BaseException, chain: Chain | None) -> str:
    if isinstance(error, botocore.exceptions.CredentialRetrievalError):
        # Its text quotes the output of a process or the response of a container's endpoint.
        provider = error.kwargs.get("provider", "a provider")
        where = "" if chain is None else f" for profile {chain.profile!r}"
        return f"the provider {provider}{where} failed"
    if isinstance(error, botocore.exceptions.BotoCoreError):
        return printable(str(error)).partition("?")[0]
    # The text of any other error may quote a response with keys.
    return type(error).__name__
