"""A canary for each sensitive shape, planted wherever the shape occurs, and the places to search.

`Everywhere` collects everything that an application might print, log or send. A new output of the
library needs a method there, and a call in the tests.
"""

import logging
import pickle
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final, TypeAlias

from attrs import define, field, frozen

import iotmi
from iotmi.retrying import RetryPolicy
from tests.conformance import library
from tests.conformance.answers import full
from tests.conformance.generate import Json
from tests.conformance.library import Declared
from tests.conformance.limits import Path, baseline, with_value
from tests.conformance.pairing import pair
from tests.conformance.service import Operation, Service, Shape
from tests.support.factories import observed_by
from tests.support.otel import Observatory


@frozen
class Canary:
    """A stand-in for a secret.

    Attributes:
        core: the beginning and end of the value, without characters that any format quotes.
        value: the whole value, with characters that URLs, JSON and reprs quote.
    """

    core: str
    value: Json

    @property
    def texts(self) -> tuple[str, ...]:
        """Return each text, keys included."""
        return tuple(_texts_in(self.value))


def _odd(number: int, between: str) -> Canary:
    core = f"cAnArY{number:02}x7Q"
    return Canary(core, f"{core}{between}{core}")


def _digits(number: int) -> Canary:
    core = f"71230945{number:04}"
    return Canary(core, core)


def _document(number: int) -> Canary:
    core = f"cAnArY{number:02}x7Q"
    return Canary(core, {f'{core} "key" é': [{"a": f"{core}\\\n'ü"}, f"{core} "]})


def _map(number: int) -> Canary:
    core = f"cAnArY{number:02}x7Q"
    return Canary(core, {f'{core} "é': f"{core} \\ 'ü & {core}"})


CANARIES: Final[Mapping[str, Canary]] = {
    "AuthMaterialString": _odd(1, ' "\\{}<=>&/:'),
    "Brand": _odd(2, " - "),
    "CaCertificate": Canary(
        "cAnArY03x7Q", "-----BEGIN CERTIFICATE-----\ncAnArY03x7Q\n-----END CERTIFICATE-----"
    ),
    "CapabilityProperties": _document(4),
    "ClaimCertificate": _odd(5, '\n"é\\'),
    "ClaimCertificatePrivateKey": _odd(6, "\n'+/=é"),
    "Classification": _odd(7, ' "é\\\t<>&'),
    "ConnectorDeviceId": _odd(8, "@,."),
    "ConnectorEventMessage": _odd(9, " \n\t@,"),
    "CredentialLockerName": _odd(10, " - "),
    "DeviceSpecificKey": _odd(11, "=+,@"),
    "DiscoveryAuthMaterialString": _odd(12, "/+=: ;"),
    "InternationalArticleNumber": _digits(13),
    "MacAddress": _odd(14, ':"é '),
    "MatterAttributes": _document(15),
    "MatterFields": _document(16),
    "Model": _odd(17, " - "),
    "OAuthAuthorizationUrlOutput": Canary(
        "cAnArY18x7Q", "https://cAnArY18x7Q.example.com/a?state=cAnArY18x7Q&b=%20+é"
    ),
    "OtaTaskConfigurationName": _odd(19, " - "),
    "Owner": _odd(20, "@,."),
    "SerialNumber": _odd(21, " - "),
    "TagsMap": _map(22),
    "ThirdPartyUserId": _odd(23, "@,."),
    "UniversalProductCode": _digits(24),
}
"""By the name of the sensitive shape."""


Spot: TypeAlias = tuple[str, Path]
"""A place for something sensitive: the name of its shape, and the path to it."""


@frozen
class Planted:
    """An operation with a canary in each sensitive place.

    Attributes:
        parameters: boto3's parameters with the canaries.
        asked: the sensitive places of the request.
        answer: a JSON response with the canaries.
        answered: the sensitive places of the response.
    """

    declared: Declared
    theirs: Operation
    parameters: dict[str, Json]
    asked: tuple[Spot, ...]
    answer: dict[str, Json]
    answered: tuple[Spot, ...]

    @property
    def request(self) -> iotmi.Request[object]:
        """Return our request of the parameters."""
        return self.built(self.parameters)

    def built(self, parameters: Mapping[str, Json]) -> iotmi.Request[object]:
        """Return a request of *parameters* with unchecked nested values.

        The request validates the nested values, so all problems have paths from there.
        """
        with iotmi.unchecked():
            arguments = pair(self.declared.request, self.theirs.input, parameters).arguments
        return self.declared.request(**arguments)

    @property
    def texts(self) -> tuple[str, ...]:
        """Return the canaries in the request."""
        names = dict.fromkeys(name for name, _ in self.asked)
        return tuple(text for name in names for text in CANARIES[name].texts)


def planted(theirs: Service) -> tuple[Planted, ...]:
    """Return every operation with a sensitive member."""
    ours = library.installed()
    made = (_planted(theirs.operations[name], each) for name, each in ours.operations.items())
    return tuple(each for each in made if each.asked or each.answered)


