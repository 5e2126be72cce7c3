"""A small client of a language server, with an editor's requests.

This module knows the protocol (JSON-RPC over stdio, framed by ``Content-Length``) and Pyright's
server, and not the tests. ``‸`` marks the place of the cursor in a text.
"""

import json
import subprocess
import sys
import threading
import time
from itertools import count
from pathlib import Path
from queue import Empty, Queue
from types import TracebackType
from typing import IO, Any, Final, Self, TypeAlias

CURSOR: Final = "‸"
SECONDS: Final = 60.0

Message: TypeAlias = dict[str, Any]


class LanguageServerError(Exception):
    """The server sent an error, was late, or ended."""


class LanguageServer:
    """Pyright's language server for a folder with one changing document."""

    def __init__(self, folder: Path) -> None:
        self._folder = {"uri": folder.as_uri(), "name": folder.name}
        self._uri = (folder / "typed.py").as_uri()
        self._numbers = count(1)
        self._versions = count(1)
        self._arrived: Queue[Message | None] = Queue()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "pyright.langserver", "--stdio"],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._input = _open(self._process.stdin)
        # A thread, because a read from a pipe has no timeout.
        self._reader = threading.Thread(
            target=self._read, args=(_open(self._process.stdout),), daemon=True
        )
        self._reader.start()

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            self._ask("shutdown")
            self._tell("exit")
        finally:
            self._stop()

    def completions(self, text: str) -> frozenset[str]:
        """Return the completions at the cursor of *text*."""
        found = self._at_cursor("textDocument/completion", text)
        return frozenset(item["label"] for item in found["items"])

    def parameters(self, text: str) -> tuple[str, ...]:
        """Return the parameters of the call at the cursor of *text*, with their types."""
        (signature,) = self._at_cursor("textDocument/signatureHelp", text)["signatures"]
        return tuple(parameter["label"] for parameter in signature["parameters"])

    def hover(self, text: str) -> str:
        """Return the hover text at the cursor of *text*."""
        shown: str = self._at_cursor("textDocument/hover", text)["contents"]["value"]
        return shown

    def _start(self) -> None:
        self._ask(
            "initialize",
            processId=None,
            rootUri=self._folder["uri"],
            workspaceFolders=[self._folder],
            capabilities={
                "workspace": {"configuration": True},
                "textDocument": {"hover": {"contentFormat": ["markdown"]}},
            },
        )
        self._tell("initialized")

    def _stop(self) -> None:
        self._input.close()
        try:
            self._process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(SECONDS)

    def _at_cursor(self, method: str, text: str) -> Message:
        before, cursor, after = text.partition(CURSOR)
        if not cursor:
            raise ValueError("the text has no cursor")
        document: Message = {"uri": self._uri, "version": next(self._versions)}
        if document["version"] == 1:
            document |= {"languageId": "python", "text": before + after}
            self._tell("textDocument/didOpen", textDocument=document)
        else:
            whole = [{"text": before + after}]
            self._tell("textDocument/didChange", textDocument=document, contentChanges=whole)
        lines = before.split("\n")
        answer = self._ask(
            method,
            textDocument={"uri": self._uri},
            position={"line": len(lines) - 1, "character": len(lines[-1])},
        )
        if not isinstance(answer, dict):
            raise LanguageServerError(f"{method}: nothing is known about the cursor's place")
        return answer

    def _ask(self, method: str, **parameters: object) -> object:
        """Send a request, serve the server's own requests meanwhile, and return the result."""
        number = next(self._numbers)
        self._send({"id": number, "method": method, "params": parameters})
        end = time.monotonic() + SECONDS
        while True:
            message = self._next(method, end)
            if "method" in message:
                if "id" in message:
                    self._send({"id": message["id"], "result": _settings(message)})
            elif message["id"] == number:
                if "error" in message:
                    raise LanguageServerError(f"{method}: {message['error']}")
                return message["result"]

    def _next(self, method: str, end: float) -> Message:
        try:
            message = self._arrived.get(timeout=max(0.0, end - time.monotonic()))
        except Empty:
            raise LanguageServerError(f"{method}: no answer within {SECONDS:g} s") from None
        if message is None:
            raise LanguageServerError(f"{method}: the server ended")
        return message

    def _tell(self, method: str, **parameters: object) -> None:
        self._send({"method": method, "params": parameters})

    def _send(self, message: Message) -> None:
        body = json.dumps({"jsonrpc": "2.0"} | message).encode()
        self._input.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._input.flush()

    def _read(self, output: IO[bytes]) -> None:
        with output:
            while header := output.readline().strip():
                length = int(header.removeprefix(b"Content-Length:"))
                while output.readline().strip():
                    pass  # The other headers are not needed.
                self._arrived.put(json.loads(output.read(length)))
        self._arrived.put(None)


def _open(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise LanguageServerError("the server has no pipe")
    return pipe


def _settings(message: Message) -> object:
    """Return the settings that the server requests, section by section."""
    if message["method"] != "workspace/configuration":
        return None
    python = {"pythonPath": sys.executable}
    return [python if item["section"] == "python" else {} for item in message["params"]["items"]]
