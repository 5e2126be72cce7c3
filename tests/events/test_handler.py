"""`events.Handler`: dispatch, Lambda batches, and tumbling windows."""

import asyncio
import base64
import copy
import json
import logging
from pathlib import Path
from typing import Any, Final

import pytest

from iotmi import EventError, EventType, events
from iotmi.events import (
    DeviceCommandEvent,
    DeviceOtaEvent,
    DeviceReportEvent,
    DeviceStateEvent,
    Event,
    Handler,
    Record,
)

from .message import Json
from .messages import MESSAGES

LAMBDA: Final = json.loads((Path(__file__).parents[1] / "samples" / "lambda.json").read_text())
TWO: Final = LAMBDA["events"]["two_records"]
NUMBERS: Final = [item["kinesis"]["sequenceNumber"] for item in TWO["Records"]]
ANSWER_OF_SUCCESS: Final[dict[str, Json]] = {"batchItemFailures": []}


def event(name: str) -> Event:
    return events.parse(MESSAGES[name].document)


def batch(*names: str, **changes: Json) -> Json:
    """Return a Lambda event with these messages. Unknown names become the data itself."""
    (form,) = LAMBDA["events"]["enhanced_fan_out"]["Records"]
    made = []
    for place, name in enumerate(names):
        item = copy.deepcopy(form)
        data = json.dumps(MESSAGES[name].document) if name in MESSAGES else name
        item["kinesis"]["data"] = base64.b64encode(data.encode()).decode()
        item["kinesis"]["sequenceNumber"] = f"{place + 1:056}"
        made.append(item)
    return {"Records": made, **changes}


def failed(number: int) -> Json:
    return {"batchItemFailures": [{"itemIdentifier": f"{number:056}"}]}


# -- dispatch ------------------------------------------------------------------------------


def test_each_event_goes_to_the_functions_of_its_class() -> None:
    """Functions are called in the order of registration, for one class, several classes or all."""
    handler = Handler()
    seen: list[tuple[str, str]] = []

    @handler.on(DeviceStateEvent, DeviceReportEvent)
    def states(event: DeviceStateEvent | DeviceReportEvent) -> None:
        seen.append(("states", event.type))

    @handler.on()
    def everything(event: Event) -> None:
        seen.append(("everything", event.type))

    @handler.on(DeviceStateEvent)
    def state(event: DeviceStateEvent) -> None:
        seen.append(("state", event.type))

    for name in ("state", "ota", "report"):
        handler(event(name))
    assert seen == [
        ("states", "DEVICE_STATE"),
        ("everything", "DEVICE_STATE"),
        ("state", "DEVICE_STATE"),
        ("everything", "DEVICE_OTA"),
        ("states", "DEVICE_EVENT"),
        ("everything", "DEVICE_EVENT"),
    ]
    assert repr(handler) == "<Handler of 3 functions>"


def test_a_function_may_take_the_record_too() -> None:
    """An event without a record gets a new record with its data."""
    handler = Handler()
    seen: list[Record] = []

    @handler.on(DeviceStateEvent)
    def state(event: DeviceStateEvent, record: Record) -> None:
        assert record.event == event
        seen.append(record)

    (record,) = events.records(batch("state"))
    handler(record)
    handler(event("state"))
    assert seen[0] is record
    assert events.parse(seen[1].data) == record.event
    assert seen[1].sequence_number is None


def test_async_functions_are_awaited() -> None:
    """`handler(event)` runs them outside an event loop, and `dispatch` awaits them inside."""
    handler = Handler()
    seen: list[str] = []

    @handler.on(DeviceStateEvent)
    async def state(event: DeviceStateEvent) -> None:
        await asyncio.sleep(0)
        seen.append(event.type)

    @handler.on(DeviceStateEvent)
    def plain(_event: DeviceStateEvent) -> None:
        seen.append("plain")

    handler(event("state"))
    asyncio.run(handler.dispatch(event("state")))
    assert seen == ["DEVICE_STATE", "plain"] * 2

    async def inside() -> None:
        handler(event("state"))

    with pytest.raises(RuntimeError, match=r"await handler\.dispatch"):
        asyncio.run(inside())


