"""Open enums."""

import copy
import json
import pickle

import pytest

from iotmi import ManagedThing, Role
from iotmi._serde.decoder import decode


def test_a_known_value_is_its_member() -> None:
    """The value finds the member, which is a string and says that it is known."""
    assert Role("DEVICE") is Role.DEVICE
    assert Role.DEVICE.known
    assert Role.DEVICE == "DEVICE"
    assert json.dumps(Role.DEVICE) == '"DEVICE"'
    assert f"{Role.DEVICE}" == "DEVICE"
    assert repr(Role.DEVICE) == "Role.DEVICE"


def test_a_value_learned_later_survives() -> None:
    """A strange value is of the enum's class, equal to its text, hashable, and not known."""
    strange = Role("GATEWAY")
    assert type(strange) is Role
    assert not strange.known
    assert [str(strange), strange.value, strange.name] == ["GATEWAY"] * 3
    plain: dict[str, int] = {"GATEWAY": 1}
    assert plain[strange] == 1
    assert strange == Role("GATEWAY") != Role.DEVICE
    assert repr(strange) == "Role('GATEWAY')"
    assert "GATEWAY" not in Role.__members__
    assert copy.deepcopy(strange) == pickle.loads(pickle.dumps(strange)) == strange


def test_an_answer_with_a_strange_value_is_decoded() -> None:
    """What the service learns later does not break who reads it."""
    thing = decode({"Id": "x", "Role": "GATEWAY"}, ManagedThing)
    assert thing.role is not None
    assert not thing.role.known


def test_what_is_no_string_is_no_value() -> None:
    """Only strings can be strange values."""
    with pytest.raises(ValueError, match="5 is not a valid Role"):
        Role(5)  # type: ignore[arg-type]  # the mistake under test
