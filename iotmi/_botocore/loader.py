"""botocore's data files, loaded for the one service of this library.

Owns the name of the service in boto3, and the one loader that clients and the emulator share.
It must not know sessions, clients or requests.
"""

import gzip
import json
import os
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from botocore.loaders import JSONFileLoader, Loader

SERVICE: Final = "iot-managed-integrations"
"""The name of the service in boto3."""


class PlainDictFileLoader(JSONFileLoader):
    """A file loader that returns plain dicts, in a third of the time of ordered ones."""

    def load_file(self, file_path: str) -> Any:  # noqa: ANN401 - the base class's own signature
        """Return the content of *file_path*, with `.json` or `.json.gz` appended, or None."""
        for ending, opened in (".json", Path.open), (".json.gz", gzip.open):
            try:
                with opened(Path(file_path + ending), "rb") as file:
                    return json.loads(file.read())
            except FileNotFoundError:
                continue
        return None


class SingleServiceLoader(Loader):
    """A loader that finds the data of one service without scanning all the others.

    botocore's `endpoints.json` has a megabyte and does not name this service. A client of this
    service needs only the defaults of a partition. `partitions.json` has the same defaults in
    seven kilobytes, so the loader converts that file instead.

    Args:
        paths: directories to search, in order.
        builtin_endpoints: true to ignore an `endpoints.json` found before botocore's own, for
            example in `~/.aws/models`.
    """

    def __init__(self, paths: list[str], *, builtin_endpoints: bool = False) -> None:
        super().__init__(
            paths, file_loader=PlainDictFileLoader(), include_default_search_paths=False
        )
        self._builtin_endpoints = builtin_endpoints

    def list_available_services(self, type_name: str) -> list[str]:  # noqa: ARG002
        """Return the one service, whatever the type of data."""
        return [SERVICE]

    def load_data_with_path(self, name: str) -> tuple[dict[str, Any], str]:
        """Return the data called *name* and the path of its file."""
        found: tuple[dict[str, Any], str]
        if name != "endpoints" or self._has_endpoints_override():
            found = super().load_data_with_path(name)
            return found
        document, path = super().load_data_with_path("partitions")
        partitions = [_partition_to_endpoints(partition) for partition in document["partitions"]]
        return {"version": 3, "partitions": partitions}, path

    def _has_endpoints_override(self) -> bool:
        if self._builtin_endpoints:
            return False
        candidates = (os.path.join(path, "endpoints") for path in self.search_paths)  # noqa: PTH118
        return not self.is_builtin_path(next(filter(self.file_loader.exists, candidates), ""))


@lru_cache(maxsize=1)
def shared_loader() -> SingleServiceLoader:
    """Return the loader that all emulators of this process share.

    The loader caches the files that it has read. A test suite makes many emulators, and most of
    the work at the start of the first is reading the service model.
    """
    paths = [Loader.CUSTOMER_DATA_PATH, Loader.BUILTIN_DATA_PATH]
    # Hostnames in another endpoints.json would take precedence over the service's endpoint rules.
    return SingleServiceLoader(paths, builtin_endpoints=True)


def _partition_to_endpoints(partition: dict[str, Any]) -> dict[str, Any]:
    """Return an entry of `partitions.json` in the format of `endpoints.json`."""
    outputs = partition["outputs"]
    plain, fips = "{service}.{region}.{dnsSuffix}", "{service}-fips.{region}.{dnsSuffix}"
    suffix, dual = outputs["dnsSuffix"], outputs["dualStackDnsSuffix"]
    return {
        "partition": partition["id"],
        "dnsSuffix": suffix,
        "regionRegex": partition["regionRegex"],
        # Names such as aws-global are pseudo Regions, and endpoints.json does not list them.
        "regions": {
            name: about
            for name, about in partition["regions"].items()
            if not name.endswith("-global")
        },
        "services": {},
        "defaults": {
            "hostname": plain,
            "protocols": ["https"],
            "signatureVersions": ["v4"],
            "variants": [
                {"tags": ["fips"], "hostname": fips, "dnsSuffix": suffix},
                {"tags": ["dualstack", "fips"], "hostname": fips, "dnsSuffix": dual},
                {"tags": ["dualstack"], "hostname": plain, "dnsSuffix": dual},
            ],
        },
    }
