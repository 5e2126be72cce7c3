"""Every exception of this library, in one tree. This module imports nothing of the library.

    IotmiError
    ├── ConstraintError(ValueError)   a value breaks the service's limits; nothing was sent
    ├── EventError                    a notification cannot be parsed as an event
    ├── MaterialError(ValueError)     a bar code or other material cannot be parsed or built
    ├── WaitError                     a waiter did not reach the expected state
    │   ├── WaitTimeoutError          it was not reached in time
    │   │   └── CommandTimeoutError   the result of a command did not arrive in time
    │   └── WaitFailedError           it can no longer be reached
    └── CallError                     a call failed
        ├── NotSentError              the request was not sent: no credentials, no connection
        ├── NoResponseError           no usable response arrived: timeout, connection reset
        ├── ResponseError             the response cannot be decoded
        ├── DeadlineExceededError     the timeout of the call or the walk ran out
        └── ServiceError              the service responded with an error
            ├── AccessDeniedError         ├── ResourceNotFoundError
            ├── ConflictError             ├── ServiceQuotaExceededError
            ├── InternalFailureError      ├── ServiceUnavailableError
            ├── InternalServerError       ├── ThrottlingError
            ├── InvalidRequestError       ├── UnauthorizedError
            ├── LimitExceededError        ├── ValidationError
            └── AuthenticationError       the caller's identity could not be verified
                └── ExpiredTokenError     the credentials have expired

Every error pickles and copies with all its attributes. None shows a value that the service's model
marks as sensitive, in its text or its pickle.
"""

from typing import ClassVar, Final, Self

from attrs import frozen

REDACTED: Final = "***"
"""The text that replaces sensitive values."""


class IotmiError(Exception):
    """The root of the tree: ``except iotmi.IotmiError`` catches every error of this library.

    Attributes:
        retryable: True if the same request may succeed a moment later. The operation decides
            whether it may be *sent* again; see `Request.idempotent`.
    """

    retryable: bool = False

    def __reduce__(self) -> tuple[object, ...]:
        return _restore, (type(self), self.args, self.__dict__)


def _restore(
    kind: type[IotmiError], args: tuple[object, ...], state: dict[str, object]
) -> IotmiError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


class Problem:
    """One broken constraint.

    Attributes:
        path: the member, from the value being built: ``capability_report.endpoints[2].id``.
        rule: the broken rule in words, such as "must have from 1 to 128 characters, has 200".
        value: the value given, its type for a container, its length for a size, or ``'***'`` for a
            sensitive member.
    """

    __slots__ = ("path", "rule", "value")

    def __init__(self, path: str, rule: str, value: object) -> None:
        self.path: str = path
        self.rule: str = rule
        self.value: object = value

    def __str__(self) -> str:
        hidden = self.value is None or (isinstance(self.value, str) and self.value == REDACTED)
        rule = self.rule if hidden else f"{self.rule}, got {_shortened(self.value)}"
        return f"{self.path}: {rule}" if self.path else rule

    def __reduce__(self) -> tuple[object, ...]:
        # The value may not pickle, and it may hold secrets that its repr does not show.
        plain = isinstance(self.value, str | int | float | None)
        return type(self), (self.path, self.rule, self.value if plain else _shortened(self.value))

    def __repr__(self) -> str:
        return f"Problem({str(self)!r})"


class ConstraintError(IotmiError, ValueError):
    """A value breaks constraints of the service's model. Nothing was sent.

    Attributes:
        subject: the class of the value being built; for a request, the operation's name.
        problems: every broken constraint, with its path.
    """

    def __init__(self, subject: str, problems: tuple[Problem, ...]) -> None:
        lines = "\n".join(f"  {problem}" for problem in problems)
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__(f"{subject} has {count}:\n{lines}")
        self.subject = subject
        # Declared, because the comparison above narrows the type that a type checker infers.
        self.problems: tuple[Problem, ...] = problems


class MaterialError(IotmiError, ValueError):
    """A bar code or another authentication material cannot be read or built.

    The message holds no part of the material.

    Attributes:
        subject: the class that was being built, such as ``ZigbeeCode``.
        reason: the rule that was broken, in words.
    """

    def __init__(self, subject: str, reason: str) -> None:
        super().__init__(f"{subject}: {reason}")
        self.subject: str = subject
        self.reason: str = reason


