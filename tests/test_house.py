"""The house rules that a machine can hold: floors, door, tables, sizes, bounds."""

import ast
import inspect
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import pytest

import iotmi
from iotmi._bind import call, flow, paged
from iotmi._operations import families
from iotmi.client import Families

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "iotmi"

# Lowest first. A module may import from floors below its own, and from its own floor.
FLOORS = [
    ["errors", "_version", "_constraints", "_enums", "_values", "_unreadable"],
    ["_shapes", "_error_codes"],
    ["_members"],
    ["_checking", "_secrets"],
    ["_model"],
    ["_careful"],
    ["_codec", "_flow", "_deadline", "_observing", "_processes"],
    ["_leaving", "_telemetry", "_cancelling"],
    ["paging", "retrying", "waiting", "pacing"],
    ["_bind"],
    ["resources", "events"],
    ["_sessions", "_shortcuts", "_translation", "_connections"],
    ["_direct"],
    ["_transport"],
    ["_call"],
    ["_course"],
    ["_engine"],
    ["_awaiting"],
    ["client"],
    ["_operations"],
    ["emulator", "materials", "fleet"],
    ["cli", "pytest_plugin"],
    ["__main__"],
]
FLOOR_OF = {name: height for height, floor in enumerate(FLOORS) for name in floor}


def modules() -> dict[str, Path]:
    """Every module of the package by its dotted name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(path: Path) -> Iterator[str]:
    """The modules of ours that a file imports, wherever in it."""
    known = modules()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            within = [f"{node.module}.{alias.name}" for alias in node.names]
            # ``from package import module`` needs the module, not what the package says.
            yield from (name for name in within if name in known)
            if not all(name in known for name in within):
                yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def floor(module: str) -> int:
    """The height of a module; its room is the second part of its name."""
    return FLOOR_OF[module.split(".")[1]]


def test_every_room_has_its_floor() -> None:
    """No module stands outside the house."""
    rooms = {name.split(".")[1] for name in modules() if name != "iotmi"}
    assert rooms <= set(FLOOR_OF)


@pytest.mark.parametrize("module", [name for name in modules() if name != "iotmi"])
def test_imports_run_downward(module: str) -> None:
    """A module knows nothing of what stands above it."""
    above = {
        name
        for name in imports(modules()[module])
        if name.startswith("iotmi.") and name in modules() and floor(name) > floor(module)
    }
    # The families' own home is named in `Families`, and each family is loaded when first used.
    assert not above


def test_no_module_imports_in_a_circle() -> None:
    """Following imports never leads back."""
    known = modules()
    graph = {
        name: {found for found in imports(path) if found in known and found != name}
        for name, path in known.items()
        if name != "iotmi"
    }
    finished: set[str] = set()

    def walk(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join((*trail, name))
        if name not in finished:
            for found in sorted(graph.get(name, ())):
                walk(found, (*trail, name))
            finished.add(name)

    for name in sorted(graph):
        walk(name, ())


def test_only_the_transport_and_the_emulator_speak_to_boto3() -> None:
    """boto3 is named in the transport and its short ways, in the client's signature, the seam."""
    speaking = {
        name
        for name, path in modules().items()
        if any(found.split(".")[0] in {"boto3", "botocore"} for found in imports(path))
    }
    assert {name for name in speaking if not name.startswith("iotmi.emulator")} == {
        "iotmi._connections",
        "iotmi._direct",
        "iotmi._sessions",
        "iotmi._shortcuts",
        "iotmi._translation",
        "iotmi._transport",
        "iotmi.client",
        "iotmi.events._kinesis",
        "iotmi.events._listening",
    }


def test_errors_import_nothing_of_ours() -> None:
    """The tree can be read by itself."""
    assert not [name for name in imports(PACKAGE / "errors.py") if name.startswith("iotmi")]


@pytest.mark.parametrize("path", sorted(ROOT.glob("**/*.py")), ids=lambda path: path.name)
def test_files_stay_small(path: Path) -> None:
    """450 lines at most, the tests included."""
    if not any(part.startswith(".") or part == "build" for part in path.relative_to(ROOT).parts):
        assert len(path.read_text().splitlines()) <= 450


