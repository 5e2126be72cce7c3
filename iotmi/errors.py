"""Every exception of this library, in one tree. This module imports nothing of the library.

    IotmiError
    ├── ConstraintError(ValueError)   a request broke the client-side limits; nothing was sent
    ├── NotSentError                  the request never left: no credentials, no connection
    ├── NoResponseError               it left, and no usable answer came: timeout, reset
    ├── ResponseError                 an answer came that this library cannot read
    ├── DeadlineExceededError         the total time ran out
    ├── EventError                    a notification cannot be read as an event
    ├── WaitError                     a waiter ended otherwise than hoped
    │   ├── WaitTimeoutError          the hoped-for state did not come in time
    │   │   └── CommandTimeoutError   the result of a command did not come in time
    │   └── WaitFailedError           a state came from which it cannot come any more
    └── ServiceError                  the service answered with an error
        ├── AccessDeniedError             ├── ResourceNotFoundError
        ├── ConflictError                 ├── ServiceQuotaExceededError
        ├── InternalFailureError          ├── ServiceUnavailableError
        ├── InternalServerError           ├── ThrottlingError
        ├── InvalidRequestError           ├── UnauthorizedError
        ├── LimitExceededError            ├── ValidationError
        └── AuthenticationError       who is calling is not known or not believed
            └── ExpiredTokenError     the credentials were good once

All of them pickle and copy whole. None of them tells, in its text or its pickle, a value that the
service's model marks as sensitive.
"""

from typing import ClassVar, Self

from attrs import frozen


class IotmiError(Exception):
    """The root of the tree: `except iotmi.IotmiError` catches all that this library raises.

    Attributes:
        worth_repeating: whether the same request may well succeed a moment later. Whether it may
            also be *sent* again is a fact of the operation.
    """

    worth_repeating: bool = False

    def __reduce__(self) -> tuple[object, ...]:
        return _restore, (type(self), self.args, self.__dict__)


def _restore(
    kind: type[IotmiError], args: tuple[object, ...], state: dict[str, object]
) -> IotmiError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


class Problem:
    """One broken limit.

    Attributes:
        path: where, from the value that was being built: ``capability_report.endpoints[2].id``.
        limit: the rule that was broken, in words.
        value: what was given, or ``'***'`` where the member is sensitive.
    """

    __slots__ = ("limit", "path", "value")

    def __init__(self, path: str, limit: str, value: object) -> None:
        self.path: str = path
        self.limit: str = limit
        self.value: object = value

    def __str__(self) -> str:
        return f"{self.path}: {self.limit}, got {_shortened(self.value)}"

    def __reduce__(self) -> tuple[object, ...]:
        # What was given may not pickle, and what it holds may be secret where its repr is not.
        plain = isinstance(self.value, str | int | float | None)
        return type(self), (self.path, self.limit, self.value if plain else _shortened(self.value))

    def __repr__(self) -> str:
        return f"Problem({str(self)!r})"


class ConstraintError(IotmiError, ValueError):
    """A value breaks limits that the service's model states. Nothing was sent.

    Attributes:
        subject: the class that was being built; of a request, that is the operation's name.
        problems: every broken limit, each with its path.
    """

    def __init__(self, subject: str, problems: tuple[Problem, ...]) -> None:
        lines = "\n".join(f"  {problem}" for problem in problems)
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__(f"{subject} has {count}:\n{lines}")
        self.subject = subject
        # Declared, for the look at the length above narrows what a type checker infers.
        self.problems: tuple[Problem, ...] = problems


@frozen(kw_only=True)
class FailedAttempt:
    """One attempt of a call that failed, as plain facts.

    Attributes:
        kind: the name of the error's class, such as ``ThrottlingError``.
        code: the service's name for it, or None where the service did not answer.
        request_id: what AWS support asks for, or None where none came.
        http_status: such as 429, or None where no answer came.
        elapsed: seconds that the attempt took.
        pause: seconds of the retry's pause that followed; 0.0 where none did.
        may_have_acted: whether the service may have acted on it all the same.
    """

    kind: str
    code: str | None = None
    request_id: str | None = None
    http_status: int | None = None
    elapsed: float
    pause: float = 0.0
    may_have_acted: bool = False

    def __str__(self) -> str:
        known = "" if self.request_id is None else f", request id {self.request_id}"
        return f"{self.code or self.kind}{known}"


class CallError(IotmiError):
    """What an error of one call knows, whatever its kind.

    Attributes:
        operation: the operation's name, as in the service's model.
        attempts: how often the request was tried, this one included.
        request_id: what AWS support asks for, or None where no answer with one came.
        failures: the attempts of the call that failed, oldest first, the last one included.
        uncertain: whether the service may have acted on an attempt that ended so.
    """

    request_id: str | None = None
    uncertain: bool = False

    def __init__(self, message: str, *, operation: str, attempts: int = 1) -> None:
        super().__init__(message)
        self.operation = operation
        self.attempts = attempts
        self.failures: tuple[FailedAttempt, ...] = ()

    @property
    def may_have_acted(self) -> bool:
        """Whether the service may have acted on any attempt of the call.

        The last alone does not tell: a throttle says that nothing was done, and the attempt before
        it may have been carried out and its answer lost.
        """
        if not self.failures:
            return self.uncertain
        return any(failure.may_have_acted for failure in self.failures)


