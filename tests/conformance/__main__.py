"""Print every difference from the service's model: ``python -m tests.conformance``."""

import argparse
import gzip
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from tests.conformance import library, service
from tests.conformance.walk import walk


def main(arguments: list[str] | None = None) -> int:
    """Print the differences, and return 1 if there are any."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=__doc__)
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--botocore", metavar="X.Y.Z", help="fetch that release and read its model")
    source.add_argument("--model", type=Path, help="a service-2.json to read")
    asked = parser.parse_args(arguments)
    if asked.botocore:
        against = fetched(asked.botocore)
    else:
        against = service.from_file(asked.model) if asked.model else service.installed()
    found = walk(against, library.installed())
    for difference in found.differences:
        print(f"[{difference.kind}] {difference}")  # noqa: T201 - it is what this is for
    declared = len(against.operations) - len(found.undeclared)
    print(  # noqa: T201
        f"{declared} of {len(against.operations)} operations declared, "
        f"{len(found.differences)} differences"
    )
    return 1 if found.differences else 0


def fetched(version: str) -> service.Service:
    """Return the model in a released version of botocore, from its wheel."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        subprocess.run(
            [*command, "--only-binary=:all:", "--dest", folder, f"botocore=={version}"], check=True
        )
        (wheel,) = Path(folder).glob("botocore-*.whl")
        return from_wheel(wheel)


def from_wheel(wheel: Path) -> service.Service:
    """Return the model of the service in a wheel of botocore."""
    with zipfile.ZipFile(wheel) as archive:
        found = max(
            name
            for name in archive.namelist()
            if f"/{service.SERVICE}/" in name and "/service-2.json" in name
        )
        octets = archive.read(found)
    return service.Service(json.loads(gzip.decompress(octets) if found.endswith(".gz") else octets))


if __name__ == "__main__":
    sys.exit(main())
