"""Damaged framing gives errors of the tree, and cut responses never give a value."""

import socket
from pathlib import Path

import pytest

import iotmi
from tests.botocore.ways import OWN, Way, name
from tests.fuzz.framing import fuzz, read
from tests.support.bad_servers import listening, raw
from tests.support.certificates import make_certificate
from tests.support.http_servers import read_request

pytestmark = pytest.mark.usefixtures("keys")

GET = iotmi.GetManagedThing("x")
PLAIN = raw("200 OK", b'{"Id": "x"}', "Content-Type: application/json")
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b'4\r\n{"Id\r\n7;x=y\r\n": "x"}\r\n0\r\nTrailer: z\r\n\r\n'
)


@pytest.mark.parametrize("seed", [1, 2])
def test_damaged_framing_gives_errors_of_the_tree(seed: int) -> None:
    """And the value of no other call. `python -m tests.fuzz.framing` makes many more."""
    outcomes = fuzz(400, seed)
    assert outcomes["value"] > 40
    assert outcomes["NoResponseError"] > 40


@pytest.mark.parametrize("way", OWN, ids=name)
@pytest.mark.parametrize("response", [PLAIN, CHUNKED], ids=["length", "chunked"])
@pytest.mark.parametrize("over_tls", [False, True])
def test_a_response_cut_at_any_byte_is_no_value(
    way: Way,
    response: bytes,
    *,
    over_tls: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Only the whole one is."""
    tls = None
    if over_tls:
        certificate = make_certificate(tmp_path)
        monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate.path))
        tls = certificate.context()
    step = 1 if way == OWN[0] else 7
    cuts = [*range(0, len(response), step), len(response)]
    served = iter(cuts)

    def act(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(response[: next(served)])

    with listening(act, tls=tls) as url:
        *found, whole = way.run(url, *[GET] * len(cuts))
    assert whole.id == "x"
    assert {type(each) for each in found} == {iotmi.NoResponseError}


def test_the_second_reader_reads() -> None:
    """A judge that took everything for broken would never object."""
    assert read(PLAIN, ended=False).verdict == "whole"
    assert read(PLAIN[:-1], ended=False).verdict == "unended"
    assert read(PLAIN[:-1], ended=True).verdict == "broken"
    assert not read(PLAIN + b"x", ended=False).clean
