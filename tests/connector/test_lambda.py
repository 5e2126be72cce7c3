"""A connector in a process that is stopped once it has responded, as AWS Lambda does."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from iotmi.capabilities import OnOff
from iotmi.connector import Connector, InvokeAgain, Queue, SQLiteLeases
from iotmi.emulator.server import serving
from tests.connector.support import TOKEN, Cloud, Home, code_of, sample
from tests.support.lambda_runtime import ARN, Invocations, LambdaProcess

SLOW = 5.0

Start = Callable[..., LambdaProcess]


@pytest.fixture
def invocations() -> Iterator[Invocations]:
    """Yield the server of asynchronous invocations."""
    server = Invocations()
    yield server
    server.close()


@pytest.fixture
def start(cloud: Cloud, invocations: Invocations, tmp_path: Path) -> Iterator[Start]:
    """Yield a function that starts a process of the function."""
    with ExitStack() as stack:
        address = stack.enter_context(serving(cloud.emulator))

        def start(later: str, **environment: str) -> LambdaProcess:
            process = LambdaProcess(
                "tests.connector.lambda_app:lambda_handler",
                {
                    "LAMP_FOLDER": str(tmp_path),
                    "LAMP_LATER": later,
                    "AWS_ENDPOINT_URL_LAMBDA": invocations.address,
                    "AWS_ENDPOINT_URL_IOT_MANAGED_INTEGRATIONS": address,
                    **environment,
                },
            )
            return stack.enter_context(process)

        yield start


def switched(cloud: Cloud) -> None:
    """Assert that the result of the one command arrived."""
    (event,) = cloud.events
    assert (event["Operation"], event["StatusCode"]) == ("DEVICE_COMMAND_RESPONSE", 200)
    assert event["MatterEndpoint"]["clusters"][0]["attributes"] == {"0x0000": True}


def test_a_slow_command_survives_the_freeze(
    cloud: Cloud, invocations: Invocations, start: Start
) -> None:
    """Five seconds of work are acknowledged in time, and their result is sent after the freeze."""
    process = start("invoke")
    response = process.deliver(cloud.sample("send_command_on"))
    assert code_of(response) == 200
    assert cloud.events == []
    _, took = process.invoke(invocations.next())
    assert took >= SLOW
    switched(cloud)
    # The alias that the service invoked is invoked again.
    assert invocations.paths[0].endswith(f"/{ARN.replace(':', '%3A')}/invocations")


def test_a_slow_discovery_survives_the_freeze(
    cloud: Cloud, invocations: Invocations, start: Start
) -> None:
    """The devices arrive after the acknowledgement, and the discovery succeeds."""
    process = start("invoke", LAMP_SECONDS="0")
    discovery = cloud.discovery_id()
    request = cloud.sample("discover_all", deviceDiscoveryId=discovery)
    assert code_of(process.deliver(request)) == 200
    process.invoke(invocations.next())
    (event,) = cloud.events
    assert [each["ConnectorDeviceId"] for each in event["Devices"]] == ["dev_1"]
    assert cloud.client.device_discoveries.wait_until_finished(discovery).status == "SUCCEEDED"


def test_a_thread_does_not_survive_the_freeze(cloud: Cloud, start: Start) -> None:
    """The runtime freezes: without a strategy for Lambda, no result is sent."""
    process = start("thread", PYTHONWARNINGS="ignore")
    response = process.deliver(cloud.sample("send_command_on"))
    assert code_of(response) == 200
    assert cloud.events == []


def test_six_deliveries_are_one_execution(
    cloud: Cloud, invocations: Invocations, start: Start
) -> None:
    """Each delivery is handed on. The first invocation works, and the others find it done."""
    process = start("invoke", LAMP_SECONDS="0")
    for _ in range(6):
        assert code_of(process.deliver(cloud.sample("send_command_on"))) == 200
    assert len(invocations.payloads) >= 6
    while invocations.payloads:
        response, _ = process.invoke(invocations.next())
        assert code_of(response) == 200
    switched(cloud)


def test_a_killed_invocation_is_carried_out_again(
    cloud: Cloud, invocations: Invocations, start: Start
) -> None:
    """Lambda repeats a killed invocation, which another process carries out, once."""
    first = start("invoke")
    assert code_of(first.deliver(cloud.sample("send_command_on"))) == 200
    work = invocations.next()
    first.begin(work)
    assert first.line() == "working on command"
    first.process.kill()
    first.process.wait()
    second = start("invoke", LAMP_SECONDS="0")
    while "errorType" in (response := second.invoke(work)[0]):
        # The lease of the killed process has not expired.
        assert response["errorType"] == "ConnectorError"
    assert code_of(response) == 200
    switched(cloud)
    assert code_of(second.invoke(work)[0]) == 200
    switched(cloud)


def test_a_queue_hands_work_on(cloud: Cloud, start: Start, keys: None) -> None:
    """The work is a message, and an invocation by SQS carries it out."""
    del keys
    server = ThreadedMotoServer(port=0)
    server.start()
    try:
        host, port = server.get_host_and_port()
        address = f"http://{host}:{port}"
        sqs: Any = boto3.client("sqs", region_name="eu-west-1", endpoint_url=address)
        url = sqs.create_queue(QueueName="later")["QueueUrl"]
        process = start("queue", LAMP_QUEUE=url, AWS_ENDPOINT_URL_SQS=address, LAMP_SECONDS="0")
        assert code_of(process.deliver(cloud.sample("send_command_on"))) == 200
        assert cloud.events == []
        message = sqs.receive_message(QueueUrl=url)["Messages"][0]
        records = [as_record(message["MessageId"], message["Body"]), as_record("other", "no work")]
        response, _ = process.invoke({"Records": records})
        assert response == {"batchItemFailures": [{"itemIdentifier": "other"}]}
        switched(cloud)
    finally:
        server.stop()


def as_record(identifier: str, body: object) -> dict[str, object]:
    """Return a message as Lambda delivers it."""
    return {"messageId": identifier, "body": body, "eventSource": "aws:sqs"}


@pytest.mark.parametrize(
    "body",
    [None, "", "[", "{}", '{"iotmi.connector": 1}', '{"iotmi.connector": {"event": {}}}'],
    ids=str,
)
def test_a_message_without_work_fails_alone(
    cloud: Cloud, home: Home, body: object, caplog: pytest.LogCaptureFixture
) -> None:
    """The response names the message, so that SQS moves it to its dead-letter queue."""
    work = json.dumps({"iotmi.connector": {"event": cloud.sample("send_command_on")}})
    event = {"Records": [as_record("1", body), as_record("2", work)]}
    assert home.app.lambda_handler(event, None) == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    assert len(home.requests) == 1
    assert "a message failed" in caplog.text
    assert TOKEN not in caplog.text


def test_work_that_is_no_request_is_refused(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    """A repetition would not help, so the invocation does not fail."""
    for event in ({}, sample("activate_user"), "["):
        response = home.app.lambda_handler({"iotmi.connector": {"event": event}}, None)
        assert code_of(response) == 400
    assert home.requests == []
    assert "no request" in caplog.text


def test_a_request_that_cannot_be_handed_on_is_refused(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The response is an error, so that the service repeats the request."""
    home = Home(Connector(seen=SQLiteLeases(tmp_path / "leases.db"), later=InvokeAgain()))
    assert code_of(home.app.lambda_handler(sample("send_command_on"), None)) == 503
    assert "InvokeAgain needs function_name" in caplog.text
    assert TOKEN not in caplog.text
    assert home.requests == []


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize("form", ["mapping", "text", "octets"])
def test_work_is_carried_out_by_the_next_invocation(
    cloud: Cloud, invocations: Invocations, tmp_path: Path, form: str
) -> None:
    """The invoked function gets the request, whichever form its first event has."""
    client = boto3.client("lambda", region_name="eu-west-1", endpoint_url=invocations.address)
    later = InvokeAgain(client, "lamps")
    home = Home(
        Connector(client=cloud.client, seen=SQLiteLeases(tmp_path / "leases.db"), later=later)
    )
    request = cloud.sample("send_command_on")
    text = json.dumps(request)
    event = {"mapping": request, "text": text, "octets": text.encode()}[form]
    assert code_of(home.app.lambda_handler(event, None)) == 200
    assert home.requests == []
    work = invocations.next()
    assert invocations.paths == ["/2015-03-31/functions/lamps/invocations"]
    assert code_of(home.app.lambda_handler(work, None)) == 200
    switched(cloud)


@pytest.mark.usefixtures("keys")
def test_a_refused_message_is_an_error(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, invocations: Invocations
) -> None:
    """SQS does not accept the message, and the log has no token."""
    sqs = boto3.client("sqs", region_name="eu-west-1", endpoint_url=invocations.address)
    queue = Queue(sqs, "https://sqs.eu-west-1.amazonaws.com/123456789012/later")
    home = Home(Connector(seen=SQLiteLeases(tmp_path / "leases.db"), later=queue, budget=1.9))
    assert code_of(home.app.lambda_handler(sample("send_command_on"), None)) == 503
    assert TOKEN not in caplog.text


def test_a_late_failure_of_handed_on_work_is_an_event(cloud: Cloud, home: Home) -> None:
    """Work that was handed on has no response, so its failure is sent."""

    def fail(_: object) -> None:
        raise LookupError(TOKEN)

    home.act = fail
    work = {"iotmi.connector": {"event": json.dumps(cloud.sample("send_command_on"))}}
    assert code_of(home.app.lambda_handler(work, None)) == 200
    (event,) = cloud.events
    assert event["StatusCode"] == 500
    assert event["Message"] == "the connector failed LookupError"
    home.app.report("dev_1", OnOff(on_off=True))