@frozen(kw_only=True)
class FailedAttempt:
    """A failed attempt of a call, as plain data.

    Attributes:
        error_type: the name of the error's class, such as ``ThrottlingError``.
        code: the service's error code, or None if the service did not respond.
        request_id: the id that AWS support asks for, or None if no response arrived.
        http_status: such as 429, or None if no response arrived.
        elapsed: seconds that the attempt took.
        pause: seconds of the pause that followed; 0.0 if none did.
        may_have_acted: True if the service may have acted on the attempt.
    """

    error_type: str
    code: str | None = None
    request_id: str | None = None
    http_status: int | None = None
    elapsed: float
    pause: float = 0.0
    may_have_acted: bool = False

    def __str__(self) -> str:
        known = "" if self.request_id is None else f", request id {self.request_id}"
        return f"{self.code or self.error_type}{known}"


class CallError(IotmiError):
    """The error of a call, with the facts that all kinds share.

    Attributes:
        operation: the operation's name, as in the service's model.
        attempts: the number of attempts, the last one included.
        request_id: the id that AWS support asks for, or None if no response had one.
        failed_attempts: the failed attempts of the call, oldest first, the last one included.
        client_token: the idempotency token to send again for the same creation, or None.
    """

    request_id: str | None = None
    client_token: str | None = None
    _outcome_unknown: bool = False

    def __init__(self, message: str, *, operation: str, attempts: int = 1) -> None:
        super().__init__(message)
        self.operation = operation
        self.attempts = attempts
        self.failed_attempts: tuple[FailedAttempt, ...] = ()

    @property
    def may_have_acted(self) -> bool:
        """True if the service may have acted on any attempt of the call.

        The last attempt alone does not decide: it may be throttled after another took effect.
        """
        if not self.failed_attempts:
            return self._outcome_unknown
        return any(failure.may_have_acted for failure in self.failed_attempts)


class NotSentError(CallError):
    """The request was not sent: no credentials, no Region, no connection, or no valid encoding.

    The service did nothing, so every operation may be sent again.
    """

    def __init__(
        self, message: str, *, operation: str, attempts: int = 1, retryable: bool = False
    ) -> None:
        super().__init__(message, operation=operation, attempts=attempts)
        self.retryable = retryable


class NoResponseError(CallError):
    """The request was sent and no usable response arrived: a timeout, a closed connection.

    The service may or may not have acted.
    """

    retryable = True
    _outcome_unknown = True


class ResponseError(CallError):
    """A response arrived that cannot be decoded: not JSON, or without a required member.

    Attributes:
        request_id: the id that AWS support asks for, or None if the response had none.
        path: the member that cannot be decoded, or None for the whole body.
    """

    _outcome_unknown = True

    def __init__(
        self,
        message: str,
        *,
        operation: str,
        request_id: str | None,
        path: str | None = None,
        attempts: int = 1,
    ) -> None:
        super().__init__(message, operation=operation, attempts=attempts)
        self.request_id = request_id
        self.path = path


class DeadlineExceededError(CallError):
    """The caller's timeout ran out, over all attempts, pauses and pages.

    The last attempt may still take effect at the service.

    Attributes:
        timeout: the timeout in seconds.
        last: the error of the last attempt that ended, or None if the first never did.
        page: the number of the page being requested, from 1, in a walk over a listing; or None.
    """

    def __init__(
        self,
        message: str,
        *,
        operation: str,
        timeout: float,
        last: CallError | None,
        page: int | None = None,
        attempts: int = 1,
    ) -> None:
        super().__init__(message, operation=operation, attempts=attempts)
        self.timeout = timeout
        self.last = last
        self.page = page


