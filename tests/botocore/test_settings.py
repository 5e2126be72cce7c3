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
    """Return the User-Agent line of a request."""
    lines = request.decode("latin-1").split("\r\n")
    (found,) = [line for line in lines if line.lower().startswith("user-agent:")]
    return found


def test_a_sessions_settings_are_kept() -> None:
    """W19: its number of connections and its addition to the user agent count."""
    core = botocore.session.Session()
    core.set_default_client_config(
        Config(max_pool_connections=3, user_agent_extra="warehouse/7", read_timeout=9)
    )
    boto3_session = boto3.Session(
        aws_access_key_id="EXAMPLE",
        aws_secret_access_key="example",
        region_name="eu-west-1",
        botocore_session=core,
    )
    script = Script(THING)
    with listening(script) as url, Client(session=boto3_session, endpoint_url=url) as client:
        client.send(GET)
        assert client._context.transport.connections == 3
    text = user_agent(script.requests[0])
    assert "warehouse/7" in text
    assert f"iotmi/{iotmi.__version__}" in text


def test_an_application_names_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """W19: `AWS_SDK_UA_APP_ID` counts for direct clients and for clients over a session."""
    monkeypatch.setenv("AWS_SDK_UA_APP_ID", "thermostats")
    script = Script(THING)
    with listening(script) as url:
        for made_of in (None, session()):
            with Client(session=made_of, endpoint_url=url) as client:
                client.send(GET)
    assert ["app/thermostats" in user_agent(request) for request in script.requests] == [True, True]


def wrong(**arguments: object) -> Any:  # noqa: ANN401
    """Return arguments of types that a type checker would reject."""
    return arguments


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
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
    arguments: dict[str, Any], kind: type[Exception], message: str
) -> None:
    """W21: making and copying a client both validate the arguments."""
    with pytest.raises(kind, match=message):
        Client(**arguments)
    if "boto3_client" not in arguments:
        with Client() as client, pytest.raises(kind, match=message):
            client.with_options(**arguments)


def test_a_client_of_another_service_is_refused() -> None:
    """W21: making a client over it raises ValueError."""
    other = session().client("iot")
    with pytest.raises(ValueError, match="must be a client of iot-managed-integrations, not"):
        Client(boto3_client=other)


@pytest.mark.parametrize("way", ALL, ids=name)
def test_values_that_no_url_can_hold_are_not_sent(way: Way) -> None:
    """W24: an empty id would give the parent's path, and UTF-8 cannot encode a lone surrogate."""
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


def test_botocore_sends_if_it_lacks_an_undocumented_function() -> None:
    """A client is made without direct sending."""
    program = (
        "import botocore.httpsession\n"
        "del botocore.httpsession.get_cert_path\n"
        "import iotmi\n"
        "client = iotmi.Client(endpoint_url='http://127.0.0.1:1', region_name='eu-west-1')\n"
        "assert client._context.transport._direct is None\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
