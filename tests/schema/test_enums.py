"""Open enums."""

import copy
import json
import pickle

import pytest

from iotmi import ManagedThing, Role
from iotmi._serde.decoder import decode


def test_a_known_value_is_its_member() -> None:
    """A known value finds its member, which is a string with `is_known` True."""
    assert Role("DEVICE") is Role.DEVICE
    assert Role.DEVICE.known
    assert Role.DEVICE == "DEVICE"
    assert json.dumps(Role.DEVICE) == '"DEVICE"'
    assert f"{Role.DEVICE}" == "DEVICE"
    assert repr(Role.DEVICE) == "Role.DEVICE"


def test_an_unknown_value_is_kept() -> None:
    """An unknown value is of the enum's class, equal to its text, hashable, not known."""
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


def test_a_response_with_an_unknown_value_is_decoded() -> None:
    """A response with an unknown value is decoded."""
    thing = decode({"Id": "x", "Role": "GATEWAY"}, ManagedThing)
    assert thing.role is not None
    assert not thing.role.known


def test_only_strings_are_values() -> None:
    """Only strings can be unknown values."""
    with pytest.raises(ValueError, match="5 is not a valid Role"):
        Role(5)  # type: ignore[arg-type]  # the mistake under test
