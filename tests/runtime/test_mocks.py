"""Mocks of `unittest.mock`: patches of families and clients, and specs of clients."""

from typing import Any
from unittest.mock import MagicMock, create_autospec, patch

import pytest

import iotmi


@pytest.fixture
def locker_id(client: iotmi.Client) -> str:
    """Return a locker that was read once, so that its family is in use."""
    created = client.credential_lockers.create(name="Elm Street")
    assert client.credential_lockers.get(created.id).name == "Elm Street"
    return created.id


@pytest.mark.parametrize("autospec", [False, True])
def test_a_method_is_patched_on_the_class_of_a_family_in_use(
    client: iotmi.Client,
    locker_id: str,
    autospec: bool,  # noqa: FBT001
) -> None:
    """The patch is called instead of the service, and is gone afterwards."""
    options: dict[str, Any] = {"autospec": True} if autospec else {}
    with patch.object(iotmi.CredentialLockers, "get", **options) as get:
        assert client.credential_lockers.get(locker_id) is get.return_value
        get.assert_called_once_with(locker_id)
        if autospec:
            with pytest.raises(TypeError):
                client.credential_lockers.get(idd=locker_id)  # type: ignore[call-arg]
    assert client.credential_lockers.get(locker_id).id == locker_id


@pytest.mark.parametrize("autospec", [False, True])
def test_a_method_is_patched_on_one_family(
    client: iotmi.Client,
    locker_id: str,
    autospec: bool,  # noqa: FBT001
) -> None:
    """A patch of one client's family works in the same way."""
    options: dict[str, Any] = {"autospec": True} if autospec else {}
    with patch.object(client.credential_lockers, "get", **options) as get:
        assert client.credential_lockers.get(locker_id) is get.return_value
    assert client.credential_lockers.get(locker_id).id == locker_id


def test_a_family_is_patched_on_a_client(client: iotmi.Client, locker_id: str) -> None:
    """A whole family is replaced, and comes back."""
    with patch.object(client, "credential_lockers") as lockers:
        assert client.credential_lockers.get(locker_id) is lockers.get.return_value
    assert client.credential_lockers.get(locker_id).id == locker_id


def test_a_family_is_patched_on_the_class_of_a_client_in_use(
    client: iotmi.Client, locker_id: str
) -> None:
    """The patch also reaches a client that has used the family before."""
    with patch.object(iotmi.Client, "credential_lockers") as lockers:
        assert client.credential_lockers.get(locker_id) is lockers.get.return_value
    assert client.credential_lockers.get(locker_id).id == locker_id


@pytest.fixture
def spec() -> MagicMock:
    """Return a mock with the interface of a client."""
    made: MagicMock = create_autospec(iotmi.Client, instance=True)
    return made


def test_a_spec_knows_families_and_methods(spec: MagicMock) -> None:
    """Every family and method of the operations is there, and calls are recorded."""
    for info in iotmi.operations():
        family, _, method = info.method.partition(".")
        assert callable(getattr(getattr(spec, family), method))
    spec.managed_things.get.return_value = iotmi.ManagedThing(id="a")
    assert spec.managed_things.get("a").id == "a"
    spec.managed_things.get.assert_called_once_with("a")


@pytest.mark.parametrize(
    "use",
    [
        lambda spec: spec.managed_things.get(),
        lambda spec: spec.managed_things.get(identifer="a"),
        lambda spec: spec.managed_things.list(rol_filter=None),
        lambda spec: spec.managed_things.wait_until_activated(),
        lambda spec: spec.send(),
    ],
)
def test_a_spec_knows_signatures(spec: MagicMock, use: "MagicMock") -> None:
    """A call that the real method would refuse is a TypeError."""
    with pytest.raises(TypeError):
        use(spec)


@pytest.mark.parametrize(
    "use", [lambda spec: spec.managed_things.gett, lambda spec: spec.managed_thing]
)
def test_a_spec_has_nothing_else(spec: MagicMock, use: "MagicMock") -> None:
    """A misspelt family or method is an AttributeError."""
    with pytest.raises(AttributeError):
        use(spec)
