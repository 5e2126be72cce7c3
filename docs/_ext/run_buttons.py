"""Mark the Python blocks that a reader can run in the browser.

Owns the choice of blocks. The scripts in `_static/run` own what a press does.
"""

import ast
import re
import sys
from collections.abc import Iterator, Sequence
from typing import Final

import bundle
from docutils import nodes

# Pages whose blocks run in Pyodide. Tests press their buttons.
PAGES: Final = frozenset(
    {
        "index",
        "start",
        "tutorial",
        "capabilities",
        "materials",
        "events",
        "errors",
        "limits",
        "paging",
        "retries",
        "secrets",
        "testing",
        "typing",
        "comparison",
        "guides/firmware",
        "guides/lambda",
        "guides/link_account",
        "guides/notebooks",
        "guides/onboard",
        "emulator/devices",
        "emulator/notifications",
        "emulator/time",
    }
)
# Modules of the standard library that Pyodide lacks, or that need threads or processes.
MISSING: Final = frozenset(
    {"asyncio", "concurrent", "multiprocessing", "socket", "subprocess", "threading", "pickle"}
)

_HIDDEN: Final = re.compile(r"<!-- invisible-code-block: python\n(.*?)-->", re.DOTALL)


def mark(document: nodes.document, docname: str) -> int:
    """Mark the runnable blocks of a page. Return how many a reader sees."""
    if docname not in PAGES:
        return 0
    shown = 0
    missing: set[str] = set()
    for node in list(
        document.findall(lambda each: isinstance(each, nodes.literal_block | nodes.raw))
    ):
        hidden = _HIDDEN.search(node.astext()) if isinstance(node, nodes.raw) else None
        if hidden is None and getattr(node, "get", lambda _: "")("language") != "python":
            continue
        code = hidden[1] if hidden else node.astext()
        if not is_runnable(code, missing):
            missing |= set(defined(code))
        elif hidden:
            # Browsers do not decode entities in a script.
            if "</" in code:
                raise ValueError(f"{docname}: a hidden block contains the end of an HTML tag")
            script = f'<script type="text/x-python" class="run">{code}</script>'
            node.parent.replace(node, nodes.raw("", script, format="html"))
        elif isinstance(node, nodes.literal_block):
            node["classes"].append("run")
            shown += 1
    return shown


def is_runnable(code: str, missing: set[str]) -> bool:
    """Return True if a block needs no module and no name that the browser lacks."""
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return False
    for node in ast.walk(tree):
        if isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith):
            return False
        if isinstance(node, ast.Name) and node.id in missing and isinstance(node.ctx, ast.Load):
            return False
    return all(map(is_present, imported(tree)))


def is_present(module: str) -> bool:
    """Return True if the browser has a module."""
    if module == "tests" or module.startswith("iotmi"):
        return module != "iotmi.emulator.server"
    top = module.partition(".")[0]
    return top in bundle.MODULES or (top in sys.stdlib_module_names and top not in MISSING)


def imported(tree: ast.AST) -> Iterator[str]:
    """Yield the modules that a block imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield "tests" if node.module.startswith("tests.support") else node.module


def defined(code: str) -> Sequence[str]:
    """Return the names that a block binds at its top level."""
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return ()
    found: list[str] = []
    for node in tree.body:
        match node:
            case (
                ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
                | ast.ClassDef(name=name)
            ):
                found.append(name)
            case ast.Assign(targets=targets):
                found += [each.id for each in targets if isinstance(each, ast.Name)]
            case ast.AnnAssign(target=ast.Name(id=name)):
                found.append(name)
    return found
