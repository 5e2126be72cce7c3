"""Mark the Python blocks that a reader can run in the browser.

Owns the choice of blocks. The scripts in `_static/run` own what a press does.
"""

import ast
import re
import sys
from collections.abc import Iterator
from typing import Final

import bundle
from docutils import nodes

# Pages whose blocks run in Pyodide. Tests press their buttons.
PAGES: Final = frozenset(
    {
        "index",
        "start",
        "tutorial",
        "boto3",
        "capabilities",
        "comparison",
        "connectors",
        "errors",
        "events",
        "fleets",
        "json",
        "limits",
        "materials",
        "observability",
        "paging",
        "processes",
        "retries",
        "secrets",
        "testing",
        "typing",
        "waiting",
        "guides/firmware",
        "guides/lambda",
        "guides/link_account",
        "guides/notebooks",
        "guides/onboard",
        "guides/proxies",
        "emulator/devices",
        "emulator/faults",
        "emulator/http",
        "emulator/notifications",
        "emulator/time",
        "families/account",
        "families/account_associations",
        "families/cloud_connectors",
        "families/connector_destinations",
        "families/credential_lockers",
        "families/destinations",
        "families/device_discoveries",
        "families/event_log_configurations",
        "families/managed_things",
        "families/notification_configurations",
        "families/ota_task_configurations",
        "families/ota_tasks",
        "families/provisioning_profiles",
        "families/runtime_log_configurations",
        "families/schema_versions",
        "families/tags",
    }
)
# Modules of the standard library that need threads, processes or sockets.
MISSING: Final = frozenset(
    {"asyncio", "concurrent", "multiprocessing", "socket", "subprocess", "threading"}
)

_NO_BUTTON: Final = "<!-- no run button: "
_HIDDEN: Final = re.compile(r"<!-- invisible-code-block: python\n(.*?)-->", re.DOTALL)


def mark(document: nodes.document, docname: str) -> int:
    """Mark the runnable blocks of a page. Return how many a reader sees."""
    if docname not in PAGES:
        return 0
    shown = 0
    missing: set[str] = set()
    refused = False
    for node in list(
        document.findall(lambda each: isinstance(each, nodes.literal_block | nodes.raw))
    ):
        if node.astext().startswith(_NO_BUTTON):
            refused = True
            continue
        hidden = _HIDDEN.search(node.astext()) if isinstance(node, nodes.raw) else None
        if hidden is None and getattr(node, "get", lambda _: "")("language") != "python":
            continue
        code = hidden[1] if hidden else node.astext()
        if refused or not is_runnable(code, missing):
            missing |= defined(code)
            refused = False
            continue
        missing -= defined(code)
        if hidden:
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
    missing = missing - defined(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith):
            return False
        if isinstance(node, ast.Name) and node.id in missing and isinstance(node.ctx, ast.Load):
            return False
    return all(map(is_present, imported(tree)))


def is_present(module: str) -> bool:
    """Return True if the browser has a module."""
    if module.startswith("iotmi"):
        return module != "iotmi.emulator.server"
    if module.startswith("tests.support"):
        source = bundle.ROOT.joinpath(*module.split(".")).with_suffix(".py")
        return all(map(is_present, imported(ast.parse(source.read_text()))))
    top = module.partition(".")[0]
    return top in bundle.MODULES or (top in sys.stdlib_module_names and top not in MISSING)


def imported(tree: ast.AST) -> Iterator[str]:
    """Yield the modules that a block imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def defined(code: str) -> set[str]:
    """Return the names that a block binds at its top level."""
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return set()
    found: list[str] = []
    for node in tree.body:
        match node:
            case (
                ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
                | ast.ClassDef(name=name)
            ):
                found.append(name)
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                found += [each.asname or each.name.partition(".")[0] for each in names]
            case ast.Assign(targets=targets):
                # `a, b = …` binds two names.
                parts = [part for target in targets for part in ast.walk(target)]
                found += [part.id for part in parts if isinstance(part, ast.Name)]
            case ast.AnnAssign(target=ast.Name(id=name)):
                found.append(name)
    return set(found)
