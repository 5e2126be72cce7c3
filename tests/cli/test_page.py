"""The shell lines of the page on the command line work as they stand on the page."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.support.emulator_process import address_of, started

pytestmark = pytest.mark.long

PAGE: Final = Path(__file__).parents[2] / "docs" / "cli.md"
_BLOCK: Final = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)
# The server runs beside the others, and a stream is on AWS.
_ELSEWHERE: Final = ("iotmi emulator", "iotmi events tail")


def test_a_reader_runs_the_page_from_top_to_bottom(tmp_path: Path) -> None:
    """On an emulator with the demo home, every line ends with exit code 0, in one shell."""
    blocks = [
        block for block in _BLOCK.findall(PAGE.read_text()) if not block.startswith(_ELSEWHERE)
    ]
    assert len(blocks) >= 8
    with started("--port", "0", "--seed-home", "demo") as server:
        script = "".join(blocks).replace("127.0.0.1:9280", address_of(server))
        done = subprocess.run(
            [
                "bash",
                "-e",
                "-o",
                "pipefail",
                "-c",
                f'iotmi() {{ "$PYTHON" -m iotmi "$@"; }}\n{script}',
            ],
            cwd=tmp_path,
            env=os.environ | {"PYTHON": sys.executable, "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Desk lamp" in (tmp_path / "home.csv").read_text()