class EventError(IotmiError):
    """A notification cannot be parsed as an event, or a source of records is of no known kind.

    The text never shows a value of the notification.

    Attributes:
        path: the member that breaks the rule, such as ``payload.endpoints[0].endpointId``; empty
            for the notification as a whole.
        reason: the broken rule.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}" if path else reason)
        self.path = path
        self.reason = reason


class WaitError(IotmiError):
    """A waiter did not reach the expected state.

    Attributes:
        last_value: the last value seen, or None if there was none. A pickle of the error has its
            repr instead, because the value may hold secrets.
    """

    def __init__(self, message: str, last_value: object) -> None:
        super().__init__(message)
        self.last_value = last_value

    def __reduce__(self) -> tuple[object, ...]:
        held = None if self.last_value is None else repr(self.last_value)
        return _restore, (type(self), self.args, {**self.__dict__, "last_value": held})

    def __copy__(self) -> Self:
        copy = type(self)(str(self), self.last_value)
        copy.__dict__.update(self.__dict__)
        return copy

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        # The value is frozen, and the other attributes are strings.
        return self.__copy__()


class WaitTimeoutError(WaitError):
    """The expected state was not reached in time; it may still be reached later."""


class CommandTimeoutError(WaitTimeoutError):
    """The result of a command did not arrive in time. The device may still carry the command out.

    Attributes:
        trace_id: the trace id of the command, which its result will have too.
    """

    def __init__(self, message: str, trace_id: str | None = None) -> None:
        super().__init__(message, None)
        self.trace_id = trace_id


class WaitFailedError(WaitError):
    """The resource is in a state from which the expected one cannot be reached."""


class ServiceError(CallError):
    """The service responded with an error.

    An error code without a class of its own gives this class. The attributes of `CallError` are
    set too.

    Attributes:
        code: the service's error code, such as ``ConflictException``.
        message: the service's message.
        http_status: such as 409. This service uses 402 for a quota and 410 for a limit.
        retry_after: the seconds that the service asked to wait, or None.
        fault: ``"client"`` if the request has to change, ``"server"`` if it may succeed later.
    """

    fault: ClassVar[str] = "client"

    def __init__(
        self,
        message: str,
        *,
        operation: str,
        code: str,
        request_id: str | None = None,
        http_status: int = 0,
        attempts: int = 1,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, operation=operation, attempts=attempts)
        self.code = code
        self.message = message
        self.request_id = request_id
        self.http_status = http_status
        self.retry_after = retry_after
        if type(self) is ServiceError and http_status >= 500:
            # An unknown code with a server's status.
            self._outcome_unknown = True

    def __str__(self) -> str:
        tries = "" if self.attempts == 1 else f", {self.attempts} attempts"
        return (
            f"{self.operation}: {self.code}: {self.message} "
            f"(HTTP {self.http_status}, request id {self.request_id}{tries})"
        )


class AccessDeniedError(ServiceError):
    """The caller lacks a permission that the operation requires."""


class ConflictError(ServiceError):
    """The request conflicts with the resource's state, or the resource already exists."""


class InternalFailureError(ServiceError):
    """The service failed internally. Three operations raise it; see `InternalServerError`."""

    retryable = True
    _outcome_unknown = True
    fault = "server"


class InternalServerError(ServiceError):
    """The service failed internally."""

    retryable = True
    _outcome_unknown = True
    fault = "server"


class InvalidRequestError(ServiceError):
    """The request is invalid. Raised by the tagging operations."""


class LimitExceededError(ServiceError):
    """The request exceeds a limit of the operation. A retry does not help."""


class ResourceNotFoundError(ServiceError):
    """The resource does not exist.

    Attributes:
        resource_id: the resource's id, or None if the service omits it.
        resource_type: the resource's type, or None if the service omits it.
    """

    resource_id: str | None = None
    resource_type: str | None = None


class ServiceQuotaExceededError(ServiceError):
    """The account has reached its quota of such resources."""


class ServiceUnavailableError(ServiceError):
    """The service is temporarily unavailable."""

    retryable = True
    _outcome_unknown = True
    fault = "server"


class ThrottlingError(ServiceError):
    """The call rate exceeds the service's limit. The service did nothing."""

    retryable = True


class UnauthorizedError(ServiceError):
    """The caller is not authorized."""


class ValidationError(ServiceError):
    """The service rejected a member of the request."""


class AuthenticationError(ServiceError):
    """Authentication failed: an invalid signature or an unknown access key."""


class ExpiredTokenError(AuthenticationError):
    """The credentials have expired."""


def _shortened(value: object) -> str:
    try:
        text = value.__name__ if isinstance(value, type) else repr(value)
    except Exception:  # noqa: BLE001
        # The value may be anything: an integer of 5,000 digits, a list that contains itself.
        text = f"<{type(value).__name__}>"
    return text if len(text) <= 80 else f"{text[:77]}..."
