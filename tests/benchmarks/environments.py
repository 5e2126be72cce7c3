"""An environment of its own for each client: the client, its dependencies, and nothing else.

In a shared environment each client loads optional packages that only another client needs.
"""

import compileall
import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypeAlias

from attrs import field, frozen

from tests.benchmarks.measuring import FLOOR, REFERENCE
from tests.benchmarks.subprocesses import ROOT, Worker, working

CAPO: Final = "capo-iot-managed-integrations"
CLIENTS: Final = ("boto3", "iotmi", "capo")


@frozen
class Environment:
    """The Python of one client.

    Attributes:
        python: the interpreter.
        packages: the installed packages with their versions.
        settings: environment variables of processes that only import the client.
        worker_settings: environment variables of `tests.benchmarks.contestant.worker`.
        trio_settings: the same for a worker that runs trio.
    """

    python: str
    packages: Mapping[str, str] = field(repr=False)
    settings: Mapping[str, str] = {}
    worker_settings: Mapping[str, str] = {}
    trio_settings: Mapping[str, str] = {}


Environments: TypeAlias = Mapping[str, Environment]


def requirements() -> dict[str, list[str]]:
    """Return what is installed for each client: the versions installed here."""
    boto3 = [f"{name}=={version(name)}" for name in ("boto3", "botocore")]
    return {
        "boto3": boto3,
        "iotmi": [f"{ROOT}[async]", *boto3],
        "capo": [f"{CAPO}=={version(CAPO)}"],
    }


@contextmanager
def created(folder: Path | None = None) -> Iterator[Environments]:
    """Yield new environments in a temporary folder, or those in *folder*.

    Environments in *folder* are created if they are missing, and are kept. iotmi is installed from
    the checkout each time.

    Raises:
        RuntimeError: pip could not install a client, or the clients do not have the same boto3.
    """
    if folder is not None:
        yield _all_in(folder)
        return
    with TemporaryDirectory() as temporary:
        yield _all_in(Path(temporary))


def _all_in(folder: Path) -> Environments:
    folder = folder.resolve()
    code = folder / "code"
    _copy_worker(code)
    trio = folder / "trio"
    if not trio.exists():
        _pip(None, "install", "--target", str(trio), f"trio=={version('trio')}")
    found = {
        name: _environment(folder / name, needed, code, trio)
        for name, needed in requirements().items()
    }
    differing = found["boto3"].packages.items() - found["iotmi"].packages.items()
    if differing:
        raise RuntimeError(f"boto3 and iotmi have different packages: {sorted(differing)}")
    return found


def _environment(folder: Path, needed: Sequence[str], code: Path, trio: Path) -> Environment:
    # An interrupted installation leaves no list.
    installed = folder / "installed.json"
    if not installed.exists() or json.loads(installed.read_text()) != needed:
        venv.create(folder, clear=True, symlinks=True)
        _pip(folder, "install", *needed)
        installed.write_text(json.dumps(needed))
    elif needed[0].startswith(str(ROOT)):
        _pip(folder, "install", "--force-reinstall", "--no-deps", str(ROOT))
    _pip(folder, "check")
    # pip compiles as well, unless its configuration says otherwise.
    compileall.compile_dir(folder / "lib", quiet=2)
    listed = json.loads(_pip(folder, "list", "--format=json"))
    return Environment(
        python=str(folder / "bin" / "python"),
        packages={package["name"]: package["version"] for package in listed},
        worker_settings={"PYTHONPATH": str(code)},
        trio_settings={"PYTHONPATH": f"{code}:{trio}"},
    )


def _copy_worker(code: Path) -> None:
    """Copy the worker without the rest of the tests, so that it cannot import it."""
    shutil.rmtree(code, ignore_errors=True)
    package = Path(__file__).parent / "contestant"
    for path in (*package.glob("*.py"), *(parent / "__init__.py" for parent in package.parents)):
        if path.is_relative_to(ROOT / "tests"):
            target = code / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    compileall.compile_dir(code, quiet=2)


def _pip(folder: Path | None, *arguments: str) -> str:
    """Run pip of this environment for the environment in *folder*."""
    where = [] if folder is None else ["--python", str(folder)]
    command = [sys.executable, "-m", "pip", *where, *arguments]
    # pip would find packages on PYTHONPATH.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    ended = subprocess.run(command, env=kept, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{ended.stdout}{ended.stderr}")
    return ended.stdout


def here() -> Environments:
    """Return the current environment for every client.

    Its figures are not comparable, because each client loads optional packages of the others.
    """
    settings = {"PYTHONPATH": str(ROOT)}
    return dict.fromkeys(CLIENTS, Environment(sys.executable, {}, settings, settings, settings))


def environment_of(name: str, environments: Environments) -> Environment:
    """Return the environment of a client, or of the floor, which needs no package."""
    return environments[REFERENCE if name == FLOOR else name]


@contextmanager
def workers(
    environments: Environments,
    names: Sequence[str] = CLIENTS,
    *,
    trust: Mapping[str, str] | None = None,
    trio: bool = False,
) -> Iterator[Mapping[str, Worker]]:
    """Run a worker of each client during the block.

    Args:
        environments: the environments of the clients.
        names: the clients.
        trust: additional environment variables.
        trio: True if the workers run trio, which no client needs.
    """
    with ExitStack() as stack:
        started = {}
        for name in names:
            environment = environment_of(name, environments)
            settings = environment.trio_settings if trio else environment.worker_settings
            process = working(name, environment.python, {**settings, **(trust or {})})
            started[name] = stack.enter_context(process)
        yield started
