"""The guard: hosts, origins and keys."""

import socket
from contextlib import ExitStack, suppress
from http.client import HTTPConnection

import boto3
import pytest
from botocore.awsrequest import AWSRequest

import iotmi
from iotmi.emulator import Emulator, server
from iotmi.emulator.server import Credentials, serving
from tests.emulator.control.api import Api, basic

KEYS = Credentials("AKIDEXAMPLE", "example-secret")
SERVICE, CONTROL = "/managed-things", "/_emulator/home"


def status_of(api: Api, path: str, **headers: str) -> int:
    """Return the status of a GET with some headers."""
    return api.send("GET", path, at="", **headers).status


@pytest.mark.parametrize("path", [SERVICE, CONTROL, "/_emulator/health", "/_emulator/"])
@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:9280",
        "localhost.evil.example",
        "127.0.0.1.nip.io",
        "192.168.0.9",
        "localhost@evil.example",
        "localhost,evil.example",
        "[::1",
        "localhost:99999999",
        "",
    ],
)
def test_a_foreign_host_is_refused(api: Api, path: str, host: str) -> None:
    """A page that reached the server by DNS rebinding gets nothing, on any path."""
    answer = api.send("GET", path, at="", Host=host)
    assert answer.status == 403
    assert "--allow-host" in answer.body.decode()


@pytest.mark.parametrize("path", [SERVICE, CONTROL])
@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1", "127.8.8.8:80", "[::1]"])
def test_loopback_names_are_accepted(api: Api, path: str, host: str) -> None:
    """The loopback interface's names are the server's, with any port."""
    assert status_of(api, path, Host=host) == 200


@pytest.mark.parametrize("path", [SERVICE, CONTROL])
@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://localhost:3000", "file://", "x"]
)
def test_a_foreign_origin_is_refused(emulator: Emulator, api: Api, path: str, origin: str) -> None:
    """A page of another site can neither read nor write, and nothing is carried out."""
    before = emulator.snapshot()
    assert status_of(api, path, Origin=origin) == 403
    assert api.send("POST", "/credential-lockers", {}, at="", Origin=origin).status == 403
    assert api.send("POST", "/reset", {}, Origin=origin).status == 403
    assert emulator.snapshot() | {"digest": 0, "clock": 0} == before | {"digest": 0, "clock": 0}
    assert emulator.calls == ()


def test_the_own_origin_is_accepted(api: Api) -> None:
    """The console's own requests have the server's origin."""
    assert status_of(api, CONTROL, Origin=api.address) == 200
    assert api.send("POST", "/reset", {}, Origin=api.address).status == 200


def test_pages_cannot_send_requests_without_origin(api: Api) -> None:
    """A browser sends no Origin for an image, but it says that the page is of another site."""
    assert status_of(api, SERVICE, Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="no-cors") == 403
    assert status_of(api, SERVICE, Sec_Fetch_Site="same-site", Sec_Fetch_Mode="cors") == 403
    assert status_of(api, CONTROL, Sec_Fetch_Site="same-origin", Sec_Fetch_Mode="cors") == 200
    assert status_of(api, CONTROL, Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate") == 200


def test_a_refused_request_is_an_error_of_the_service(api: Api) -> None:
    """iotmi reads the refusal as AccessDeniedException, with the sentence."""
    session = boto3.Session("any", "any", region_name="eu-west-1")
    plain = session.client("iot-managed-integrations", endpoint_url=api.address)

    def disguise(request: AWSRequest, **_: object) -> None:
        request.headers["Origin"] = "http://evil.example"

    plain.meta.events.register("before-sign.*.*", disguise)
    with iotmi.Client(boto3_client=plain) as client, pytest.raises(iotmi.ServiceError) as caught:
        client.credential_lockers.create(name="Elm Street 5")
    assert (caught.value.code, caught.value.http_status) == ("AccessDeniedException", 403)
    assert "--allow-host" in str(caught.value)


def test_allowed_hosts_are_accepted(emulator: Emulator) -> None:
    """A container is reached by its name, and pages of that name may send requests."""
    with serving(emulator, allowed_hosts=["emulator", "[fd00::1]"]) as address:
        api = Api(address)
        assert status_of(api, CONTROL, Host="emulator:9280") == 200
        assert status_of(api, SERVICE, Host="[fd00::1]:9280") == 200
        assert status_of(api, CONTROL, Origin="http://EMULATOR:3000") == 200
        assert status_of(api, CONTROL, Host="evil.example") == 403
    with serving(emulator, allowed_hosts=["*"]) as address:
        api = Api(address)
        assert status_of(api, CONTROL, Host="any.example", Origin="http://other.example") == 200


def test_the_control_api_needs_the_keys(emulator: Emulator) -> None:
    """With keys, every path but health needs them, and a browser is asked for them."""
    with serving(emulator, credentials=KEYS) as address:
        api = Api(address)
        for path in ("/home", "/", "/console/app.js", "/stream", "/openapi.json", "/snapshot"):
            answer = api.send("GET", path)
            assert answer.status == 401, path
            assert answer.headers["www-authenticate"].startswith("Basic ")
        assert api.send("POST", "/reset", {}).status == 401
        wrong = Api(address, basic(Credentials("AKIDEXAMPLE", "wrong")))
        assert wrong.send("GET", "/home").status == 401
        assert api.send("GET", "/home", Authorization="Basic ???").status == 401
        assert api.send("GET", "/home", Authorization="Bearer x").status == 401
        assert api.send("GET", "/health").status == 200
        assert Api(address, basic(KEYS)).get("/home")["counts"]["devices"] == 11


def test_with_keys_hosts_are_free_and_origins_are_not(emulator: Emulator) -> None:
    """Keys replace the check of the host. A browser sends known keys for any page."""
    with serving(emulator, credentials=KEYS) as address:
        api = Api(address, basic(KEYS))
        assert status_of(api, CONTROL, Host="home.example") == 200
        assert status_of(api, CONTROL, Origin="http://evil.example") == 403
        # Signed requests need no check: no page can sign.
        assert (
            api.send("GET", SERVICE, at="", Origin="http://evil.example").headers[
                "x-amzn-errortype"
            ]
            == "IncompleteSignatureException"
        )


def test_connections_are_bounded(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound, a request gets 503 with a sentence in the form of its API."""
    monkeypatch.setattr(server, "MAX_CONNECTIONS", 4)
    host, _, port = api.place.partition(":")
    with ExitStack() as stack:
        for _ in range(4):
            connection = HTTPConnection(host, int(port), timeout=20)
            stack.callback(connection.close)
            connection.request("GET", "/_emulator/health")
            assert connection.getresponse().read()
        busy = api.send("GET", "/health")
        assert (busy.status, busy.message) == (
            503,
            "The emulator serves at most 4 connections at once.",
        )
        assert busy.headers["connection"] == "close"
        refused = api.send("GET", SERVICE, at="")
        assert refused.headers["x-amzn-errortype"] == "ServiceUnavailableException"
    assert api.send("GET", "/health").status == 200


def test_a_connection_beyond_the_bound_that_sends_nothing_is_closed(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such a connection does not stay."""
    monkeypatch.setattr(server, "MAX_CONNECTIONS", 0)
    monkeypatch.setattr(server, "_BUSY_SECONDS", 0.1)
    host, _, port = api.place.partition(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        with suppress(ConnectionResetError):
            assert connection.recv(1) == b""
