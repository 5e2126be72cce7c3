"""Types at run time: `typing.get_type_hints`, `help` and `copy.replace` on the public surface."""

import copy
import importlib
import inspect
import pydoc
import re
import subprocess
import sys
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import iotmi
from iotmi._operations import families

MODULES = [
    "iotmi",
    "iotmi.capabilities",
    "iotmi.emulator",
    "iotmi.emulator.server",
    "iotmi.events",
    "iotmi.materials",
]
PLAIN: Any = vars(pydoc)["plaintext"]
SPECIAL = frozenset({"__init__", "__enter__", "__exit__", "__aenter__", "__iter__", "__aiter__"})


def surface(module: str) -> Iterator[tuple[str, object]]:
    """Every public class and function of *module*, and every public method of a class."""
    namespace = importlib.import_module(module)
    for name in dir(namespace):
        found = getattr(namespace, name)
        if name.startswith("_") or not str(getattr(found, "__module__", None)).startswith("iotmi"):
            continue
        if isinstance(found, type):
            yield name, found
            for attribute in dir(found):
                if attribute.startswith("_") and attribute not in SPECIAL:
                    continue
                member = inspect.getattr_static(found, attribute)
                if isinstance(member, property):
                    yield f"{name}.{attribute}", member.fget
                elif inspect.isroutine(getattr(found, attribute)):
                    yield f"{name}.{attribute}", getattr(found, attribute)
        elif inspect.isfunction(found):
            yield name, found


@pytest.mark.parametrize("module", MODULES)
def test_every_annotation_resolves(module: str) -> None:
    """Frameworks that read annotations find every name in them."""
    resolved = 0
    for name, found in surface(module):
        if str(getattr(found, "__module__", None)).startswith("iotmi"):
            try:
                resolved += bool(typing.get_type_hints(found))
            except (NameError, TypeError, AttributeError) as error:
                raise AssertionError(f"{module}.{name}: {error!r}") from error
    assert resolved > 0


def test_the_clients_parameters_have_types() -> None:
    """The types of boto3 resolve too, and boto3 is not imported before."""
    hints = typing.get_type_hints(iotmi.Client.__init__)
    assert str(hints["session"]) == "typing.Optional[boto3.session.Session]" or (
        "boto3.session.Session | None" in str(hints["session"])
    )
    program = "import sys, iotmi.client; assert 'boto3' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


@pytest.mark.parametrize(("name", "family"), list(families()))
def test_help_lists_methods_with_the_types_of_their_items(name: str, family: type) -> None:
    """Of the class and of a client's family; a listing says what its pager holds."""
    text = pydoc.render_doc(family, renderer=PLAIN)
    for info in iotmi.operations():
        owner, _, method = info.method.partition(".")
        if owner == name:
            # From Python 3.13 on, a long signature takes several lines.
            start = text.index(f" {method}(")
            line = text[start : text.index("\n", text.index(" -> ", start))]
            if info.item is not None:
                assert re.search(rf"-> \S*Pager\[\S*\b{info.item.__name__}\]", line)
            elif info.output is not None:
                assert re.search(rf"-> \S*\b{info.output.__name__}\b", line)
            assert "Annotated" not in line


def test_replace_gives_a_changed_copy() -> None:
    """`copy.replace` of Python 3.13 calls `__replace__`, which validates as `evolve` does."""
    request: Any = iotmi.GetManagedThing("a")
    assert request.__replace__(identifier="b") == iotmi.GetManagedThing("b")
    with pytest.raises(iotmi.ConstraintError):
        request.__replace__(identifier="")
    with pytest.raises(TypeError):
        request.__replace__(nmae="b")
    if sys.version_info >= (3, 13):
        thing = iotmi.ManagedThing(id="a", name="Hall")
        assert copy.replace(thing, name="Attic") == iotmi.ManagedThing(id="a", name="Attic")


def test_completion_offers_operations_only(client: iotmi.Client) -> None:
    """A family's public attributes are its methods."""
    for name, _ in families():
        family = getattr(client, name)
        assert [
            each
            for each in dir(family)
            if not each.startswith("_") and not callable(getattr(family, each))
        ] == []
        assert not [each for each in vars(family) if not each.startswith("_")]


@pytest.mark.checkers
def test_mypy_refuses_a_wrong_replacement() -> None:
    """mypy checks in a call of `copy.replace` what `iotmi.evolve` checks when it runs."""
    file = Path(__file__).with_name("replace.py")
    options = ["--strict", "--config-file", "", "--python-version", "3.13"]
    ran = subprocess.run(
        [sys.executable, "-m", "mypy", *options, str(file)],
        cwd=file.parents[2],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    wrong = [
        number
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if line.endswith("# wrong")
    ]
    found = re.findall(r"replace\.py:(\d+):.*error", ran.stdout)
    assert sorted({int(line) for line in found}) == wrong, ran.stdout
