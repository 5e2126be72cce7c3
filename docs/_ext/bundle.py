"""Build the archive that the pages' Run buttons unpack in the reader's browser.

The archive holds iotmi with its dependencies, all in pure Python, as they are installed where the
site is built. botocore's data is reduced to the services that the pages use. `tests/support` is in
it as well, because the pages' hidden blocks import its factories.

This module knows neither Sphinx nor JavaScript.
"""

import zipfile
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]

# `importlib.metadata` finds no extension modules to leave out here: each has pure Python in it.
DISTRIBUTIONS: Final = (
    "attrs",
    "boto3",
    "botocore",
    "cattrs",
    "h11",
    "iniconfig",
    "jmespath",
    "packaging",
    "pluggy",
    "pygments",
    "pytest",
    "python-dateutil",
    "s3transfer",
    "six",
    "tenacity",
    "typing-extensions",
    "urllib3",
)
# The modules of these, for the choice of blocks that can run.
MODULES: Final = frozenset(
    {
        "attr",
        "attrs",
        "boto3",
        "botocore",
        "cattrs",
        "h11",
        "pytest",
        "tenacity",
        "typing_extensions",
    }
)
# The folders of botocore's data that a client of the service opens.
SERVICES: Final = ("iot-managed-integrations", "sts")
# The parts of Pygments that pytest imports.
PYGMENTS: Final = frozenset({"__init__", "_mapping", "_builtin", "python", "diff", "unistring"})
SUPPORT: Final = ("__init__.py", "support/*.py")
# An archive with the same content is the same file, whenever it is built.
DATE: Final = (2026, 1, 1, 0, 0, 0)


def build(target: Path) -> None:
    """Write the archive to *target*."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, path in sorted(dict(entries()).items()):
            archive.writestr(zipfile.ZipInfo(name, DATE), path.read_bytes(), zipfile.ZIP_DEFLATED)


def entries() -> Iterator[tuple[str, Path]]:
    """Yield each name in the archive with its file."""
    for name in DISTRIBUTIONS:
        for file in distribution(name).files or ():
            if is_needed(file.as_posix()):
                yield file.as_posix(), Path(str(file.locate()))
    for path in sorted((ROOT / "iotmi").rglob("*")):
        if path.suffix in {".py", ".json", ".js", ".css", ".html"} or path.name == "py.typed":
            yield path.relative_to(ROOT).as_posix(), path
    for path in sorted((ROOT / "docs" / "_ext" / "browser").glob("*.py")):
        yield path.name, path
    for pattern in SUPPORT:
        for path in sorted((ROOT / "tests").glob(pattern)):
            yield path.relative_to(ROOT).as_posix(), path


def is_needed(name: str) -> bool:
    """Return True for Python code, metadata, and the data of the services in use."""
    folder, _, rest = name.partition("/")
    if rest.startswith("data/") and folder in {"boto3", "botocore"}:
        parts = rest.split("/")
        return folder == "botocore" and (len(parts) == 2 or parts[1] in SERVICES)
    if folder == "pygments" and rest.startswith(("lexers/", "styles/")):
        return rest.removesuffix(".py").partition("/")[2] in PYGMENTS
    return name.endswith((".py", ".json", "/METADATA", "/py.typed")) and not name.startswith("..")
