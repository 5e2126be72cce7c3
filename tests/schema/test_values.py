"""Values: creation, validation, repr, comparison, storage."""

import copy
import pickle
import warnings
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest

import iotmi
from iotmi import (
    AuthenticationMaterialType,
    CapabilityAction,
    CapabilityReport,
    CommandCapability,
    CommandEndpoint,
    ConstraintError,
    CreateManagedThing,
    CredentialLocker,
    ManagedThing,
    ReadOnlyMap,
    Role,
    SendManagedThingCommand,
    TagResource,
    UntagResource,
    UpdateManagedThing,
    WiFiSimpleSetupConfiguration,
)
from iotmi._serde.decoder import decode
from tests.support.factories import hub_request, switch_report

ARN = "arn:aws:iotmanagedintegrations:eu-west-1:123456789012:managed-thing/abc"


def test_a_limit_is_validated_at_creation() -> None:
    """A value out of range raises an error at its creation, with path and limit."""
    with pytest.raises(ConstraintError) as caught:
        WiFiSimpleSetupConfiguration(timeout_in_minutes=3)
    (problem,) = caught.value.problems
    assert (problem.path, problem.rule, problem.value) == (
        "timeout_in_minutes",
        "must be from 5 to 15",
        3,
    )
    assert caught.value.subject == "WiFiSimpleSetupConfiguration"
    assert "timeout_in_minutes: must be from 5 to 15, got 3" in str(caught.value)
    assert isinstance(caught.value, ValueError)


def test_a_response_is_never_validated() -> None:
    """The same value in a response is decoded."""
    body = {"Id": "x", "WiFiSimpleSetupConfiguration": {"TimeoutInMinutes": 3}}
    thing = decode(body, ManagedThing)
    assert thing.wifi_simple_setup_configuration is not None
    assert thing.wifi_simple_setup_configuration.timeout_in_minutes == 3


def test_a_request_validates_decoded_values() -> None:
    """A decoded value beyond its limits is refused in a request."""
    body = {"Id": "x", "WiFiSimpleSetupConfiguration": {"TimeoutInMinutes": 3}}
    setup = decode(body, ManagedThing).wifi_simple_setup_configuration
    with pytest.raises(ConstraintError) as caught:
        UpdateManagedThing("x", wifi_simple_setup_configuration=setup)
    (problem,) = caught.value.problems
    assert problem.path == "wifi_simple_setup_configuration.timeout_in_minutes"


def test_an_error_has_all_problems() -> None:
    """An error has every problem at any depth, and no sensitive value."""
    not_json: Any = {"a": {1: 2}}
    with iotmi.unchecked():
        endpoint = CommandEndpoint(
            endpoint_id="no blanks",
            capabilities=[
                CommandCapability(
                    id="matter.OnOff@1.4",
                    name="On/Off",
                    version="x",
                    actions=[CapabilityAction(name="Toggle", parameters=not_json)],
                )
            ],
        )
    with pytest.raises(ConstraintError) as caught:
        SendManagedThingCommand("", endpoints=[endpoint] * 6, account_association_id="-")
    assert {problem.path for problem in caught.value.problems} >= {
        "managed_thing_id",
        "endpoints",
        "endpoints[0].endpoint_id",
        "endpoints[5].capabilities[0].version",
        "endpoints[0].capabilities[0].actions[0].parameters[***]",
        "account_association_id",
    }


def test_unchecked_lets_a_request_past_the_limits() -> None:
    """Inside `unchecked`, limits do not hold and values are still converted."""
    with iotmi.unchecked():
        request = UpdateManagedThing("x", name="n" * 500)
        locker = UntagResource(ARN, tag_keys=["a"])
    assert request.name == "n" * 500
    assert locker.tag_keys == ("a",)
    with pytest.raises(ConstraintError):
        UpdateManagedThing("x", name="n" * 500)


def test_a_required_member_cannot_be_none() -> None:
    """None for a required member is a problem; leaving it out is a TypeError."""
    with pytest.raises(ConstraintError, match="role: is required"):
        CreateManagedThing(
            role=None,  # type: ignore[arg-type]  # the mistake under test
            authentication_material="x",
            authentication_material_type=AuthenticationMaterialType.DISCOVERED_DEVICE,
        )
    with pytest.raises(TypeError, match="authentication_material"):
        CreateManagedThing(role=Role.DEVICE)  # type: ignore[call-arg]  # the mistake under test


@pytest.mark.parametrize(
    ("keyword", "value", "rule"),
    [
        ("name", 5, "must be a string"),
        ("name", "", "must have from 1 to 128 characters, has 0"),
        ("name", "a/b", r"must match \[\\p\{L\}\\p\{N\} \._-\]\+"),
        ("name", "ends with a line break\n", "must match"),
        ("hub_network_mode", "LOUD", "must be one of STANDARD, NETWORK_WIDE_EXCLUSION"),
        ("hub_network_mode", Role.DEVICE, "must be one of STANDARD"),
        ("hub_network_mode", 5, "must be one of"),
        ("wifi_simple_setup_configuration", {}, "must be a WiFiSimpleSetupConfiguration"),
        ("capability_schemas", "abc", "must be a list"),
        ("capability_schemas", 5, "must be a list"),
        ("metadata", [], "must be a mapping"),
        ("metadata", {}, "must hold from 1 to 50 items, got 0"),
        ("metadata", {"a": "b" * 801}, "must have from 0 to 800 characters"),
        ("metadata", {5: "b"}, "must be a string"),
    ],
)
def test_invalid_values_are_refused(keyword: str, value: object, rule: str) -> None:
    """Wrong types, lengths, patterns, sizes and enum values have their own rules."""
    with pytest.raises(ConstraintError, match=rule) as caught:
        UpdateManagedThing("x", **{keyword: value})  # type: ignore[arg-type]  # mistakes under test
    assert all(problem.path.startswith(keyword) for problem in caught.value.problems)


