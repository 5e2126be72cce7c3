"""A check that all clients send the same requests and return the same ids."""

from typing import Final

from tests.benchmarks.environments import Environments, workers
from tests.benchmarks.measuring import REFERENCE
from tests.benchmarks.server import Server

_WORKS: Final = ("list", "create", "get")


def agree(server: Server, environments: Environments) -> dict[str, list[str]]:
    """Return the clients that did the same as raw boto3, by workload.

    Raises:
        RuntimeError: a client did something else.
    """
    agreed = {}
    with workers(environments) as running:
        for work in _WORKS:
            found = {}
            for name, worker in running.items():
                came_back = worker.run("once", work=work, url=server.url)
                method, path, query, body = server.last_request()
                if isinstance(body, dict):
                    # Each client generates its own token.
                    body.pop("ClientToken", None)
                found[name] = [method, path, query, body, came_back]
            for name, did in found.items():
                if did != found[REFERENCE]:
                    raise RuntimeError(f"{name} does not do the same as boto3 in {work}")
            agreed[work] = list(found)
    return agreed
