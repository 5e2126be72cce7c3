"""Functions of connectors by name, and what is refused as a connector."""

from pathlib import Path

import pytest

from iotmi.emulator import Emulator, load_function
from tests.emulator.support import connectors as support
from tests.emulator.support.requests import FUNCTION

MODULE = "tests.emulator.support.connectors"


def test_a_function_is_loaded_by_its_name() -> None:
    """A function and a method are found, and an object with a lambda_handler stays as it is."""
    found: object = load_function(f"{MODULE}:answer")
    assert found is support.answer
    method: object = load_function(f"{MODULE}:Cloud.handle")
    assert method is support.Cloud.handle
    app = load_function("tests.emulator.connectors.test_loading:APP")
    assert app is APP
    with Emulator(connectors={FUNCTION: app}) as emulator:
        assert list(emulator.connectors) == [FUNCTION]
        assert len(emulator.connectors) == 1


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("bridge", "must be a module and a function"),
        (":handle", "must be a module and a function"),
        ("tests.nowhere:handle", "there is no module tests.nowhere"),
        (f"{MODULE}:nothing", "has no nothing"),
        (f"{MODULE}:Cloud.nothing", "has no Cloud.nothing"),
    ],
)
def test_a_wrong_name_is_refused(name: str, problem: str) -> None:
    """The error says which part of the name is wrong."""
    with pytest.raises(ValueError, match=problem):
        load_function(name)


def test_a_module_that_a_connector_lacks_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connector's module exists, so the error is Python's own, with the place of the import."""
    (tmp_path / "lamp_bridge.py").write_text("import lamp_cloud_sdk\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError) as caught:
        load_function("lamp_bridge:handle")
    assert caught.value.name == "lamp_cloud_sdk"


def test_something_else_is_no_connector() -> None:
    """A value that is neither a function nor has a handler is refused, by name and directly."""
    with pytest.raises(TypeError, match="is a str, not a function or a connector"):
        load_function(f"{MODULE}:ON")
    with pytest.raises(TypeError, match="must be a function of the event and the context"):
        Emulator(connectors={FUNCTION: "handle"})  # type: ignore[dict-item]


class App:
    """An object with a handler, which lacks nothing."""

    def lambda_handler(self, event: object, _context: object) -> object:
        return event

    def check(self) -> tuple[str, ...]:
        return ()


APP = App()