def test_a_boolean_is_not_an_integer() -> None:
    """True is refused where the service wants a number."""
    with pytest.raises(ConstraintError, match="must be an integer"):
        WiFiSimpleSetupConfiguration(timeout_in_minutes=True)


def test_letters_of_every_script_make_a_name() -> None:
    r"""``\p{L}\p{N}`` matches every letter and number of Unicode."""
    assert UpdateManagedThing("x", name="Küche 家 ٣ Ⅷ._-").name == "Küche 家 ٣ Ⅷ._-"


def test_values_are_converted() -> None:
    """Lists become tuples, maps read-only, and enum strings members."""
    tags = {"room": "hall"}
    request = CreateManagedThing(
        role="DEVICE",  # type: ignore[arg-type]  # accepted at run time, refused by checkers
        authentication_material="x",
        authentication_material_type=AuthenticationMaterialType.DISCOVERED_DEVICE,
        tags=tags,
    )
    tags["room"] = "changed later"
    assert request.role is Role.DEVICE
    assert request.tags == {"room": "hall"}
    assert isinstance(request.tags, ReadOnlyMap)
    assert switch_report().endpoints[0].device_types == ("On/Off Switch",)
    with pytest.raises(TypeError):
        request.tags["room"] = "no"  # type: ignore[index]  # the mistake under test


def test_a_document_is_copied_and_must_be_json() -> None:
    """A document is copied, and must be JSON."""
    parameters: dict[str, list[int]] = {"levels": [1]}
    action = CapabilityAction(name="UpdateState", parameters=parameters)
    parameters["levels"].append(2)
    assert action.parameters == {"levels": [1]}
    for bad in ({"a": float("nan")}, {"a": object()}, {"a": [{1: 2}]}):
        with pytest.raises(ConstraintError, match=r"parameters\[\*\*\*\]"):
            CapabilityAction(name="UpdateState", parameters=bad)  # type: ignore[arg-type]  # mistakes


def test_values_are_frozen_hashable_and_equal_by_content() -> None:
    """A request is immutable, hashable and equal by content."""
    request = hub_request()
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        request.role = Role.DEVICE  # type: ignore[misc]  # the mistake under test
    assert request == hub_request()
    assert hash(request) == hash(hub_request())
    assert request != hub_request(1)
    assert {TagResource(ARN, tags={"a": "b"}): 1}[TagResource(ARN, tags={"a": "b"})] == 1


@pytest.mark.parametrize(
    "value",
    [
        hub_request(),
        switch_report(),
        TagResource(ARN, tags={"a": "b"}),
        CredentialLocker(id="x", created_at=datetime(2026, 1, 1, tzinfo=UTC)),
        ReadOnlyMap({"a": 1}),
        Role("NEW"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_values_pickle_and_copy(value: object) -> None:
    """Values can be pickled and copied."""
    assert pickle.loads(pickle.dumps(value)) == value
    assert copy.deepcopy(value) == value


def test_an_unpickled_request_is_not_validated() -> None:
    """An unchecked request can be unpickled."""
    with iotmi.unchecked():
        request = UpdateManagedThing("x", name="n" * 500)
    assert pickle.loads(pickle.dumps(request)) == request


def test_a_repr_hides_sensitive_members() -> None:
    """A repr omits absent members and shows sensitive ones as three stars."""
    assert repr(CredentialLocker(id="abc", name="Home")) == "CredentialLocker(id='abc', name='***')"
    assert "CANARY" not in repr(hub_request())
    assert repr(ReadOnlyMap({"a": 1})) == "{'a': 1}"


def test_a_deprecated_parameter_warns() -> None:
    """The warning names the replacement and points at the caller."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for _ in range(3):
            UpdateManagedThing("x", capabilities="{}")
    (warning,) = caught
    assert warning.category is DeprecationWarning
    assert warning.filename == __file__
    assert "UpdateManagedThing.capabilities" in str(warning.message)
    assert "use capability_report" in str(warning.message)


def test_reading_a_deprecated_member_warns() -> None:
    """Reading a deprecated member that is present warns; decoding and repr do not."""
    thing = decode({"Id": "x", "ConnectorPolicyId": "p"}, ManagedThing)
    empty = decode({"Id": "x"}, ManagedThing)
    assert repr(thing)
    assert thing != empty
    assert pickle.loads(pickle.dumps(thing)) == thing
    assert empty.connector_policy_id is None
    with pytest.warns(DeprecationWarning, match="ManagedThing.connector_policy_id") as caught:
        assert thing.connector_policy_id == "p"
    assert caught[0].filename == __file__


def test_the_size_of_a_report() -> None:
    """A report takes 40 endpoints and refuses 41."""
    (endpoint,) = switch_report().endpoints
    assert len(CapabilityReport(version="1.0.0", endpoints=[endpoint] * 40).endpoints) == 40
    with pytest.raises(ConstraintError, match="endpoints: must hold from 0 to 40 items, got 41"):
        CapabilityReport(version="1.0.0", endpoints=[endpoint] * 41)