class NotSentError(CallError):
    """The request never left: no credentials, no Region, no connection, or it cannot be written.

    The service did nothing, so any operation may be repeated.
    """

    def __init__(
        self, message: str, *, operation: str, attempts: int = 1, worth_repeating: bool = False
    ) -> None:
        super().__init__(message, operation=operation, attempts=attempts)
        self.worth_repeating = worth_repeating


class NoResponseError(CallError):
    """The request left and no usable answer came back: a timeout, a closed connection.

    The service may or may not have acted.
    """

    worth_repeating = True
    uncertain = True


class ResponseError(CallError):
    """An answer came that this library cannot read: not JSON, or without a promised member.

    Attributes:
        request_id: what AWS support asks for, or None where the answer had none.
        path: the member that could not be read, or None where nothing could.
    """

    uncertain = True

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
    """The total time that the caller allowed ran out, over all attempts, pauses and pages.

    The last attempt may still take effect at the service.

    Attributes:
        timeout: the time allowed, in seconds.
        last: the error of the last attempt that ended, or None where the first never did.
        page: of a walk over a listing, which page was being asked for, from 1; else None.
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
    """A notification cannot be read as an event, or a source of records is of no known kind.

    The text holds the place and the rule, and never a value of the notification.

    Attributes:
        path: the member that breaks the rule, such as ``payload.endpoints[0].endpointId``;
            empty where the rule concerns the notification as a whole.
        reason: the rule that is broken.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}" if path else reason)
        self.path = path
        self.reason = reason


class WaitError(IotmiError):
    """A waiter ended otherwise than hoped.

    Attributes:
        value: the last value seen, or None where none was. It may hold what is sensitive, so that a
            pickle of the error has its repr instead.
    """

    def __init__(self, message: str, value: object) -> None:
        super().__init__(message)
        self.value = value

    def __reduce__(self) -> tuple[object, ...]:
        held = None if self.value is None else repr(self.value)
        return _restore, (type(self), self.args, {**self.__dict__, "value": held})

    def __copy__(self) -> Self:
        copy = type(self)(str(self), self.value)
        copy.__dict__.update(self.__dict__)
        return copy

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        # The value cannot change, and nothing else is more than a text.
        return self.__copy__()


class WaitTimeoutError(WaitError):
    """The hoped-for state did not come in time; it may yet come."""


class CommandTimeoutError(WaitTimeoutError):
    """The result of a command did not come in time. The device may yet carry the command out.

    Attributes:
        trace_id: the trace id that the service gave the command. The result bears the same one.
    """

    def __init__(self, message: str, trace_id: str | None = None) -> None:
        super().__init__(message, None)
        self.trace_id = trace_id


class WaitFailedError(WaitError):
    """A state came from which the hoped-for one cannot come any more."""


class ServiceError(CallError):
    """The service answered with an error.

    A code that this library has no class for gives this class itself, with the code kept.

    Attributes:
        code: the service's name for it, such as ``ConflictException``.
        message: the service's own words.
        operation: the operation's name.
        request_id: what AWS support asks for, or None where the answer had none.
        http_status: such as 409. Beware: here a quota is 402 and a limit 410.
        attempts: how often the request was tried, this one included.
        retry_after: the seconds the service asked to wait, or None where it did not.
        fault: ``"client"`` where another request is needed, ``"server"`` where another moment is.
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
            # A code that nobody knows, of a fault that is not the caller's.
            self.uncertain = True

    def __str__(self) -> str:
        tries = "" if self.attempts == 1 else f", {self.attempts} attempts"
        return (
            f"{self.operation}: {self.code}: {self.message} "
            f"(HTTP {self.http_status}, request id {self.request_id}{tries})"
        )


class AccessDeniedError(ServiceError):
    """The caller's identity lacks a permission that the operation needs."""


class ConflictError(ServiceError):
    """The request does not fit the resource's present state, or the resource already exists."""


class InternalFailureError(ServiceError):
    """Something went wrong inside the service."""

    worth_repeating = True
    uncertain = True
    fault = "server"


class InternalServerError(ServiceError):
    """Something went wrong inside the service."""

    worth_repeating = True
    uncertain = True
    fault = "server"


class InvalidRequestError(ServiceError):
    """The request is not valid; the tag operations say it so."""


class LimitExceededError(ServiceError):
    """The request is over a limit of the operation. Waiting does not help."""


class ResourceNotFoundError(ServiceError):
    """There is no such resource.

    Attributes:
        resource_id: which, where the service says so.
        resource_type: of what kind, where the service says so.
    """

    resource_id: str | None = None
    resource_type: str | None = None


class ServiceQuotaExceededError(ServiceError):
    """The account has as many of these as it may have."""


class ServiceUnavailableError(ServiceError):
    """The service cannot answer now."""

    worth_repeating = True
    uncertain = True
    fault = "server"


class ThrottlingError(ServiceError):
    """Too many calls in too short a time. The service did nothing."""

    worth_repeating = True


class UnauthorizedError(ServiceError):
    """The caller is not authorized."""


class ValidationError(ServiceError):
    """The service found a member that it does not accept."""


class AuthenticationError(ServiceError):
    """Who is calling is not known or not believed: a bad signature, an unknown key."""


class ExpiredTokenError(AuthenticationError):
    """The credentials were good once and have expired."""


def _shortened(value: object) -> str:
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001
        # What was given may be anything: an integer of 5,000 digits, a list that holds itself.
        text = f"<{type(value).__name__}>"
    return text if len(text) <= 80 else f"{text[:77]}..."
