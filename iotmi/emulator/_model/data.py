"""botocore's data, as the emulator and the clients it makes read it.

Owns the one loader: what is read is read once, not once for each emulator, for a test suite
makes many. It does not know what the data means.
"""

from functools import lru_cache
from typing import Any, Final

from botocore.loaders import Loader

# All that a client of this service asks of botocore's table of endpoints is its partition; where a
# request goes is told by the service's own rules. The whole table takes longer to read than all
# else that the emulator does at its start.
_ENDPOINTS: Final = {
    "version": 3,
    "partitions": [
        {
            "partition": "aws",
            "dnsSuffix": "amazonaws.com",
            "regionRegex": r"^(us|eu|ap|sa|ca|me|af|il|mx)\-\w+\-\d+$",
            "defaults": {
                "hostname": "{service}.{region}.{dnsSuffix}",
                "protocols": ["https"],
                "signatureVersions": ["v4"],
            },
            "regions": {},
            "services": {},
        }
    ],
}


class _Data(Loader):
    """botocore's data, but for the table of endpoints."""

    def load_data_with_path(self, name: str) -> Any:  # noqa: ANN401 - as botocore has it
        if name == "endpoints":
            # Said to be botocore's own: another's would go before the service's rules.
            return _ENDPOINTS, self.BUILTIN_DATA_PATH
        return super().load_data_with_path(name)


@lru_cache(maxsize=1)
def data_loader() -> Loader:
    """The loader."""
    return _Data()
