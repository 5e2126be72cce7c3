"""Values are validated once, and again only if they may have changed."""

import pickle

import pytest

import iotmi
from iotmi import (
    CapabilityReport,
    CapabilityReportCapability,
    CapabilityReportEndpoint,
    ConstraintError,
    CreateManagedThing,
    Role,
)


def report(name: str = "On/Off") -> CapabilityReport:
    """Return a small capability report."""
    return CapabilityReport(
        version="1.0.0",
        endpoints=[
            CapabilityReportEndpoint(
                id="1",
                device_types=["lamp"],
                capabilities=[
                    CapabilityReportCapability(
                        id="matter.OnOff@1.4",
                        name=name,
                        version="6",
                        properties=["OnOff"],
                        actions=[],
                        events=[],
                    )
                ],
            )
        ],
    )


def creation(capability_report: CapabilityReport) -> CreateManagedThing:
    """Return a request with *capability_report*."""
    return CreateManagedThing(
        role=Role.DEVICE,
        authentication_material="UPC:1",
        authentication_material_type="DISCOVERED_DEVICE",  # type: ignore[arg-type]
        capability_report=capability_report,
    )


def test_a_validated_value_is_not_validated_again() -> None:
    """A validated value is not validated again inside another; an unchecked one is."""
    assert creation(report()).capability_report == report()
    with iotmi.unchecked():
        broken = report(name="x" * 500)
    with pytest.raises(ConstraintError) as caught:
        creation(broken)
    (problem,) = caught.value.problems
    assert problem.path == "capability_report.endpoints[0].capabilities[0].name"


def test_a_value_from_elsewhere_is_validated() -> None:
    """Unpickled and decoded values are validated when they are used in a request."""
    with iotmi.unchecked():
        broken = report(name="x" * 500)
    with pytest.raises(ConstraintError):
        creation(pickle.loads(pickle.dumps(broken)))
    assert creation(pickle.loads(pickle.dumps(report()))).capability_report == report()


def test_a_document_is_validated_each_time() -> None:
    """A document is validated each time, because its dictionaries are mutable."""
    schema: dict[str, iotmi.JsonValue] = {}
    item = iotmi.CapabilitySchemaItem(
        format=iotmi.SchemaVersionFormat.AWS,
        capability_id="matter.OnOff@1.4",
        extrinsic_id="0x0006",
        extrinsic_version=6,
        schema={"title": schema},
    )
    held = item.schema
    assert isinstance(held, dict)
    held["bad"] = float("nan")
    with pytest.raises(ConstraintError):
        iotmi.UpdateManagedThing("x", capability_schemas=[item])
