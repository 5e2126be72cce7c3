"""HTTP/1.1 as bytes in and bytes out: the requests and responses of one connection.

h11 enforces the protocol. This module adds limits on the size of a response, handles interim
responses, and decides whether the connection can be reused. It knows neither sockets nor time.
"""

from typing import Final

import h11

from iotmi._botocore.messages import ProtocolError, RawResponse, SignedRequest, UnsendableError

MAX_HEAD: Final = 64 * 1024
MAX_BODY: Final = 32 * 1024 * 1024
MAX_INTERIM_RESPONSES: Final = 16


class Http11:
    """The client side of the protocol on one connection, for one exchange after another.

    A status of 300 or more decides the outcome of a call. If the body of such a response breaks
    off, the response has the received part of the body, and the connection is not reusable.
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
        """Return the bytes of *request*.

        Raises:
            UnsendableError: HTTP cannot carry a header or the target.
        """
        self.reusable = False
        headers = list(request.headers)
        # Like botocore, send `Content-Length: 0` for every method except GET.
        if request.method != "GET":
            headers.append(("Content-Length", str(len(request.body))))
        try:
            head = self._connection.send(
                h11.Request(method=request.method, target=request.target, headers=headers)
            )
        except (h11.LocalProtocolError, UnicodeError):
            # The errors' texts quote the header, which may be secret.
            raise UnsendableError("a header or the address cannot be sent over HTTP") from None
        if request.method != "GET":
            self._connection.send(h11.Data(data=request.body))
        return (head or b"") + request.body

    def sent(self) -> None:
        """Note that the whole request was sent. Only then may the connection be reused."""
        self._connection.send(h11.EndOfMessage())

    def receive(self, octets: bytes) -> RawResponse | None:
        """Process *octets* from the server, and return the response once it is whole.

        Args:
            octets: the received bytes; empty if the server closed the connection.

        Raises:
            ProtocolError: the response is malformed, incomplete or too large.
        """
        try:
            return self._receive(octets)
        except h11.RemoteProtocolError:
            # h11's text may quote the response, which may be secret.
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
                # After ConnectionClosed or PAUSED, h11 yields no more events.
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
            # RFC 9112, section 6.3: this may be an attempt to smuggle a second response.
            raise ProtocolError(
                "the response has both Content-Length and Transfer-Encoding",
                request_id=self._request_id(),
            )
        if not chunked and self._expected is None and head.status_code < 300:
            raise ProtocolError(
                "the response has neither Content-Length nor Transfer-Encoding",
                request_id=self._request_id(),
            )
        if not chunked and self._content_length() > MAX_BODY:
            raise self._too_large()

    def _content_length(self) -> int:
        # h11 accepts repeated values only if they are equal numbers of at most twenty digits.
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