def _planted(operation: Operation, declared: Declared) -> Planted:
    parameters, asked = _plant(operation.input, baseline(operation))
    answer = full(operation)
    answered: tuple[Spot, ...] = ()
    if operation.answered is not None:
        answer, answered = _plant(operation.answered, answer)
    return Planted(declared, operation, parameters, asked, answer, answered)


def _plant(shape: Shape, held: Json) -> tuple[Json, tuple[Spot, ...]]:
    """Return *held* with canaries in the places of *shape*, and the places."""
    spots = tuple(_spots(shape, held, ()))
    for name, path in spots:
        held = with_value(held, path, CANARIES[name].value)
    return held, spots


def _spots(shape: Shape, held: Json, path: Path) -> Iterator[Spot]:
    if shape.sensitive:
        yield shape.name, path
    elif shape.kind == "structure":
        for name, value in held.items():
            yield from _spots(shape.property(name).shape, value, (*path, name))
    elif shape.kind == "list":
        for index, value in enumerate(held):
            yield from _spots(shape.item, value, (*path, index))
    elif shape.kind == "map":
        for name, value in held.items():
            yield from _spots(shape.value, value, (*path, name))


def sensitive_shapes(theirs: Service) -> set[str]:
    """Return the names of the model's sensitive shapes."""
    return {name for name in theirs.document["shapes"] if theirs.shape(name).sensitive}


@define
class Everywhere:
    """A collector of texts with their places."""

    seen: list[tuple[str, str]] = field(factory=list, repr=False)

    def add(self, place: str, *texts: str) -> None:
        """Add a text."""
        self.seen += [(place, text) for text in texts]

    def value(self, place: str, value: object) -> None:
        """Add the texts of a value."""
        self.add(place, repr(value), str(value), f"{value}", ascii([value]))

    def error(self, place: str, error: BaseException) -> None:
        """Add an error as logs, error trackers and worker pools show it."""
        shown = traceback.TracebackException.from_exception(error, capture_locals=False)
        self.add(f"traceback of {place}", *shown.format(chain=True))
        link: BaseException | None = error
        while link is not None:
            name = f"{type(link).__name__} of {place}"
            self.value(name, link)
            self.add(f"fields of {name}", repr(vars(link)), repr(link.args))
            if isinstance(link, iotmi.IotmiError):
                # Latin-1 decodes every byte, and the cores are ASCII.
                self.add(f"pickle of {name}", pickle.dumps(link).decode("latin-1"))
            link = link.__cause__ or link.__context__

    def policy(self, *, attempts: int = 5) -> RetryPolicy:
        """Return a policy that simulates pauses, and whose hooks collect texts."""
        return RetryPolicy(
            max_attempts=attempts,
            seed=1,
            sleep=lambda _: None,
            on_retry=lambda retry: self.value("on_retry", retry),
            on_attempt=lambda attempt: self.value("on_attempt", attempt),
        )

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Collect every log record from DEBUG on and every warning in the block.

        Loggers that botocore creates in the block are collected from the next time on.
        """
        handler = _Handler(self.add)
        names = [name for name in logging.root.manager.loggerDict if name.split(".")[0] in _LOUD]
        loggers = [logging.getLogger(), *(logging.getLogger(name) for name in names)]
        levels = [(logger, logger.level) for logger in loggers]
        for logger in loggers:
            logger.setLevel(logging.DEBUG)
        logging.getLogger().addHandler(handler)
        try:
            with warnings.catch_warnings(record=True) as warned:
                warnings.simplefilter("always")
                yield
        finally:
            logging.getLogger().removeHandler(handler)
            for logger, level in levels:
                logger.setLevel(level)
        self.add("a warning", *(str(each.message) for each in warned))

    @contextmanager
    def observing(self, client: iotmi.Client | iotmi.AsyncClient) -> Iterator[None]:
        """Collect the spans and metrics of *client*'s calls in the block."""
        observatory = Observatory()
        observed_by(client, client._context.retry_strategy.policy, observatory.observer)
        yield
        self.add("the telemetry", *observatory.texts())

    def found(self, *names: str) -> set[tuple[str, str]]:
        """Return the shape and place of each canary that was found."""
        cores = {name: CANARIES[name].core for name in names or CANARIES}
        return {
            (name, place)
            for place, text in self.seen
            for name, core in cores.items()
            if core in text
        }


_LOUD: Final = frozenset({"iotmi", "boto3", "botocore", "urllib3", "asyncio", "concurrent"})


class _Handler(logging.Handler):
    """A handler that passes on a record's message and extra fields."""

    def __init__(self, add: Callable[..., None]) -> None:
        super().__init__(logging.DEBUG)
        self._add = add

    def emit(self, record: logging.LogRecord) -> None:
        shown = "".join(traceback.format_exception(record.exc_info[1])) if record.exc_info else ""
        fields = repr({name: value for name, value in vars(record).items() if name != "exc_info"})
        self._add(f"log of {record.name}", record.getMessage(), fields, shown)


def _texts_in(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        # Texts of one or two letters match everywhere.
        if len(value) > 2:
            yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts_in(key)
            yield from _texts_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts_in(item)