def test_a_function_may_return_any_awaitable() -> None:
    """A future is awaited by `dispatch`, and refused by `handler(event)` inside an event loop."""
    handler = Handler()

    @handler.on(DeviceStateEvent)
    def state(_event: DeviceStateEvent) -> "asyncio.Future[str]":
        futures.append(asyncio.get_running_loop().create_future())
        futures[-1].set_result("done")
        return futures[-1]

    async def inside() -> None:
        await handler.dispatch(event("state"))
        with pytest.raises(RuntimeError, match=r"await handler\.dispatch"):
            handler(event("state"))

    futures: list[asyncio.Future[str]] = []
    asyncio.run(inside())
    assert [future.result() for future in futures] == ["done", "done"]


def test_events_without_a_function_are_counted() -> None:
    """The count is by type, and such events are not failures."""
    handler = Handler()

    @handler.on(DeviceStateEvent)
    def state(event: DeviceStateEvent) -> None:
        pass

    assert handler.lambda_handler(batch("state", "ota", "ota", "new type"), None) == (
        ANSWER_OF_SUCCESS
    )
    assert handler.unhandled == {EventType.DEVICE_OTA: 2, EventType("DEVICE_DREAM"): 1}


@pytest.mark.parametrize(
    "function",
    [
        lambda: None,
        lambda a, b, c: None,  # noqa: ARG005
        lambda event, *, key: None,  # noqa: ARG005
    ],
)
def test_a_function_with_wrong_parameters_is_refused(function: Any) -> None:  # noqa: ANN401
    """The registration raises, not the first event."""
    with pytest.raises(TypeError, match=r"must take \(event\) or \(event, record\)"):
        Handler().on(DeviceStateEvent)(function)


def test_optional_parameters_are_left_alone() -> None:
    """A second parameter with a default does not receive the record, and `*args` does."""
    handler = Handler()
    seen: list[Any] = []

    @handler.on(DeviceStateEvent)
    def state(_event: DeviceStateEvent, retries: int = 3, **_others: int) -> None:
        seen.append(retries)

    @handler.on(DeviceStateEvent)
    def starred(*args: object) -> None:
        seen.append(len(args))

    handler(event("state"))
    assert seen == [3, 2]


def test_a_class_that_is_not_an_event_is_refused() -> None:
    """The name of a type is not a class either."""
    with pytest.raises(TypeError, match="not a class of events"):
        Handler().on(dict)  # type: ignore[type-var]


# -- batches -------------------------------------------------------------------------------


def test_a_batch_without_failures_succeeds() -> None:
    """An empty batch succeeds too."""
    handler = Handler()
    seen: list[str | None] = []

    @handler.on(DeviceCommandEvent)
    def command(_event: DeviceCommandEvent, record: Record) -> None:
        seen.append(record.sequence_number)

    assert handler.lambda_handler(TWO, None) == ANSWER_OF_SUCCESS
    assert handler.lambda_handler(LAMBDA["events"]["no_records"], None) == ANSWER_OF_SUCCESS
    assert seen == NUMBERS


@pytest.mark.parametrize("colour", ["sync", "async"])
def test_a_batch_stops_at_the_first_failure(colour: str, caplog: pytest.LogCaptureFixture) -> None:
    """The response names only that record, and the log has the exception and the number."""
    handler = Handler()
    seen: list[str] = []

    def act(event: Event) -> None:
        seen.append(event.type)
        if isinstance(event, DeviceOtaEvent):
            raise KeyError("bad luck")

    async def act_later(event: Event) -> None:
        act(event)

    handler.on()(act if colour == "sync" else act_later)
    with caplog.at_level(logging.ERROR, "iotmi.events"):
        answer = handler.lambda_handler(batch("state", "ota", "ota", "state"), None)
    assert answer == failed(2)
    assert seen == ["DEVICE_STATE", "DEVICE_OTA"]
    (logged,) = caplog.records
    assert f"{2:056}" in logged.getMessage()
    assert logged.exc_info is not None
    assert isinstance(logged.exc_info[1], KeyError)
    assert "onoff" not in caplog.text


