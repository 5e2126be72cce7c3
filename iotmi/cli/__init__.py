"""iotmi on the command line: `iotmi demo`, or `python -m iotmi demo`.

Owns the way in. One module per command; `_root` lists them. click and rich come with the extra
``cli``, and nothing outside this package asks for them.
"""

import sys


def main() -> None:
    """Run the command that the command line asks for."""
    try:
        from iotmi.cli._root import root
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in {"click", "rich"}:
            raise
        sys.exit(
            "The command line of iotmi needs click and rich: python -m pip install 'iotmi[cli]'"
        )
    root(prog_name="iotmi")
