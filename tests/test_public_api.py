"""Rules of the package: public names, tables, file sizes, imports, bounds."""

import ast
import inspect
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import iotmi
from iotmi.client import Families, FamilyDescriptor

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "iotmi"


def modules() -> dict[str, Path]:
    """Return every module of the package by its dotted name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(path: Path) -> Iterator[str]:
    """Yield our modules that a file imports, at any place."""
    known = modules()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            within = [f"{node.module}.{alias.name}" for alias in node.names]
            # ``from package import module`` needs the module only.
            yield from (name for name in within if name in known)
            if not all(name in known for name in within):
                yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_errors_import_nothing_of_ours() -> None:
    """`iotmi.errors` imports no module of ours except its table of codes."""
    assert not [name for name in imports(PACKAGE / "errors.py") if name.startswith("iotmi")]


@pytest.mark.parametrize("path", sorted(ROOT.glob("**/*.py")), ids=lambda path: path.name)
def test_files_stay_small(path: Path) -> None:
    """A file has at most 450 lines."""
    if not any(part.startswith(".") or part == "build" for part in path.relative_to(ROOT).parts):
        assert len(path.read_text().splitlines()) <= 450


def test_all_is_exact() -> None:
    """`__all__` equals the importable names and the stub."""
    # The stub, which type checkers read, has neither name.
    names, homes = vars(iotmi)["__all__"], vars(iotmi)["_HOMES"]
    stub = ast.parse((PACKAGE / "__init__.pyi").read_text())
    seen = {
        alias.asname: node.module
        for node in stub.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    modules_seen = sorted(name for name, home in seen.items() if name and home == "iotmi")
    assert modules_seen == sorted(vars(iotmi)["_MODULES"])
    seen = {name: home for name, home in seen.items() if home != "iotmi"}
    assert sorted(name for name in seen if name) == names == sorted(set(names))
    assert seen == homes
    for name in names:
        assert getattr(iotmi, name) is not None
    assert {*names, *modules_seen} <= set(dir(iotmi))
    assert iotmi.materials is import_module("iotmi.materials")
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        iotmi.Nothing  # type: ignore[attr-defined]  # noqa: B018  (the mistake under test)


def test_every_class_of_the_families_is_public() -> None:
    """Every enum, value and request can be imported from iotmi."""
    for name in modules():
        if name.startswith("iotmi.resources."):
            module = sys.modules.get(name) or __import__(name, fromlist=["x"])
            for kind in vars(module).values():
                if isinstance(kind, type) and kind.__module__ == name:
                    assert getattr(iotmi, kind.__name__) is kind


def loaded(program: str) -> set[str]:
    """Return the modules of a new process after *program*."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", f"{program}\nimport sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_importing_iotmi_imports_next_to_nothing() -> None:
    """`import iotmi` imports neither boto3 nor a family."""
    found = loaded("import iotmi")
    assert {name for name in found if name.startswith("iotmi")} == {"iotmi"}
    assert not found & {"boto3", "botocore", "attr", "cattrs", "tenacity", "anyio"}


def test_a_client_loads_the_families_it_uses_and_no_other() -> None:
    """A client imports the families it uses, and no anyio, tenacity or emulator."""
    found = loaded(
        "import boto3, iotmi\n"
        "client = iotmi.Client(session=boto3.Session(region_name='eu-west-1'))\n"
        "client.tags"
    )
    assert "iotmi.resources.tags" in found
    assert "iotmi.resources.managed_things" not in found
    assert not found & {"iotmi.emulator", "anyio", "tenacity", "click", "rich"}


def test_a_call_that_succeeds_loads_neither_cattrs_nor_tenacity() -> None:
    """tenacity is imported at the first failure, because its import is slow."""
    program = (
        "from iotmi.emulator import Emulator\n"
        "client = Emulator().client()\n"
        "made = client.credential_lockers.create(name='Elm Street 7')\n"
        "client.credential_lockers.get(made.id), client.credential_lockers.list().collect()\n"
    )
    assert not loaded(program) & {"cattrs", "tenacity"}
    failing = (
        f"{program}from contextlib import suppress\nimport iotmi\n"
        "with suppress(iotmi.ResourceNotFoundError): client.credential_lockers.get('x')"
    )
    assert "tenacity" in loaded(failing)


def test_methods_show_their_signatures(client: iotmi.Client) -> None:
    """Signatures have names, plain types and the returned type."""
    signature = inspect.signature(client.managed_things.get)
    assert str(signature) == "(identifier: str) -> iotmi.ManagedThing"
    create = inspect.signature(client.managed_things.create)
    assert str(create.parameters["owner"].annotation) == "str | None"
    assert all(p.kind is p.KEYWORD_ONLY for p in create.parameters.values())
    listing = inspect.signature(client.managed_things.list)
    assert str(listing.return_annotation) == "iotmi.paging.Pager[iotmi.ManagedThingSummary]"
    waiter = inspect.signature(client.managed_things.wait_until_activated)
    assert waiter.return_annotation is iotmi.ManagedThing
    assert inspect.signature(client.managed_things.delete).return_annotation is None


def test_the_class_of_a_family_shows_its_methods() -> None:
    """Methods on the class have names, docstrings and signatures."""
    get = iotmi.ManagedThings.get
    assert get.__name__ == "get"
    assert get.__doc__ == iotmi.GetManagedThing.__doc__
    assert str(inspect.signature(get)) == "(identifier: str) -> iotmi.ManagedThing"
    with pytest.raises(TypeError, match="on a family of a client"):
        get("x")


def test_families_are_properties_in_alphabetical_order() -> None:
    """The families are in alphabetical order."""
    names = [name for name, value in vars(Families).items() if isinstance(value, FamilyDescriptor)]
    assert names == sorted(names)


def test_operations() -> None:
    """Each operation has its classes, its method and its page."""
    infos = {info.name: info for info in iotmi.operations()}
    get = infos["GetManagedThing"]
    assert (get.request, get.output, get.item) == (iotmi.GetManagedThing, iotmi.ManagedThing, None)
    assert get.method == "managed_things.get"
    assert get.url.endswith("/APIReference/API_GetManagedThing.html")
    assert infos["ListManagedThings"].item is iotmi.ManagedThingSummary
    assert infos["ListManagedThings"].output is iotmi.Page
    assert infos["DeleteManagedThing"].output is None
    assert not infos["SendManagedThingCommand"].idempotent
    assert infos["GetManagedThingConnectivityData"].idempotent


def test_the_oldest_releases_are_the_lower_bounds() -> None:
    """`oldest.txt` equals the lower bounds of pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    bounds: dict[str, str] = dict(line.split(">=") for line in project["dependencies"])
    pinned = dict(
        line.split("==")
        for line in (ROOT / "tests" / "oldest.txt").read_text().splitlines()
        if "==" in line
    )
    assert set(bounds) == {
        "boto3",
        "attrs",
        "cattrs",
        "tenacity",
        "typing-extensions",
        "h11",
    }
    readme = (ROOT / "README.md").read_text()
    assert f"boto3 {bounds['boto3']} and later" in readme
    for name, bound in bounds.items():
        assert f"{pinned[name]}.0".startswith(f"{bound}.")
