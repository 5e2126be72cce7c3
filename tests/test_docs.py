"""README, docs and examples run, link correctly, and are complete.

`tests.support.docs_plugin` runs the Python blocks of the pages. This module looks at the rest.
"""

import json
import re
import runpy
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

import iotmi
from iotmi._binding import flow
from iotmi._operations import families
from iotmi.emulator import Emulator

ROOT: Final = Path(__file__).parent.parent
DOCS: Final = ROOT / "docs"
EXAMPLES: Final = sorted((ROOT / "examples").glob("*.py"))
PAGES: Final = [
    *sorted(ROOT.glob("*.md")),
    *sorted(DOCS.rglob("*.md")),
]
FAMILIES: Final = sorted(dict(families()))
FLOWS: Final = [
    f"{family}.{name}"
    for family, kind in families()
    for name, line in vars(kind).items()
    if isinstance(line, flow)
]

_LINK: Final = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")
_HEADING: Final = re.compile(r"^#+ +(.+)$", re.MULTILINE)


def name_of(path: Path) -> str:
    """Return a file's name below the root, for the names of tests."""
    return path.relative_to(ROOT).as_posix()


def links_of(page: Path) -> Iterator[tuple[Path, str | None]]:
    """Yield each file of this project that a page links to, with the heading in it."""
    for target, heading in _LINK.findall(page.read_text()):
        yield (page.parent / target).resolve() if target else page, heading or None


def anchors_of(page: Path) -> set[str]:
    """Return the anchors that a link to a page can have after its ``#``."""
    headings = _HEADING.findall(page.read_text())
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def row_of(family: str) -> str:
    """Return a family's row in the table of the index page."""
    (row,) = re.findall(rf"^\| \[`{family}`\]\(.*$", (DOCS / "index.md").read_text(), re.MULTILINE)
    return str(row)


@pytest.mark.parametrize("example", EXAMPLES, ids=name_of)
def test_an_example_runs(example: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each example runs as a script, prints little, and has a docstring."""
    ended = runpy.run_path(str(example), run_name="__main__")
    assert ended["__doc__"]
    assert 1 <= len(capsys.readouterr().out.splitlines()) <= 20


def test_the_notebook_runs() -> None:
    """The cells of the notebook run from top to bottom, and it stores no outputs."""
    notebook = json.loads((ROOT / "examples" / "notebook.ipynb").read_text())
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] for cell in cells)
    names: dict[str, object] = {}
    for cell in cells:
        exec("".join(cell["source"]), names)  # noqa: S102 - our own notebook
    emulator = names["emulator"]
    assert isinstance(emulator, Emulator)
    # Python 3.13 and later warn of a database that is deleted without being closed.
    emulator.close()
    levels = names["levels"]
    assert isinstance(levels, dict)
    assert sorted(levels.values()) == [80, 160]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_to_existing_headings(page: Path) -> None:
    """Every internal link leads to a file and to one of its headings."""
    for target, heading in links_of(page):
        assert target.exists(), target
        assert heading is None or heading in anchors_of(target), heading


def test_every_page_is_found_from_the_index() -> None:
    """The index links to every page."""
    linked = {target for target, _ in links_of(DOCS / "index.md")}
    pages = {page for page in PAGES if page.is_relative_to(DOCS)} - {DOCS / "index.md"}
    assert sorted(pages - linked) == []


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_is_documented(family: str) -> None:
    """A family has a page, an example and a line on the index page."""
    page, example = DOCS / "families" / f"{family}.md", ROOT / "examples" / f"{family}.py"
    assert example in {target for target, _ in links_of(page)}
    assert example.exists()
    assert row_of(family)


@pytest.mark.parametrize(
    "operation", iotmi.operations(), ids=[operation.method for operation in iotmi.operations()]
)
def test_an_operation_is_documented(operation: iotmi.OperationInfo) -> None:
    """Its family's page has its method and its name, and the index page has its method."""
    family, _, method = operation.method.partition(".")
    page = (DOCS / "families" / f"{family}.md").read_text()
    assert re.search(rf"\| `{method}\(.*\| {operation.name} \|", page)
    assert re.search(rf"\b{method}\b", row_of(family))


@pytest.mark.parametrize("method", FLOWS)
def test_what_takes_several_requests_is_documented(method: str) -> None:
    """The page on waiting has it, its family's page too, and so has the index page."""
    family, _, name = method.partition(".")
    assert f"| `{method}" in (DOCS / "waiting.md").read_text()
    assert f"| `{name}(" in (DOCS / "families" / f"{family}.md").read_text()
    assert re.search(rf"\b{name}\b", row_of(family))


def test_the_page_of_all_operations_is_current() -> None:
    """The page equals the output of `docs/operations.py`, and names every waiter."""
    made = runpy.run_path(str(DOCS / "operations.py"))
    assert (DOCS / "operations.md").read_text() == made["page"](), (
        "run: python docs/operations.py --write"
    )
    waiters = {method.partition(".")[2] for method in FLOWS if ".wait_until_" in method}
    assert set(made["WAITERS"].values()) == waiters


def test_every_error_is_explained() -> None:
    """The page on errors names each class."""
    page = (DOCS / "errors.md").read_text()
    public = [getattr(iotmi, name) for name in dir(iotmi)]
    errors = [kind for kind in public if isinstance(kind, type) and issubclass(kind, Exception)]
    assert iotmi.ThrottlingError in errors
    names = [kind.__name__ for kind in errors]
    assert [name for name in names if not re.search(rf"\b{name}\b", page)] == []


def test_operations_without_retries_are_listed() -> None:
    """The page on retries names each operation that is not idempotent."""
    page = (DOCS / "retries.md").read_text()
    methods = [info.method for info in iotmi.operations() if not info.idempotent]
    assert "managed_things.send_command" in methods
    assert [method for method in methods if f"| `{method}` |" not in page] == []


def test_the_readme_has_its_two_commands() -> None:
    """Each command is alone in its block, ready to copy."""
    readme = (ROOT / "README.md").read_text()
    blocks = re.findall(r"^```sh\n(.*?)^```$", readme, re.DOTALL | re.MULTILINE)
    assert blocks == [
        "python -m pip install '.[all]' && python -m iotmi demo\n",
        "python -m pip install -e '.[dev]' && python -m pytest\n",
    ]


def test_the_drawing_shows_the_layers() -> None:
    """The architecture page draws the layers of import-linter, in order."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (layers,) = [each["layers"] for each in contracts["contracts"] if each["id"] == "layers"]
    page = (DOCS / "design" / "architecture.md").read_text()
    drawn = re.findall(r'\["([^<]+)<br/>', page)
    assert drawn == [re.sub(r" [:|] ", ", ", layer).replace("iotmi.", "") for layer in layers]


def test_the_changelog_has_this_version() -> None:
    """The changelog has a section for this version."""
    changes = (ROOT / "CHANGELOG.md").read_text()
    assert f"\n## [{iotmi.__version__}]" in changes
