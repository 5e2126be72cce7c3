"""What was in order at its birth: when it is looked into again, and when not."""

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
    """A small report."""
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
    """A request that holds *capability_report*."""
    return CreateManagedThing(
        role=Role.DEVICE,
        authentication_material="UPC:1",
        authentication_material_type="DISCOVERED_DEVICE",  # type: ignore[arg-type]
        capability_report=capability_report,
    )


def test_a_value_in_order_is_not_looked_into_again() -> None:
    """It cannot have changed; one that was built unchecked is found out by whoever holds it."""
    assert creation(report()).capability_report == report()
    with iotmi.unchecked():
        broken = report(name="x" * 500)
    with pytest.raises(ConstraintError) as caught:
        creation(broken)
    (problem,) = caught.value.problems
    assert problem.path == "capability_report.endpoints[0].capabilities[0].name"


def test_a_value_from_elsewhere_is_looked_into() -> None:
    """A pickle may come from where nothing was checked; so may an answer."""
    with iotmi.unchecked():
        broken = report(name="x" * 500)
    with pytest.raises(ConstraintError):
        creation(pickle.loads(pickle.dumps(broken)))
    assert creation(pickle.loads(pickle.dumps(report()))).capability_report == report()


def test_a_document_may_have_changed_since() -> None:
    """What is of free form is looked into each time, for a dictionary in it can be changed."""
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
