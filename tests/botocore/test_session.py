"""This library's own sessions: credentials and endpoints."""

import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from botocore.loaders import Loader
from botocore.regions import EndpointResolver
from botocore.session import Session as BotocoreSession

import iotmi
from iotmi._botocore.loader import SERVICE
from iotmi._botocore.session import Session, open_client
from tests.support.bad_servers import listening
from tests.support.http_servers import KEYS, read_request

REGIONS = ("eu-west-1", "ca-central-1", "me-central-1", "xx-new-1", "cn-north-1", "us-gov-west-1")


class Issuer:
    """A server that is both STS and the service.

    Attributes:
        asked: the requests to STS.
        signed: the credential scope of each request to the service.
    """

    def __init__(self) -> None:
        self.asked: list[bytes] = []
        self.signed: list[bytes] = []

    def __call__(self, connection: socket.socket) -> None:
        """Serve one connection."""
        while request := read_request(connection):
            if request.startswith(b"POST / "):
                self.asked.append(request)
                action = "AssumeRoleWithWebIdentity" if b"WebIdentity" in request else "AssumeRole"
                body = _KEYS_OF_A_ROLE.replace("ACTION", action)
            else:
                (line,) = [line for line in request.split(b"\r\n") if b"Credential=" in line]
                self.signed.append(line.partition(b"Credential=")[2].partition(b",")[0])
                body = '{"Id": "x"}'
            head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n"
            connection.sendall(f"{head}{body}".encode())


_KEYS_OF_A_ROLE = """\
<ACTIONResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><ACTIONResult><Credentials>
<AccessKeyId>OFTHEROLE</AccessKeyId><SecretAccessKey>example</SecretAccessKey>
<SessionToken>example</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>
</Credentials></ACTIONResult></ACTIONResponse>"""


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Issuer]:
    """Yield a server that botocore uses as STS and as the service."""
    issuer = Issuer()
    for name in (*KEYS, "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    with listening(issuer) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", url)
        monkeypatch.setenv("AWS_ENDPOINT_URL_IOT_MANAGED_INTEGRATIONS", url)
        yield issuer


def test_the_role_of_a_profile_is_assumed(
    issuer: Issuer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """STS of the client's Region returns the role's keys, which sign the calls."""
    configuration = tmp_path / "config"
    configuration.write_text(
        "[profile base]\naws_access_key_id = BASE\naws_secret_access_key = example\n"
        "[profile installer]\nrole_arn = arn:aws:iam::123456789012:role/installer\n"
        "source_profile = base\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(configuration))
    with iotmi.Client(profile_name="installer", region_name="eu-west-1") as client:
        assert client.managed_things.get("x").id == "x"
        assert client.managed_things.get("x").id == "x"
    (asked,) = issuer.asked
    assert b"Credential=BASE/" in asked
    assert b"/eu-west-1/sts/" in asked
    assert len(issuer.signed) == 2
    assert all(line.startswith(b"OFTHEROLE/") for line in issuer.signed)


def test_a_web_identity_is_exchanged_for_keys(
    issuer: Issuer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The token comes from a file, as in a container of a cluster."""
    token = tmp_path / "token"
    token.write_text("example.web.token")
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(token))
    monkeypatch.setenv("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/pod")
    with iotmi.Client(region_name="eu-west-1") as client:
        assert client.managed_things.get("x").id == "x"
    (asked,) = issuer.asked
    assert b"example.web.token" in asked
    assert b"Authorization" not in asked
    assert issuer.signed[0].startswith(b"OFTHEROLE/")


def test_a_client_of_another_service_is_botocores() -> None:
    """The session makes clients of other services, and still knows one service."""
    session = Session(None)
    open_client(session, region_name="eu-west-1")
    other = session.create_client("sts", region_name="eu-west-1")
    assert other.meta.service_model.service_name == "sts"
    assert session.get_available_services() == [SERVICE]


@pytest.mark.parametrize("fips", ["false", "true"])
@pytest.mark.parametrize("region_name", REGIONS)
def test_the_endpoint_is_the_same_as_boto3s(
    region_name: str, fips: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This holds for known and for future Regions of each partition."""
    monkeypatch.setenv("AWS_USE_FIPS_ENDPOINT", fips)
    own = open_client(Session(None), region_name=region_name).meta
    expected = boto3.Session().client(SERVICE, region_name=region_name).meta
    assert (own.region_name, own.endpoint_url) == (region_name, expected.endpoint_url)
    assert own.partition == expected.partition


def test_converted_partitions_give_the_same_endpoints_as_endpoints_json() -> None:
    """This holds for each Region of each partition, with and without FIPS."""
    session = Session(None)
    open_client(session, region_name="eu-west-1")
    mine = session.get_component("data_loader").load_data("endpoints")
    theirs = Loader().load_data("endpoints")
    known = BotocoreSession().get_service_model(SERVICE).endpoint_prefix
    compared = 0
    for partition in theirs["partitions"]:
        for region_name in (*partition["regions"], "aws-global", "zz-nowhere-1"):
            for fips in (False, True):
                found, expected = (
                    EndpointResolver(data).construct_endpoint(
                        known, region_name, use_fips_endpoint=fips
                    )
                    for data in (mine, theirs)
                )
                if expected is not None and found is not None:
                    # `variants` lists other kinds of hosts, which are not compared.
                    found.pop("variants")
                    expected.pop("variants")
                assert found == expected, (region_name, fips)
                compared += 1
    assert compared > 100


def test_an_endpoints_override_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An `endpoints.json` in AWS_DATA_PATH takes precedence over botocore's."""
    document = Loader().load_data("endpoints")
    document["partitions"][0]["defaults"]["hostname"] = "{service}.{region}.example"
    (tmp_path / "endpoints.json").write_text(json.dumps(document))
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))
    client = open_client(Session(None), region_name="eu-west-1")
    assert client.meta.endpoint_url.endswith(".eu-west-1.example")


def test_a_missing_profile_is_named_when_the_client_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error is `NotSentError` with the profile's name."""
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with pytest.raises(iotmi.NotSentError, match="unknown-profile"):
        iotmi.Client(profile_name="unknown-profile", region_name="eu-west-1")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("nowhere", "nowhere"),
        ("http://", "http://"),
        ("http://x:99999", "0-65535"),
        ("http://x:y", "'y'"),
        ("ftp://x", "'ftp'"),
        ("//x", "http or https"),
    ],
)
def test_an_invalid_endpoint_url_is_named_when_the_client_is_made(
    url: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The URL may be an argument or an environment variable."""
    with pytest.raises(iotmi.NotSentError, match="no client: .*" + re.escape(reason)):
        iotmi.Client(endpoint_url=url, region_name="eu-west-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    with pytest.raises(iotmi.NotSentError, match="no client: .*" + re.escape(reason)):
        iotmi.Client(region_name="eu-west-1")
