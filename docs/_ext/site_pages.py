"""A Sphinx extension: it fills pages with the reference, the repository's texts and Run buttons."""

import os.path
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import accessibility
import bundle
import drawings
import navigation
import reference
import run_buttons
from docutils import nodes
from npm import package
from sphinx.util import logging

import examples

if TYPE_CHECKING:
    from sphinx.application import Sphinx

ROOT: Final = Path(__file__).parents[2]
PYODIDE: Final = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
# Pages that show a text of the repository's root.
TEXTS: Final = {
    "changelog": "CHANGELOG.md",
    "contributing": "CONTRIBUTING.md",
    "security": "SECURITY.md",
}

_LOG: Final = logging.getLogger(__name__)
_LINK: Final = re.compile(r"\[([^\]]*)\]\(((?:\.\./)*)([\w./-]+)(#[\w-]+)?\)")


def read(app: "Sphinx", docname: str, source: list[str]) -> None:
    """Fill the source of a page."""
    del app
    text = source[0]
    if docname in TEXTS:
        text = (ROOT / TEXTS[docname]).read_text()
        text = _LINK.sub(lambda found: relink(found, "", docname), text)
    else:
        folder = (Path("docs") / docname).parent.as_posix()
        text = _LINK.sub(lambda found: relink(found, folder, docname), text)
    text, changed = drawings.fill(text, docname)
    for title in changed:
        _LOG.warning("run python docs/_ext/drawings.py: %r has changed", title, location=docname)
    if docname == "index":
        text = navigation.fill(text)
    source[0] = examples.fill(reference.fill(text))


def relink(found: re.Match[str], folder: str, docname: str) -> str:  # noqa: PLR0911 - rules
    """Return a link between files of the repository as a link between pages of the site."""
    label, up, path, anchor = found[1], found[2], found[3], found[4] or ""
    target = Path(os.path.normpath(ROOT / folder / f"{up}{path}"))
    if not target.exists() or not target.is_relative_to(ROOT):
        return found[0]
    name = target.relative_to(ROOT).as_posix()
    pages = {text: page for page, text in TEXTS.items()}
    if name in pages:
        return f"[{label}](/{pages[name]}.md{anchor})"
    if name == "examples":
        return f"[{label}](/examples.md)"
    if name.startswith("examples/"):
        return f"[{label}](/examples.md#{target.stem})"
    if name == "README.md":
        return f"[{label}](/index.md)"
    if name.startswith("docs/"):
        inside = name.removeprefix("docs/")
        return f"[{label}](/{inside}{anchor})" if docname in TEXTS else found[0]
    # Other files are not on the site.
    return label


def outdated(app: "Sphinx", *_: object) -> list[str]:
    """Return the pages that show code, which may have changed without them."""
    pages = ((name, Path(app.srcdir, f"{name}.md")) for name in app.env.found_docs)
    shown = {*TEXTS, "examples"}
    return [
        name for name, path in pages if name in shown or reference.MARKER.search(path.read_text())
    ]


def mark_blocks(app: "Sphinx", document: nodes.document) -> None:
    """Mark the blocks that can run, if Pyodide is at hand."""
    docname = app.env.docname
    app.env.metadata[docname]["runs"] = ""
    if package("pyodide") and run_buttons.mark(document, docname):
        app.env.metadata[docname]["runs"] = "yes"


def finish(
    app: "Sphinx", pagename: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    """Repair a page, and load the script of the Run buttons if it has some."""
    del template, doctree
    context["body"] = accessibility.repair_body(context.get("body", ""))
    tree = context.get("furo_navigation_tree", "")
    context["furo_navigation_tree"] = accessibility.repair_navigation(tree)
    if app.env.metadata.get(pagename, {}).get("runs"):
        app.add_js_file("run/run.js", type="module")


def copy_python(app: "Sphinx", error: Exception | None) -> None:
    """Copy Pyodide to the site, and build the archive of packages."""
    source = package("pyodide")
    if error or app.builder.format != "html":
        return
    if source is None:
        _LOG.info("no Run buttons: Pyodide is missing; npm install --no-save pyodide")
        return
    target = Path(app.outdir) / "_static" / "pyodide"
    target.mkdir(parents=True, exist_ok=True)
    for name in PYODIDE:
        shutil.copyfile(source / name, target / name)
    shutil.copyfile(source / "pyodide-lock.json", target / "pyodide-lock.json")
    bundle.build(target / "packages.zip")


def setup(app: "Sphinx") -> dict[str, bool]:
    """Connect the extension."""
    app.connect("env-get-outdated", outdated)
    app.connect("source-read", read)
    app.connect("doctree-read", mark_blocks)
    # After Furo, which makes the navigation.
    app.connect("html-page-context", finish, priority=900)
    app.connect("build-finished", copy_python)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
