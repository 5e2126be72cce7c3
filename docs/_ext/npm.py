"""Where the packages of npm are: Pyodide for the site, Mermaid for its drawings."""

import os
from pathlib import Path
from typing import Final

VARIABLE: Final = "IOTMI_NODE_MODULES"
"""Environment variable with the folder, if it is not in `_FOLDERS`."""

_FOLDERS: Final = (
    Path(__file__).parents[2] / "node_modules",
    Path.home() / ".cache/iotmi/node_modules",
)


def package(name: str) -> Path | None:
    """Return the folder of a package, or None if it is not installed."""
    given = os.environ.get(VARIABLE)
    folders = (Path(given),) if given else _FOLDERS
    return next((folder / name for folder in folders if (folder / name).is_dir()), None)
