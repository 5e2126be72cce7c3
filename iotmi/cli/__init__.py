"""The command line of iotmi: `iotmi`, or `python -m iotmi`.

Owns the entry point. Each command is one module, and `_root` lists them. click and rich come with
the extra ``cli``, and only this package imports them.
"""

import sys


def main() -> None:
    """Run the command line."""
    try:
        from iotmi.cli._root import root
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in {"click", "rich"}:
            raise
        sys.exit(
            "The command line of iotmi needs click and rich: python -m pip install 'iotmi[cli]'"
        )
    root(prog_name="iotmi")
