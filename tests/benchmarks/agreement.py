"""A check that all clients send the same requests and return the same ids."""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from tests.benchmarks import subprocesses
from tests.benchmarks.clients import CLIENTS, BenchmarkClient
from tests.benchmarks.devices import devices
from tests.benchmarks.responses import THING_ID
from tests.benchmarks.server import Server

(_DEVICE,) = devices([0])

_ONCE: Final[Mapping[str, Callable[[BenchmarkClient], object]]] = {
    "list": lambda client: client.page_ids(),
    "create": lambda client: client.created_id(_DEVICE),
    "get": lambda client: client.got_id(THING_ID),
}

Seen: TypeAlias = dict[str, dict[str, list[object]]]


def see(url: str) -> Seen:
    """Return the requests and the returned ids, by workload and client."""
    server = Server(url)
    seen: Seen = {work: {} for work in _ONCE}
    for kind in CLIENTS:
        client = kind(url)
        for work, once in _ONCE.items():
            came_back = once(client)
            method, path, query, body = server.last_request()
            if isinstance(body, dict):
                # Each client generates its own token.
                body.pop("ClientToken", None)
            seen[work][kind.name] = [method, path, query, body, came_back]
    return seen


def agree(url: str) -> dict[str, list[str]]:
    """Return the clients that did the same as raw boto3, by workload.

    Raises:
        RuntimeError: a client did something else.
    """
    found = see(url)
    for work, by_name in found.items():
        for name, did in by_name.items():
            if did != by_name["boto3"]:
                raise RuntimeError(f"{name} does not do the same as boto3 in {work}")
    return {work: list(by_name) for work, by_name in found.items()}


def agree_in_subprocess(server: Server) -> object:
    """Run `agree` in a subprocess."""
    return subprocesses.call("agreement", url=server.url)


if __name__ == "__main__":
    subprocesses.serve(agree)
