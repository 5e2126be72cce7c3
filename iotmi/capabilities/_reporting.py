"""Capability reports of things, and schemas of capabilities of an application's own."""

from collections.abc import Mapping, Sequence

from iotmi._models.capabilities import (
    CapabilityReport,
    CapabilityReportCapability,
    CapabilityReportEndpoint,
    CapabilitySchemaItem,
    SchemaVersionFormat,
)
from iotmi._schema.containers import JsonValue
from iotmi.capabilities._capability import Capability, actions_of
from iotmi.capabilities._declared import fields_of, members_schema

REPORT_VERSION = "1.0.0"


def report(
    endpoints: Mapping[str, Sequence[type[Capability] | Capability]],
    *,
    device_types: Mapping[str, Sequence[str]] | None = None,
    node_id: str | None = None,
) -> CapabilityReport:
    """Return the capability report of a thing.

    Args:
        endpoints: the capabilities of each endpoint. A class reports all its properties. A value
            such as ``OnOff(on_off=False)`` reports only the properties that it holds.
        device_types: the device types of each endpoint, such as ``{"1": ["On/Off Light"]}``.
        node_id: the id of the node, such as ``zb.1``.

    Limits: up to 40 endpoints of up to 40 capabilities.

    Raises:
        ConstraintError: the report breaks a limit of the service.
    """
    types = device_types or {}
    return CapabilityReport(
        version=REPORT_VERSION,
        node_id=node_id,
        endpoints=[
            CapabilityReportEndpoint(
                id=endpoint,
                device_types=types.get(endpoint, ()),
                capabilities=[_reported(each) for each in capabilities],
            )
            for endpoint, capabilities in endpoints.items()
        ],
    )


def _reported(part: type[Capability] | Capability) -> CapabilityReportCapability:
    held = part if isinstance(part, Capability) else None
    capability = part if isinstance(part, type) else type(part)
    return CapabilityReportCapability(
        id=capability.id,
        name=capability.name,
        version=capability.version,
        properties=[
            each.wire
            for each in fields_of(capability)
            if held is None or getattr(held, each.name) is not None
        ],
        actions=list(actions_of(capability)),
        events=list(capability.events),
    )


def schema(capability: type[Capability]) -> CapabilitySchemaItem:
    """Return the schema item that registers a custom capability with the service.

    Raises:
        ConstraintError: the id or the version breaks a limit of the service. A version is 1 to 10.
    """
    return CapabilitySchemaItem(
        format=SchemaVersionFormat.AWS,
        capability_id=capability.id,
        extrinsic_id=f"0x{capability.number:04X}",
        extrinsic_version=int(capability.version),
        schema=document(capability),
    )


def document(capability: type[Capability]) -> dict[str, JsonValue]:
    """Return the schema document of *capability*, in the service's ``AWS`` format."""
    properties: dict[str, JsonValue] = {
        each.wire: {
            "extrinsicId": f"0x{each.number:04X}",
            "value": each.kind.schema(),
            "mutable": each.writable,
            "retrievable": True,
            "reportable": True,
        }
        for each in fields_of(capability)
    }
    return {
        "$id": f"/schema-versions/capability/{capability.id}",
        "$ref": "/schema-versions/definition/aws.capability@1.0",
        "name": capability.name,
        "title": capability.name,
        "extrinsicId": f"0x{capability.number:04X}",
        "extrinsicVersion": capability.version,
        "properties": properties,
        "actions": [
            {
                "name": name,
                "extrinsicId": f"0x{command.number:02X}",
                "request": {"parameters": members_schema(command)},
            }
            for name, command in actions_of(capability).items()
        ],
        "events": [
            {"name": name, "extrinsicId": f"0x{number:02X}"}
            for name, number in capability.events.items()
        ],
        "$defs": {},
    }
