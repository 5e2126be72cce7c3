"""The built site is complete, its links lead somewhere, and it needs no other host."""

import inspect
import json
import shutil
import subprocess
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest

import iotmi
from iotmi._binding import call, flow, paged
from iotmi._operations import families
from tests.docs_site.built_pages import PageReader, inventory_of, pages_of

# The build takes most of a minute.
pytestmark = pytest.mark.long

METHODS = [
    f"iotmi.{family.__name__}.{name}"
    for _, family in families()
    for name, line in vars(family).items()
    if isinstance(line, call | paged | flow)
]


def test_every_public_name_is_in_the_reference(site: Path) -> None:
    """The inventory has each name of `iotmi` and of its public modules."""
    from names import names_of, public_modules

    wanted = {f"iotmi.{name}" for name in names_of("iotmi")}
    for module in public_modules():
        wanted |= {f"iotmi.{module}.{name}" for name in names_of(f"iotmi.{module}")}
    assert len(wanted) > 350
    assert sorted(wanted - inventory_of(site).keys()) == []


def test_every_method_of_a_family_is_in_the_reference(site: Path) -> None:
    """The inventory has each method, and its page shows the parameters."""
    found = inventory_of(site)
    assert len(METHODS) > 83
    assert [name for name in METHODS if found.get(name) != "py:method"] == []
    page = (site / "families" / "managed_things.html").read_text()
    start = page.index('id="iotmi.ManagedThings.create"')
    shown = page[start : page.index('id="iotmi.ManagedThings.get"')]
    for name in inspect.signature(iotmi.ManagedThings.create).parameters:
        assert f'<span class="pre">{name}</span>' in shown
    assert "Limits:" in shown
    assert "ConflictError" in shown
    assert "API_CreateManagedThing.html" in shown


def test_every_link_leads_to_a_page_and_an_anchor(site: Path) -> None:
    """Each internal link of the site leads to a file, and to an element of it."""
    readers = {page: PageReader(page) for page in pages_of(site)}
    assert len(readers) > 70
    broken = []
    for page, reader in readers.items():
        for link in reader.links:
            if link.startswith(("https:", "http:", "data:", "mailto:")):
                continue
            path, anchor = urldefrag(unquote(link))
            target = (page.parent / path.partition("?")[0]).resolve() if path else page
            anchors = readers[target].anchors if target in readers else None
            if not target.exists() or (anchor and anchors is not None and anchor not in anchors):
                broken.append(f"{page.relative_to(site)}: {link}")
    assert broken == []


def test_the_site_needs_no_other_host(site: Path) -> None:
    """No script, style or picture comes from another host."""
    for page in pages_of(site):
        for line in page.read_text().split("<"):
            if line.startswith(("script", "img", "iframe")) or 'rel="stylesheet"' in line:
                assert "http:" not in line and "https:" not in line, (page, line)  # noqa: PT018


def test_the_pages_with_run_buttons_run_in_cpython(runnable_site: Path) -> None:
    """The blocks with a button run without those that have none, on each page."""
    from page_runner import Page
    from run_buttons import PAGES

    for name in sorted(PAGES):
        blocks = PageReader(runnable_site / f"{name}.html").blocks
        assert blocks, name
        page = Page()
        for block in blocks:
            ok, output = page.run(block)
            assert ok, f"{name}: {output}"
        page.close()


def test_the_pages_with_run_buttons_run_in_pyodide(runnable_site: Path, tmp_path: Path) -> None:
    """Every block with a button runs in Pyodide: it needs no thread, socket or other package."""
    from run_buttons import PAGES

    node = shutil.which("node")
    if node is None:
        pytest.skip("no Node.js")
    blocks = {name: PageReader(runnable_site / f"{name}.html").blocks for name in sorted(PAGES)}
    file = tmp_path / "blocks.json"
    file.write_text(json.dumps(blocks))
    done = subprocess.run(
        [node, Path(__file__).with_name("run_pages.mjs"), runnable_site, file],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == []


def test_an_error_is_shown_with_the_lines_of_the_block() -> None:
    """A reader sees the block's own lines and the error, and no frame of the library."""
    from page_runner import Page

    page = Page()
    ok, output = page.run("print('before')\nclient.managed_things.get('missing')\n")
    assert not ok
    lines = output.splitlines()
    assert lines[:2] == ["before", "line 2: client.managed_things.get('missing')"]
    assert lines[2].startswith("iotmi.errors.ResourceNotFoundError")
    assert page.run("1 + 1") == (True, "2\n")
    assert page.run("1 +")[1].endswith("SyntaxError: invalid syntax\n")
    page.close()
