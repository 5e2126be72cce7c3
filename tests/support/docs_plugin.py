"""A pytest plugin that runs every Python block of the documents on an emulator.

pyproject.toml loads it by ``-p``, because the documents are outside the folder of the tests. No
test or page finds credentials, a Region or a profile of the person who runs it.

A page finds `client`, `emulator`, `locker_id`, `hub_id` and `lamp_id`, and imports everything else.
Waiters and retries do not wait.
"""

from doctest import ELLIPSIS
from pathlib import Path

import pytest
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

from tests.support.page_home import clear, furnish


@pytest.fixture(autouse=True)
def _no_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide credentials, Region and profile from every test."""
    for name in (
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_PROFILE",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "AWS_CA_BUNDLE",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


pytest_collect_file = Sybil(
    name="documents",
    path=str(Path(__file__).parents[2]),
    parsers=[PythonCodeBlockParser(doctest_optionflags=ELLIPSIS)],
    patterns=[
        "README.md",
        "CONTRIBUTING.md",
        "docs/*.md",
        "docs/emulator/*.md",
        "docs/families/*.md",
        "docs/guides/*.md",
    ],
    setup=furnish,
    teardown=clear,
    fixtures=["_no_aws"],
).pytest()
