"""Settings of sessions and of the environment, and arguments of the wrong kind."""

import subprocess
import sys
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.config import Config

import iotmi
from iotmi import Client, GetManagedThing, NotSentError
from tests.botocore.ways import ALL, Way, name
from tests.support.bad_servers import Script, listening, raw
from tests.support.http_servers import session

pytestmark = pytest.mark.usefixtures("keys")

GET = GetManagedThing("x")
THING = raw("200 OK", b'{"Id": "x"}')


def user_agent(request: bytes) -> str:
    """Return how a request says who sends it."""
    lines = request.decode("latin-1").split("\r\n")
    (found,) = [line for line in lines if line.lower().startswith("user-agent:")]
    return found


def test_a_sessions_settings_are_its_own() -> None:
    """W19: how many connections it keeps, and what it adds to the user agent."""
    core = botocore.session.Session()
    core.set_default_client_config(
        Config(max_pool_connections=3, user_agent_extra="warehouse/7", read_timeout=9)
    )
    theirs = boto3.Session(
        aws_access_key_id="EXAMPLE",
        aws_secret_access_key="example",
        region_name="eu-west-1",
        botocore_session=core,
    )
    script = Script(THING)
    with listening(script) as url, Client(session=theirs, endpoint_url=url) as client:
        client.send(GET)
        assert client._context.transport.connections == 3
    text = user_agent(script.requests[0])
    assert "warehouse/7" in text
    assert f"iotmi/{iotmi.__version__}" in text


def test_an_application_names_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """W19: by `AWS_SDK_UA_APP_ID`, for our own clients and those upon a session."""
    monkeypatch.setenv("AWS_SDK_UA_APP_ID", "thermostats")
    script = Script(THING)
    with listening(script) as url:
        for made_of in (None, session()):
            with Client(session=made_of, endpoint_url=url) as client:
                client.send(GET)
    assert ["app/thermostats" in user_agent(request) for request in script.requests] == [True, True]


def wrong(**arguments: object) -> Any:  # noqa: ANN401
    """Return arguments that no type checker would pass."""
    return arguments


@pytest.mark.parametrize(
    ("arguments", "kind", "told"),
    [
        (wrong(retry=3), TypeError, "retry must be an iotmi.RetryPolicy, got 3"),
        (wrong(pacing=3), TypeError, "pacing must be an iotmi.Pacing, got 3"),
        (wrong(timeout="5"), TypeError, "timeout must be a number of seconds, got '5'"),
        (wrong(timeout=True), TypeError, "timeout must be a number"),
        (wrong(timeout=0), ValueError, "timeout must be more than 0"),
        (wrong(timeout=float("nan")), ValueError, "timeout must be more than 0"),
        (wrong(boto3_client="x"), TypeError, "boto3_client must be a boto3 client, got str"),
        (wrong(boto3_client=boto3), TypeError, "boto3_client must be a boto3 client, got module"),
    ],
)
def test_an_argument_of_the_wrong_kind_is_named(
    arguments: dict[str, Any], kind: type[Exception], told: str
) -> None:
    """W21: when a client is made, or copied."""
    with pytest.raises(kind, match=told):
        Client(**arguments)
    if "boto3_client" not in arguments:
        with Client() as client, pytest.raises(kind, match=told):
            client.with_options(**arguments)


def test_a_client_of_another_service_is_refused() -> None:
    """W21: when the client is made."""
    other = session().client("iot")
    with pytest.raises(ValueError, match="must be a client of iot-managed-integrations, not"):
        Client(boto3_client=other)


@pytest.mark.parametrize("way", ALL, ids=name)
def test_what_no_address_can_hold_is_not_sent(way: Way) -> None:
    """W24: an empty id would be its parent's path, and a lone surrogate has no encoding."""
    script = Script(THING)
    with iotmi.unchecked():
        requests = [
            GetManagedThing(""),
            GetManagedThing("a\ud800"),
            iotmi.ListManagedThings(next_token="\udc00"),
        ]
    with listening(script) as url:
        for error in way.run(url, *requests):
            assert isinstance(error, NotSentError)
            assert not error.retryable
    assert script.requests == []


def test_what_is_asked_of_botocore_is_checked() -> None:
    """Where a part that botocore does not document is missing, botocore sends."""
    program = (
        "import botocore.httpsession\n"
        "del botocore.httpsession.get_cert_path\n"
        "import iotmi\n"
        "client = iotmi.Client(endpoint_url='http://127.0.0.1:1', region_name='eu-west-1')\n"
        "assert client._context.transport._direct is None\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
