"""A runtime like AWS Lambda's: one process, which is stopped between its invocations.

The process stops itself with SIGSTOP once it has written its response, and all of its threads stop
with it. The next invocation continues it. Asynchronous invocations of the function by itself go to
a small server, and the test delivers them.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from types import TracebackType
from typing import Any, Final, Self

ARN: Final = "arn:aws:lambda:eu-west-1:123456789012:function:lamps:live"
SECONDS: Final = 60.0
LIMIT: Final = 2.0
UNAVAILABLE: Final = 503


class Invocations:
    """The server of Lambda's operation Invoke. It keeps the payloads of asynchronous calls."""

    def __init__(self) -> None:
        self.payloads: deque[bytes] = deque()
        self.paths: list[str] = []
        self._arrived = Condition()
        invocations = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                invocations.take(self.path, body, str(self.headers["X-Amz-Invocation-Type"]))
                self.send_response(202)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """The address of the server."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def take(self, path: str, body: bytes, kind: str) -> None:
        """Keep the payload of a call."""
        assert kind == "Event"
        with self._arrived:
            self.paths.append(path)
            self.payloads.append(body)
            self._arrived.notify_all()

    def next(self) -> Any:  # noqa: ANN401 - JSON
        """Wait for the next payload, and return it."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: self.payloads, SECONDS)
            return json.loads(self.payloads.popleft())

    def close(self) -> None:
        """Stop the server."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class LambdaProcess:
    """One process of a function. It takes one invocation at a time.

    Args:
        handler: the handler, as ``module:attribute``.
        environment: more environment variables.
    """

    def __init__(self, handler: str, environment: Mapping[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.lambda_runtime", handler],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={
                **os.environ,
                "AWS_LAMBDA_FUNCTION_NAME": "lamps",
                "AWS_DEFAULT_REGION": "eu-west-1",
                "AWS_REGION": "eu-west-1",
                "AWS_ACCESS_KEY_ID": "x",
                "AWS_SECRET_ACCESS_KEY": "x",
                **environment,
            },
        )
        assert self.line() == "ready"
        self._wait_until_stopped()

    def line(self) -> str:
        """Return the next line that the process writes."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def begin(self, event: object) -> None:
        """Continue the process with an invocation."""
        assert self.process.stdin is not None
        self.process.send_signal(signal.SIGCONT)
        self.process.stdin.write(json.dumps(event) + "\n")
        self.process.stdin.flush()

    def invoke(self, event: object) -> tuple[Any, float]:
        """Run one invocation. Return the response or the error, and the seconds that it took."""
        began = time.monotonic()
        self.begin(event)
        while not (line := self.line()).startswith("response "):
            assert line, "the process ended"
        took = time.monotonic() - began
        self._wait_until_stopped()
        return json.loads(line.removeprefix("response ")), took

    def deliver(self, event: object) -> Any:  # noqa: ANN401 - JSON
        """Invoke the function as the service does: within 2 seconds, and up to 6 times.

        A busy machine may be too slow for some attempts. The service repeats those that are late.
        """
        attempts = []
        for _ in range(6):
            response, took = self.invoke(event)
            if took < LIMIT and response["header"]["responseCode"] != UNAVAILABLE:
                return response
            attempts.append((took, response))
        raise AssertionError(f"no attempt succeeded: {attempts}")

    def _wait_until_stopped(self) -> None:
        # `waitpid` reports the stop. The process still runs as far as `Popen` knows.
        pid, status = os.waitpid(self.process.pid, os.WUNTRACED)
        assert pid == self.process.pid
        assert os.WIFSTOPPED(status)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()


class _Context:
    invoked_function_arn = ARN


def main(handler: str) -> None:
    """Take invocations in the process of the function."""
    from importlib import import_module

    module, _, attribute = handler.partition(":")
    function = getattr(import_module(module), attribute)

    def respond(line: str) -> None:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
        os.kill(os.getpid(), signal.SIGSTOP)

    respond("ready")
    for line in sys.stdin:
        try:
            response = function(json.loads(line), _Context())
        except Exception as error:  # noqa: BLE001 - Lambda reports every exception
            response = {"errorType": type(error).__name__, "errorMessage": str(error)}
        respond(f"response {json.dumps(response)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
