"""The canaries through the tools that show values: rich, IPython, Hypothesis, pytest, JSON.

Each sensitive shape has a canary in every request and response where it occurs.
"""

import pickle
import traceback
from collections.abc import Callable, Iterator
from functools import cache
from io import StringIO
from pathlib import Path
from pprint import pformat
from textwrap import dedent
from types import TracebackType
from typing import Any, Final

import pytest
from hypothesis.vendor.pretty import pretty
from pydantic import TypeAdapter
from rich.console import Console
from rich.traceback import Traceback

import iotmi
from iotmi._serde.decoder import decode_response
from tests.conformance import service
from tests.conformance.limits import with_value
from tests.support.canaries import CANARIES, Everywhere, Planted, planted
from tests.support.http_servers import answer, serving, with_keys
from tests.support.pytest_runs import run_pytest

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated by the service:DeprecationWarning")

ROOT: Final = Path(__file__).parents[2]


@cache
def everything() -> tuple[Planted, ...]:
    """Every operation with something sensitive in it."""
    return planted(service.installed())


@cache
def values() -> tuple[object, ...]:
    """Every request and every response value that holds a canary."""
    requests = [each.request for each in everything() if each.asked]
    responses = [
        decode_response(each.answer, each.request) for each in everything() if each.answered
    ]
    return (*requests, *responses)


def in_rich(value: object) -> str:
    """Return the output of rich."""
    console = Console(file=StringIO(), width=200)
    console.print(value)
    console.print([value])
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


TOOLS: Final[dict[str, Callable[[Any], str]]] = {
    "rich": in_rich,
    "hypothesis": pretty,
    "pprint": pformat,
    "to_json": iotmi.to_json,
    "to_json on the wire": lambda value: iotmi.to_json(value, names="wire"),
    "to_plain": lambda value: repr(iotmi.to_plain((value,))),
    "cattrs": lambda value: repr(iotmi.converter().unstructure([value])),
    "format": lambda value: f"{value} {value!r} {value!s} %s" % (value,),
    "pydantic": lambda value: TypeAdapter(kind_of(value)).dump_json(value).decode(),
}


def kind_of(value: object) -> Any:  # noqa: ANN401 - an annotation
    """Return the type of *value*, for pydantic."""
    if isinstance(value, iotmi.Page):
        return iotmi.Page[type(value.items[0])]  # type: ignore[misc]
    return type(value)


def test_every_shape_is_in_some_value() -> None:
    """The values hold all 24 canaries, and a tool that hides nothing would show them."""
    shown = Everywhere()
    for value in values():
        shown.add("open", iotmi.to_json(value, secrets="show"))
    assert {name for name, _ in shown.found()} == set(CANARIES)
    assert len(CANARIES) == 24


@pytest.mark.parametrize("tool", TOOLS)
def test_no_tool_shows_a_secret(tool: str) -> None:
    """Each value is shown with its class, and with asterisks for what is sensitive."""
    shown = Everywhere()
    for value in values():
        text = TOOLS[tool](value)
        assert "***" in text
        shown.add(tool, text)
    assert shown.found() == set()


def library_frames(error: BaseException) -> TracebackType:
    """Return the traceback of *error* from the first frame that is not a test's."""
    trace = error.__traceback__
    while trace is not None and "/tests/" in trace.tb_frame.f_code.co_filename:
        trace = trace.tb_next
    assert trace is not None
    return trace


def with_locals(error: BaseException) -> Iterator[str]:
    """Return the traceback of *error* and its causes with all locals, as rich and Python do."""
    trace = library_frames(error)
    console = Console(file=StringIO(), width=300)
    console.print(Traceback.from_exception(type(error), error, trace, show_locals=True))
    assert isinstance(console.file, StringIO)
    yield console.file.getvalue()
    yield from traceback.TracebackException(type(error), error, trace, capture_locals=True).format()


def test_no_broken_limit_shows_a_secret_in_locals() -> None:
    """Neither of the constructor, nor of the reader of plain data."""
    shown = Everywhere()
    refused = 0
    for each in everything():
        for name, path in each.asked:
            wrong = with_value(each.parameters, path, [CANARIES[name].core + "\x00"])
            for build in (
                each.built,
                lambda wrong, each=each: iotmi.from_plain(type(each.request), wrong, names="wire"),
            ):
                try:
                    build(wrong)
                except iotmi.ConstraintError as error:
                    refused += 1
                    shown.add("locals", *with_locals(error))
    assert refused > 50
    assert shown.found() == set()


