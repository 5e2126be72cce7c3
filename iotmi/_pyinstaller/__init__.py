"""The hook for PyInstaller, found through the entry point ``pyinstaller40``.

iotmi loads its modules by name when they are first used, so PyInstaller's search for import
statements does not find them. This package imports nothing of the library.
"""

from pathlib import Path


def hook_dirs() -> list[str]:
    """Return the folder with the hook."""
    return [str(Path(__file__).parent)]
