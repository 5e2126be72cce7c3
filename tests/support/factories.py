"""Resources that many tests begin with."""

from iotmi import (
    AsyncClient,
    AuthenticationMaterialType,
    CapabilityAction,
    CapabilityReport,
    CapabilityReportCapability,
    CapabilityReportEndpoint,
    Client,
    CommandCapability,
    CommandEndpoint,
    CreatedManagedThing,
    CreateManagedThing,
    RetryPolicy,
    Role,
)
from iotmi._observability.events import Instrumentation
from iotmi._runtime.context import ClientContext

SERIAL = "CANARYSERIAL0001"
MATERIAL = f"SN:{SERIAL};UPC:829576019524"


def hub_request(number: int = 0) -> CreateManagedThing:
    """Return a create request of hub *number*."""
    return CreateManagedThing(
        role=Role.CONTROLLER,
        authentication_material=f"SN:{SERIAL}{number};UPC:829576019524",
        authentication_material_type=AuthenticationMaterialType.WIFI_SETUP_QR_BAR_CODE,
    )


def make_hub(client: Client, number: int = 0) -> CreatedManagedThing:
    """Create a hub."""
    return client.send(hub_request(number)).value


def toggle() -> CommandEndpoint:
    """Return a command that toggles a switch."""
    return CommandEndpoint(
        endpoint_id="1",
        capabilities=[
            CommandCapability(
                id="matter.OnOff@1.4",
                name="On/Off",
                version="6",
                actions=[CapabilityAction(name="Toggle")],
            )
        ],
    )


def switch_report() -> CapabilityReport:
    """Return the capability report of an on/off switch."""
    return CapabilityReport(
        version="1.0.0",
        node_id="zb.539D+4A1D",
        endpoints=[
            CapabilityReportEndpoint(
                id="1",
                device_types=["On/Off Switch"],
                capabilities=[
                    CapabilityReportCapability(
                        id="matter.OnOff@1.4",
                        name="On/Off",
                        version="6",
                        properties=["OnOff"],
                        actions=["Off", "On", "Toggle"],
                        events=[],
                    )
                ],
            )
        ],
    )


def observed_by(
    client: Client | AsyncClient, policy: RetryPolicy, *observers: Instrumentation
) -> None:
    """Add *observers* to all calls of *client*, which then uses *policy*."""
    context = client._context
    client._attach(
        ClientContext.create(
            context.connection,
            lambda parent: parent,
            retry=policy,
            pacing=None,
            timeout=context.timeout,
            recipe=context.recipe,
            observers=observers,
        )
    )