def test_an_undecodable_record_fails(caplog: pytest.LogCaptureFixture) -> None:
    """The log has the number and the rule, and not the data."""
    answer = Handler().lambda_handler(LAMBDA["events"]["not_json"], None)
    assert answer == {"batchItemFailures": [{"itemIdentifier": NUMBERS[1]}]}
    assert "not json" not in caplog.text
    assert "EventError" in caplog.text


@pytest.mark.parametrize(
    "data",
    [
        "***",
        "84mawgoBYRoJCAAaBWhlbGxvm3FlJDdbxCWAz/cmFWUMFg==",
        "84mawgoBYRoJ",
        "84mawgoBYRoFCAAaAXgaBQgFGgF5g7vM3Zq2nPKy0wxeKVFVHg==",
    ],
    ids=["bad base64", "bad checksum", "truncated aggregate", "malformed aggregate"],
)
def test_a_poisoned_record_fails_alone(data: str) -> None:
    """The response names only the poisoned record."""
    source = batch("state", "state", "state")
    source["Records"][1]["kinesis"]["data"] = data
    assert Handler().lambda_handler(source, None) == failed(2)


@pytest.mark.parametrize("colour", ["sync", "async"])
def test_on_undecodable_lets_the_batch_continue(colour: str) -> None:
    """The function receives the record with its error and data."""
    seen: list[Record] = []

    async def later(record: Record) -> None:
        seen.append(record)

    handler = Handler(on_undecodable=seen.append if colour == "sync" else later)
    assert handler.lambda_handler(LAMBDA["events"]["not_json"], None) == ANSWER_OF_SUCCESS
    (record,) = seen
    assert record.error is not None
    assert record.data == b"\xff\xfe not json"[: len(record.data)]
    assert sum(handler.unhandled.values()) == 2


def test_an_exception_of_on_undecodable_fails_the_record() -> None:
    """The response names the record."""

    def refuse(_record: Record) -> None:
        raise OSError("the queue is full")

    handler = Handler(on_undecodable=refuse)
    assert handler.lambda_handler(batch("state", "no json"), None) == failed(2)


@pytest.mark.parametrize("number", ["", None, 5])
def test_no_response_has_an_empty_identifier(number: Json) -> None:
    """Lambda would retry the whole batch, as it does after an exception."""
    source = batch("no json")
    source["Records"][0]["kinesis"]["sequenceNumber"] = number
    with pytest.raises(EventError):
        Handler().lambda_handler(source, None)


def test_an_event_of_another_service_is_an_exception() -> None:
    """A successful response would lose its records."""
    with pytest.raises(EventError):
        Handler().lambda_handler(LAMBDA["other_shapes"]["sqs"], None)


def test_a_failure_inside_an_aggregate_names_the_aggregate() -> None:
    """The records inside an aggregate share its sequence number."""
    handler = Handler()
    seen: list[int] = []

    @handler.on(DeviceReportEvent)
    def report(_event: DeviceReportEvent, record: Record) -> None:
        seen.append(record.sub_sequence_number)
        if record.sub_sequence_number == 1:
            raise ValueError

    answer = handler.lambda_handler(LAMBDA["events"]["aggregated"], None)
    assert answer == {"batchItemFailures": [{"itemIdentifier": NUMBERS[0]}]}
    assert seen == [0, 1]


def test_an_interrupt_ends_the_invocation() -> None:
    """KeyboardInterrupt is not a failure of the record."""
    handler = Handler()

    @handler.on()
    def interrupted(_event: Event) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        handler.lambda_handler(TWO, None)


# -- windows -------------------------------------------------------------------------------