def test_no_failed_call_shows_a_secret_in_locals() -> None:
    """An error of the service, and a response that cannot be read."""
    shown = Everywhere()
    asked = [each for each in everything() if each.asked]
    script = [
        act
        for _ in asked
        for act in (
            answer("400 Bad Request", b"{}", x_amzn_errortype="ValidationException"),
            answer("200 OK", b'{"Items": 5, "Id": 5'),
        )
    ]
    with (
        serving(script) as url,
        with_keys(iotmi.Client, endpoint_url=url, retry=iotmi.RetryPolicy.none()) as client,
    ):
        for each in asked:
            for kind in (iotmi.ValidationError, iotmi.ResponseError):
                with pytest.raises(kind) as caught:
                    client.send(each.request)
                shown.add("locals", *with_locals(caught.value))
    assert len(shown.seen) > 60
    assert shown.found() == set()


def test_a_method_keeps_no_arguments_in_its_frame(client: iotmi.Client) -> None:
    """The frame of the method that was called has dropped its arguments."""
    arguments = {"owner": "c4nary", "brand": "c4nary"}
    with pytest.raises(iotmi.ResourceNotFoundError) as caught:
        client.managed_things.update("missing", **arguments)  # type: ignore[arg-type]
    assert "c4nary" not in "".join(with_locals(caught.value))
    with pytest.raises(iotmi.ConstraintError) as refused:
        client.managed_things.update("missing", owner="c4nary\x00")
    assert "c4nary" not in "".join(with_locals(refused.value))
    with pytest.raises(TypeError) as misspelt:
        client.managed_things.update("missing", ownr="c4nary")  # type: ignore[call-arg]
    assert "c4nary" not in "".join(with_locals(misspelt.value))


PROGRAM: Final = """
    import pickle
    import pytest
    import iotmi
    from iotmi.emulator import Emulator

    VALUES = pickle.loads(open({values!r}, "rb").read())
    REQUESTS = [value for value in VALUES if isinstance(value, iotmi.Request)]
    NUMBERS = range(len(VALUES))

    @pytest.mark.parametrize("number", NUMBERS)
    def test_differs(number):
        value, other = VALUES[number], VALUES[number - 1]
        assert value == other

    @pytest.mark.parametrize("number", NUMBERS)
    def test_lists_differ(number):
        assert [VALUES[number]] == [VALUES[number - 1], None]

    @pytest.mark.parametrize("number", NUMBERS)
    def test_is_in(number):
        assert not VALUES[number] and {{"a": VALUES[number]}} in VALUES

    @pytest.mark.parametrize("number", range(len(REQUESTS)))
    def test_call_fails(number):
        with Emulator() as emulator:
            emulator.faults.fail(None, "AccessDeniedException")
            emulator.client().send(REQUESTS[number])
"""


@pytest.mark.parametrize("options", [(), ("-vv", "--tb=long"), ("--tb=native",)])
def test_pytest_shows_no_secret(tmp_path: Path, options: tuple[str, ...]) -> None:
    """Assertion diffs and tracebacks of failing calls, in a run of its own."""
    held = tmp_path / "values.pickle"
    held.write_bytes(pickle.dumps(values()))
    (tmp_path / "test_canaries.py").write_text(dedent(PROGRAM).format(values=str(held)))
    ran = run_pytest(tmp_path, *options)
    requests = sum(isinstance(value, iotmi.Request) for value in values())
    assert f"{3 * len(values()) + requests} failed" in ran.stdout
    assert "AccessDeniedError" in ran.stdout
    shown = Everywhere()
    shown.add("pytest", ran.stdout, ran.stderr)
    assert shown.found() == set()


CAPABILITIES: Final = """
    from iotmi.capabilities import LevelControl

    ONE, OTHER = (LevelControl(current_level=level) for level in (173, 174))
    MOVE, OTHER_MOVE = (LevelControl.move_to_level(level=level) for level in (175, 176))

    def test_states_differ():
        assert ONE == OTHER

    def test_commands_differ():
        assert MOVE == OTHER_MOVE

    def test_is_in():
        assert {"a": ONE} in [OTHER]
"""


def test_pytest_shows_no_value_of_a_capability(tmp_path: Path) -> None:
    """Assertion diffs name the class, and no property or parameter."""
    (tmp_path / "test_levels.py").write_text(dedent(CAPABILITIES))
    ran = run_pytest(tmp_path, "-vv", "--tb=short")
    assert "3 failed" in ran.stdout
    explanations = [line for line in ran.stdout.splitlines() if line.startswith("E ")]
    assert "LevelControl" in "".join(explanations)
    assert not [line for line in explanations if "17" in line]
