"""Runs of pytest in a process of their own, for tests of output and of plugins."""

import os
import subprocess
import sys
from pathlib import Path


def run_pytest(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the tests in `folder` with the options given, and no others."""
    # PYTEST_ADDOPTS of the outer run would change the output: `-q` twice hides the summary.
    environment = {name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, str(folder)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
