"""HTTP/1.1 as bytes in and bytes out: what one connection sends and how it reads responses.

h11 keeps the protocol's rules. This module adds what h11 leaves to its user: bounds on the size of
a response, interim responses, and whether the connection can be used again. It knows nothing of
sockets and of time.
"""

from typing import Final

import h11

from iotmi._botocore.messages import ProtocolError, RawResponse, SignedRequest, UnsendableError

MAX_HEAD: Final = 64 * 1024
MAX_BODY: Final = 32 * 1024 * 1024
MAX_INTERIM_RESPONSES: Final = 16


class Http11:
    """One connection's side of the protocol, for one exchange after another.

    A status of 300 or more settles the outcome of a call. If its body breaks off, the response is
    given with what came of the body, and the connection is not reusable.
    """

    __slots__ = (
        "_body",
        "_connection",
        "_expected",
        "_head",
        "_headers",
        "_interim",
        "_received",
        "reusable",
    )

    def __init__(self) -> None:
        self._connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD)
        self.reusable = False
        self._start()

    def _start(self) -> None:
        self._head: h11.Response | None = None
        self._headers: dict[str, str] = {}
        self._expected: str | None = None
        self._body: list[bytes] = []
        self._received = 0
        self._interim = 0

    def request(self, request: SignedRequest) -> bytes:
        """Return the bytes that ask for *request*.

        Raises:
            UnsendableError: no HTTP request can hold a header or the target.
        """
        self.reusable = False
        headers = list(request.headers)
        # botocore announces an empty body for every method except GET.
        if request.method != "GET":
            headers.append(("Content-Length", str(len(request.body))))
        try:
            head = self._connection.send(
                h11.Request(method=request.method, target=request.target, headers=headers)
            )
        except (h11.LocalProtocolError, UnicodeError):
            # Their texts quote the header.
            raise UnsendableError("a header or the address cannot be sent over HTTP") from None
        if request.method != "GET":
            self._connection.send(h11.Data(data=request.body))
        return (head or b"") + request.body

    def sent(self) -> None:
        """Note that the whole request has left: only then may the connection be reused."""
        self._connection.send(h11.EndOfMessage())

    def receive(self, octets: bytes) -> RawResponse | None:
        """Take bytes from the server, none at its end; return the response when it is whole.

        Raises:
            ProtocolError: no whole response can come of them.
        """
        try:
            return self._receive(octets)
        except h11.RemoteProtocolError:
            # h11's text may quote the response.
            error = ProtocolError(self._broken_off(octets), request_id=self._request_id())
        except ProtocolError as raised:
            error = raised
        head = self._head
        if head is not None and head.status_code >= 300:
            return self._response(head)
        raise error

    def _receive(self, octets: bytes) -> RawResponse | None:
        self._connection.receive_data(octets)
        while True:
            event = self._connection.next_event()
            if event is h11.NEED_DATA:
                return None
            if isinstance(event, h11.Data):
                self._received += len(event.data)
                if self._received > MAX_BODY:
                    raise self._too_large()
                self._body.append(bytes(event.data))
            elif isinstance(event, h11.Response):
                self._read_head(event)
            elif isinstance(event, h11.EndOfMessage):
                return self._complete()
            elif isinstance(event, h11.InformationalResponse):
                self._interim += 1
                if event.status_code == 101 or self._interim > MAX_INTERIM_RESPONSES:
                    raise ProtocolError(f"unexpected interim response {event.status_code}")
            else:
                # ConnectionClosed or PAUSED: nothing more can come.
                raise ProtocolError(self._broken_off(octets), request_id=self._request_id())

    def _read_head(self, head: h11.Response) -> None:
        headers: dict[str, str] = {}
        for raw_name, raw_value in head.headers:
            name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
            before = headers.get(name)
            headers[name] = value if before is None else f"{before}, {value}"
        self._headers, self._head = headers, head
        self._expected = headers.get("content-length")
        if head.status_code in (204, 304):
            return
        chunked = "transfer-encoding" in headers
        if chunked and self._expected is not None:
            # RFC 9112, 6.3: possibly an attempt to smuggle a second response.
            raise ProtocolError(
                "the response has both Content-Length and Transfer-Encoding",
                request_id=self._request_id(),
            )
        if not chunked and self._expected is None and head.status_code < 300:
            raise ProtocolError(
                "the response says neither how long its body is nor where it ends",
                request_id=self._request_id(),
            )
        if not chunked and self._content_length() > MAX_BODY:
            raise self._too_large()

    def _content_length(self) -> int:
        # h11 has checked that repeated values are equal numbers of at most twenty digits.
        return int((self._expected or "0").partition(",")[0])

    def _too_large(self) -> ProtocolError:
        return ProtocolError(
            f"the body of the response is larger than {MAX_BODY} bytes",
            too_large=True,
            request_id=self._request_id(),
        )

    def _complete(self) -> RawResponse:
        head = self._head
        if head is None:
            raise ProtocolError("the response has no head")
        connection = self._connection
        response = self._response(head)
        if (
            connection.our_state is h11.DONE
            and connection.their_state is h11.DONE
            # Bytes after the response belong to no request.
            and connection.trailing_data == (b"", False)
        ):
            connection.start_next_cycle()
            self.reusable = True
        self._start()
        return response

    def _response(self, head: h11.Response) -> RawResponse:
        return RawResponse(head.status_code, self._headers, b"".join(self._body))

    def _request_id(self) -> str | None:
        return self._headers.get("x-amzn-requestid")

    def _broken_off(self, octets: bytes) -> str:
        if octets:
            return "the response is malformed"
        if self._head is None:
            return "the connection was closed before a whole response head came"
        if self._expected is None:
            return "the connection was closed before the last chunk came"
        return (
            "the connection was closed before the whole body came: "
            f"{self._received} of {self._content_length()} bytes"
        )
