"""That all contestants do the same: the same requests arrive, and the same ids come back."""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from tests.benchmarks import children
from tests.benchmarks.answers import THING_ID
from tests.benchmarks.contestants import CONTESTANTS, Contestant
from tests.benchmarks.devices import devices
from tests.benchmarks.server import Server

(_DEVICE,) = devices([0])

_ONCE: Final[Mapping[str, Callable[[Contestant], object]]] = {
    "list": lambda contestant: contestant.page_ids(),
    "create": lambda contestant: contestant.created_id(_DEVICE),
    "get": lambda contestant: contestant.got_id(THING_ID),
}

Seen: TypeAlias = dict[str, dict[str, list[object]]]


def see(url: str) -> Seen:
    """What arrived and what came back, by work and contestant."""
    server = Server(url)
    seen: Seen = {work: {} for work in _ONCE}
    for kind in CONTESTANTS:
        contestant = kind(url)
        for work, once in _ONCE.items():
            came_back = once(contestant)
            method, path, query, body = server.last_request()
            if isinstance(body, dict):
                # Each makes up its own.
                body.pop("ClientToken", None)
            seen[work][kind.name] = [method, path, query, body, came_back]
    return seen


def agree(url: str) -> dict[str, list[str]]:
    """Who did the same as raw boto3, by work.

    Raises:
        RuntimeError: somebody did otherwise.
    """
    found = see(url)
    for work, by_name in found.items():
        for name, did in by_name.items():
            if did != by_name["boto3"]:
                raise RuntimeError(f"{name} does not do the same as boto3 in {work}")
    return {work: list(by_name) for work, by_name in found.items()}


def asked(server: Server) -> object:
    """`agree`, in a process of its own."""
    return children.ask("agreement", url=server.url)


if __name__ == "__main__":
    children.answer(agree)