def test_the_door_is_exact() -> None:
    """`__all__` is what can be had, and what type checkers read in the stub."""
    # The stub, which checkers read instead, has neither of the two.
    names, homes = vars(iotmi)["__all__"], vars(iotmi)["_HOMES"]
    stub = ast.parse((PACKAGE / "__init__.pyi").read_text())
    seen = {
        alias.asname: node.module
        for node in stub.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert sorted(name for name in seen if name) == names == sorted(set(names))
    assert seen == homes
    for name in names:
        assert getattr(iotmi, name) is not None
    assert set(names) <= set(dir(iotmi))
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        iotmi.Nothing  # type: ignore[attr-defined]  # noqa: B018  (the mistake under test)


def test_the_door_leaves_out_no_class_of_the_families() -> None:
    """Every enum, value and request can be imported from iotmi."""
    for name in modules():
        if name.startswith("iotmi.resources."):
            module = sys.modules.get(name) or __import__(name, fromlist=["x"])
            for kind in vars(module).values():
                if isinstance(kind, type) and kind.__module__ == name:
                    assert getattr(iotmi, kind.__name__) is kind


def loaded(program: str) -> set[str]:
    """The modules that a fresh process has after *program*."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", f"{program}\nimport sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_importing_iotmi_imports_next_to_nothing() -> None:
    """Neither boto3 nor any family, until something is used."""
    found = loaded("import iotmi")
    assert {name for name in found if name.startswith("iotmi")} == {"iotmi"}
    assert not found & {"boto3", "botocore", "attr", "cattrs", "tenacity", "anyio"}


def test_a_client_loads_the_families_it_uses_and_no_other() -> None:
    """One family in, the others out; no emulator, no anyio, no tenacity before a failure."""
    found = loaded(
        "import boto3, iotmi\n"
        "client = iotmi.Client(session=boto3.Session(region_name='eu-west-1'))\n"
        "client.tags"
    )
    assert "iotmi.resources.tags" in found
    assert "iotmi.resources.managed_things" not in found
    assert not found & {"iotmi.emulator", "anyio", "tenacity", "click", "rich"}


def test_a_call_that_succeeds_loads_neither_cattrs_nor_tenacity() -> None:
    """They are for what goes wrong, and take longer to load than a call takes."""
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


def table_lines() -> list[tuple[type, str, object]]:
    """Every line of every family's table."""
    return [
        (kind, name, line)
        for _, kind in families()
        for name, line in vars(kind).items()
        if isinstance(line, call | paged | flow)
    ]


@pytest.mark.parametrize(
    ("family", "name", "line"),
    table_lines(),
    ids=[f"{kind.__name__}.{name}" for kind, name, _ in table_lines()],
)
def test_a_table_line_says_what_its_request_says(family: type, name: str, line: object) -> None:
    """Editors show the text under the line, notebooks the request's: they are one."""
    tree = ast.parse(inspect.getsource(family)).body[0]
    assert isinstance(tree, ast.ClassDef)
    below = {}
    for first, second in zip(tree.body, tree.body[1:], strict=False):
        if isinstance(first, ast.AnnAssign) and isinstance(second, ast.Expr):
            assert isinstance(first.target, ast.Name)
            assert isinstance(second.value, ast.Constant)
            below[first.target.id] = second.value.value
    source = line.function if isinstance(line, flow) else getattr(line, "request")  # noqa: B009
    assert below[name] == (inspect.getdoc(source) or "").splitlines()[0]


def test_methods_show_their_signatures(client: iotmi.Client) -> None:
    """A notebook sees names, types without limits, and what comes back."""
    signature = inspect.signature(client.managed_things.get)
    assert (
        str(signature) == "(identifier: str) -> iotmi.resources._managed_thing_values.ManagedThing"
    )
    create = inspect.signature(client.managed_things.create)
    assert str(create.parameters["owner"].annotation) == "typing.Optional[str]"
    assert all(p.kind is p.KEYWORD_ONLY for p in create.parameters.values())
    assert inspect.signature(client.managed_things.list).return_annotation is iotmi.Pager
    waiter = inspect.signature(client.managed_things.wait_until_activated)
    assert waiter.return_annotation is iotmi.ManagedThing
    assert inspect.signature(client.managed_things.delete).return_annotation is None


def test_table_lines_can_be_looked_at_on_the_class() -> None:
    """A tool finds the request under the line."""
    from iotmi.resources.managed_things import ManagedThings

    assert ManagedThings.get.request is iotmi.GetManagedThing
    assert isinstance(ManagedThings.list, paged)
    assert isinstance(ManagedThings.wait_until_deleted, flow)


def test_families_are_properties_in_alphabetical_order() -> None:
    """A newcomer finds a family where it should be."""
    names = [name for name, value in vars(Families).items() if isinstance(value, cached_property)]
    assert names == sorted(names)


def test_operations_tell_where_they_are() -> None:
    """Each operation has its classes, its method and its page."""
    infos = {info.name: info for info in iotmi.operations()}
    get = infos["GetManagedThing"]
    assert (get.request, get.answer, get.item) == (iotmi.GetManagedThing, iotmi.ManagedThing, None)
    assert get.method == "managed_things.get"
    assert get.url.endswith("/APIReference/API_GetManagedThing.html")
    assert infos["ListManagedThings"].item is iotmi.ManagedThingSummary
    assert infos["ListManagedThings"].answer is iotmi.Page
    assert infos["DeleteManagedThing"].answer is None
    assert not infos["SendManagedThingCommand"].repeatable
    assert infos["GetManagedThingConnectivityData"].repeatable


def test_the_oldest_releases_are_the_lower_bounds() -> None:
    """The run that proves the bounds runs with the bounds."""
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
    }
    readme = (ROOT / "README.md").read_text()
    assert f"boto3 {bounds['boto3']} and later" in readme
    for name, bound in bounds.items():
        assert f"{pinned[name]}.0".startswith(f"{bound}.")