def counting(handler: Handler) -> list[Any]:
    published: list[Any] = []

    @handler.window
    def count(state: dict[str, int], event: Event) -> dict[str, int]:
        if event.raw.get("poison"):
            raise ValueError
        return state | {event.type: state.get(event.type, 0) + 1}

    @handler.window
    async def publish(window: events.Window, state: dict[str, int]) -> dict[str, int]:
        if window.is_final:
            published.append((window.start, window.shard_id, len(window.records), state))
        return state

    return published


def test_a_window_carries_its_state() -> None:
    """The state passes from one invocation to the next, and the last may have no records."""
    handler = Handler()
    published = counting(handler)
    first = LAMBDA["events"]["window_first"]
    answer: Json = handler.window_handler(first, None)
    assert answer == {"state": {"DEVICE_COMMAND": 1}, "batchItemFailures": []}
    answer = handler.window_handler({**first, "state": answer["state"]}, None)
    assert answer["state"] == {"DEVICE_COMMAND": 2}
    assert published == []
    final = LAMBDA["events"]["window_final"]
    assert handler.window_handler(final, None)["state"] == final["state"]
    ((start, shard_id, records, state),) = published
    assert start.isoformat() == "2020-12-09T07:04:00+00:00"
    assert (shard_id, records, state) == ("shardId-000000000006", 0, final["state"])


def test_a_failure_in_a_window_keeps_the_state_before_it() -> None:
    """The response has the state before the failure, and other functions are not called."""
    handler = Handler()
    published = counting(handler)
    source = batch("state", "no json", "state", state={}, isFinalInvokeForWindow=True)
    answer: Json = handler.window_handler(source, None)
    assert answer == {"state": {"DEVICE_STATE": 1}, **failed(2)}
    assert published == []


def test_a_failure_inside_an_aggregate_rolls_back_the_aggregate() -> None:
    """Lambda sends the whole aggregate again, which would count its other records twice."""
    handler = Handler()

    @handler.window
    def count(state: dict[str, int], record: Record) -> dict[str, int]:
        state["seen"] = state.get("seen", 0) + 1
        if record.sub_sequence_number == 2:
            raise ValueError
        return state

    answer: Json = handler.window_handler({**LAMBDA["events"]["aggregated"], "state": {}}, None)
    assert answer == {
        "state": {},
        "batchItemFailures": [{"itemIdentifier": NUMBERS[0]}],
    }


def test_on_undecodable_works_in_a_window() -> None:
    """The window continues after an undecodable record."""
    passed: list[Record] = []
    handler = Handler(on_undecodable=passed.append)
    counting(handler)
    answer: Json = handler.window_handler(batch("state", "no json", "state"), None)
    assert answer == {"state": {"DEVICE_STATE": 2}, "batchItemFailures": []}
    assert len(passed) == 1


def test_a_window_function_must_return_the_state() -> None:
    """Lambda treats a response without a state as a failed invocation."""
    handler = Handler()
    handler.window(lambda state: None)  # noqa: ARG005
    with pytest.raises(TypeError, match="returned None"):
        handler.window_handler(LAMBDA["events"]["window_final"], None)
    with pytest.raises(TypeError, match="no function"):
        Handler().window_handler(LAMBDA["events"]["window_final"], None)


@pytest.mark.parametrize(
    "function",
    [lambda event: event, lambda state, thing: state, lambda: None],  # noqa: ARG005
)
def test_a_window_function_with_unknown_parameters_is_refused(function: Any) -> None:  # noqa: ANN401
    """The registration raises a TypeError."""
    with pytest.raises(TypeError, match="by name"):
        Handler().window(function)


def test_a_window_without_its_members_is_still_a_window() -> None:
    """Missing times and a missing shard are None."""
    handler = Handler()
    seen: list[events.Window] = []

    @handler.window
    def keep(state: object, window: events.Window) -> object:
        seen.append(window)
        return state

    source = {"Records": [], "window": {"start": 5}, "shardId": 5, "state": None}
    assert handler.window_handler(source, None)["state"] == {}
    assert seen == [events.Window()]
