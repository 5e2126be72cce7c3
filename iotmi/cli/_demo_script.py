"""The script of `iotmi demo`: a household, from its first hub to an empty home.

The calls are written as in an application. With an AWS account, replace the emulator's client by
``iotmi.Client()``. Each step reports the call, its result, and if the result is as expected.
"""

from typing import Protocol

from iotmi import (
    AssociationState,
    AuthConfig,
    AuthenticationMaterialType,
    AuthType,
    CapabilityAction,
    CapabilityReport,
    CapabilityReportCapability,
    CapabilityReportEndpoint,
    Client,
    CommandCapability,
    CommandEndpoint,
    ConstraintError,
    EndpointConfig,
    EndpointType,
    GetManagedThing,
    InternalServerError,
    LambdaConfig,
    ManagedThingState,
    OAuthConfig,
    ProvisioningStatus,
    ResourceNotFoundError,
    Role,
    SecretsManager,
    TokenEndpointAuthenticationScheme,
)
from iotmi.capabilities import OnOff
from iotmi.emulator import Emulator


class DemoFailedError(Exception):
    """A result that is not as expected."""


class Reporter(Protocol):
    """A receiver of steps that shows them, and stops the demo at a step that does not hold."""

    def chapter(self, title: str) -> None:
        """Begin a chapter."""
        ...

    def step(self, call: str, finding: str, *, holds: bool) -> None:
        """Show the result of a call, and if it is as expected."""
        ...


def run_demo(reporter: Reporter, client: Client, emulator: Emulator) -> None:
    """Run all chapters. The home is empty before and after."""
    home_id, hub_id = move_in(reporter, client)
    lamp_id = add_lamp(reporter, client, home_id=home_id, hub_id=hub_id)
    switch_lamp(reporter, client, lamp_id)
    look_around(reporter, client, lamp_id)
    link_account(reporter, client)
    meet_trouble(reporter, client, emulator, lamp_id)
    keep_secrets(reporter, client, hub_id)
    move_out(reporter, client, home_id=home_id, hub_id=hub_id, lamp_id=lamp_id)


def move_in(reporter: Reporter, client: Client) -> tuple[str, str]:
    """Create a household and its hub, and return their ids."""
    reporter.chapter("A household, and a hub in it")

    home = client.credential_lockers.create(name="Elm Street 5")
    reporter.step("credential_lockers.create", f"locker {home.id}", holds=bool(home.id))

    hub = client.managed_things.create(
        role=Role.CONTROLLER,
        name="Hall hub",
        authentication_material="SN:123456789524;UPC:829576019524",
        authentication_material_type=AuthenticationMaterialType.WIFI_SETUP_QR_BAR_CODE,
        credential_locker_id=home.id,
    )
    thing = client.managed_things.get(hub.id)
    reporter.step(
        "managed_things.create",
        f"hub {hub.id}, {thing.provisioning_status}",
        holds=thing.provisioning_status == ProvisioningStatus.PRE_ASSOCIATED,
    )

    thing = client.managed_things.wait_until_activated(hub.id, timeout=600)
    reporter.step(
        "managed_things.wait_until_activated",
        f"{thing.name} is {thing.provisioning_status}",
        holds=thing.provisioning_status == ProvisioningStatus.ACTIVATED,
    )
    return home.id, hub.id


def add_lamp(reporter: Reporter, client: Client, *, home_id: str, hub_id: str) -> str:
    """Discover a lamp by the hub, create its thing, and return its id."""
    reporter.chapter("A lamp, found by the hub")

    lamp = client.managed_things.create(
        role=Role.DEVICE,
        name="Lamp",
        authentication_material="Z:286D9700010F9478$I:83FED3407A939723A5C639B26916D505C3B5",
        authentication_material_type=AuthenticationMaterialType.ZIGBEE_QR_BAR_CODE,
        credential_locker_id=home_id,
        capability_report=CapabilityReport(
            version="1.0.0",
            endpoints=[
                CapabilityReportEndpoint(
                    id="1",
                    device_types=["On/Off Light"],
                    capabilities=[
                        CapabilityReportCapability(
                            id="matter.OnOff@1.4",
                            name="On/Off",
                            version="6",
                            properties=["OnOff"],
                            actions=["On", "Off", "Toggle"],
                            events=[],
                        )
                    ],
                )
            ],
        ),
    )
    reporter.step("managed_things.create", f"lamp {lamp.id}", holds=lamp.id != hub_id)

    thing = client.managed_things.wait_until_activated(lamp.id)
    reporter.step(
        "managed_things.wait_until_activated",
        f"{thing.name} is {thing.provisioning_status}, behind hub {thing.parent_controller_id}",
        holds=thing.parent_controller_id == hub_id,
    )

    report = client.managed_things.get_capabilities(lamp.id).capability_report
    actions = report.endpoints[0].capabilities[0].actions if report else ()
    reporter.step(
        "managed_things.get_capabilities",
        f"it can {', '.join(actions)}",
        holds=tuple(actions) == ("On", "Off", "Toggle"),
    )

    client.managed_things.update(lamp.id, name="Reading lamp", metadata={"room": "study"})
    thing = client.managed_things.get(lamp.id)
    reporter.step(
        "managed_things.update",
        f"its name is {thing.name}",
        holds=thing.name == "Reading lamp" and thing.metadata == {"room": "study"},
    )
    return lamp.id


TOGGLE = CommandEndpoint(
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


def switch_lamp(reporter: Reporter, client: Client, lamp_id: str) -> None:
    """Toggle the lamp, and read its new state."""
    reporter.chapter("The lamp is switched on")

    state = client.managed_things.get_state(lamp_id)
    reporter.step("managed_things.get_state", "nothing reported yet", holds=not is_on(state))

    sent = client.managed_things.send_command(lamp_id, endpoints=[TOGGLE])
    reporter.step(
        "managed_things.send_command", f"Toggle, trace {sent.trace_id}", holds=bool(sent.trace_id)
    )

    state = client.managed_things.get_state(lamp_id)
    reporter.step(
        "managed_things.get_state",
        "the lamp is on" if is_on(state) else "the lamp is off",
        holds=is_on(state),
    )


def is_on(state: ManagedThingState) -> bool:
    """Return True if the device last reported that it is on."""
    lamp = OnOff.of(state)
    return lamp is not None and lamp.on_off is True


def look_around(reporter: Reporter, client: Client, lamp_id: str) -> None:
    """List the devices, and tag one."""
    reporter.chapter("Listing and tags")

    names = {thing.name for thing in client.managed_things.list(max_results=1)}
    reporter.step(
        "managed_things.list",
        f"{', '.join(sorted(str(name) for name in names))}, from pages of one",
        holds=names == {"Hall hub", "Reading lamp"},
    )

    devices = client.managed_things.list(role_filter=Role.DEVICE).collect()
    reporter.step(
        "managed_things.list(role_filter=...)",
        f"{len(devices)} device",
        holds=[device.id for device in devices] == [lamp_id],
    )

    arn = client.managed_things.get(lamp_id).arn or ""
    client.tags.tag(arn, tags={"floor": "1", "owner": "Anna"})
    client.tags.untag(arn, tag_keys=["owner"])
    tags = client.tags.list(arn).tags
    reporter.step("tags.tag, tags.untag, tags.list", f"{tags}", holds=tags == {"floor": "1"})


def link_account(reporter: Reporter, client: Client) -> None:
    """Link a resident's account with a third party, and unlink it."""
    reporter.chapter("A resident's account with a third party")

    connector = client.cloud_connectors.create(
        name="Lighting Cloud",
        endpoint_config=EndpointConfig(
            lambda_=LambdaConfig(arn="arn:aws:lambda:eu-west-1:123456789012:function:lighting")
        ),
        endpoint_type=EndpointType.LAMBDA,
    )
    reporter.step("cloud_connectors.create", f"connector {connector.id}", holds=bool(connector.id))

    secret = SecretsManager(
        arn="arn:aws:secretsmanager:eu-west-1:123456789012:secret:lighting-AbCdEf",
        version_id="0123456789abcdef0123456789abcdef",
    )
    cloud = client.connector_destinations.create(
        name="Lighting Cloud",
        cloud_connector_id=connector.id,
        auth_type=AuthType.OAUTH,
        auth_config=AuthConfig(
            oauth=OAuthConfig(
                auth_url="https://login.example.com/authorize",
                token_url="https://login.example.com/token",  # noqa: S106  (an address)
                token_endpoint_authentication_scheme=TokenEndpointAuthenticationScheme.HTTP_BASIC,
            )
        ),
        secrets_manager=secret,
    )
    reporter.step("connector_destinations.create", f"destination {cloud.id}", holds=bool(cloud.id))

    link = client.account_associations.create(
        connector_destination_id=cloud.id, name="Anna at Lighting Cloud"
    )
    reporter.step(
        "account_associations.create",
        f"{link.association_state}; a sign-in page was given",
        holds=link.oauth_authorization_url.startswith("https://"),
    )

    settled = client.account_associations.wait_until_settled(link.account_association_id)
    reporter.step(
        "account_associations.wait_until_settled",
        settled.association_state,
        holds=settled.association_state == AssociationState.ASSOCIATION_SUCCEEDED,
    )

    client.account_associations.delete(link.account_association_id)
    leaving = client.account_associations.get(link.account_association_id)
    reporter.step(
        "account_associations.delete",
        leaving.association_state,
        holds=leaving.association_state == AssociationState.ASSOCIATION_DELETING,
    )

    missing: ResourceNotFoundError | None = None
    try:
        client.account_associations.get(link.account_association_id)
    except ResourceNotFoundError as error:
        missing = error
    reporter.step(
        "except ResourceNotFoundError",
        missing.message if missing else "it is still there",
        holds=missing is not None and missing.resource_id == link.account_association_id,
    )

    client.connector_destinations.delete(cloud.id)
    client.cloud_connectors.delete(connector.id)
    is_empty = client.cloud_connectors.list().first() is None
    reporter.step("cloud_connectors.delete", "no connector is left", holds=is_empty)


def meet_trouble(reporter: Reporter, client: Client, emulator: Emulator, lamp_id: str) -> None:
    """Meet a constraint before the network, retries after it, and a call that is never retried."""
    reporter.chapter("Trouble")

    calls_before = len(emulator.calls)
    refused: ConstraintError | None = None
    try:
        client.managed_things.update(lamp_id, name="Lamp #2", serial_number="24/17")
    except ConstraintError as error:
        refused = error
    sent = len(emulator.calls) - calls_before
    reporter.step(
        "except ConstraintError",
        f"{refused}\nRequests sent: {sent}",
        holds=refused is not None and len(refused.problems) == 2 and sent == 0,
    )

    emulator.faults.fail("GetManagedThing", "ThrottlingException", times=2)
    response = client.send(GetManagedThing(lamp_id))
    reporter.step(
        "send(GetManagedThing(...))",
        f"throttled twice, successful at attempt {response.attempts}",
        holds=response.attempts == 3,
    )

    emulator.faults.fail("SendManagedThingCommand", "InternalServerException", before_effect=False)
    failed: InternalServerError | None = None
    try:
        client.managed_things.send_command(lamp_id, endpoints=[TOGGLE])
    except InternalServerError as error:
        failed = error
    reporter.step(
        "except InternalServerError",
        f"attempts: {failed.attempts if failed else 'too many'}; a second Toggle would undo one",
        holds=failed is not None and not is_on(client.managed_things.get_state(lamp_id)),
    )


def keep_secrets(reporter: Reporter, client: Client, hub_id: str) -> None:
    """Read a sensitive member, which no repr shows."""
    reporter.chapter("Secrets")

    hub = client.managed_things.get(hub_id)
    shown = repr(hub)
    reporter.step(
        "repr(hub)",
        shown[shown.index("name=") : shown.index(", created_at=")],
        holds="serial_number='***'" in shown and "123456789524" not in shown,
    )
    reporter.step(
        "hub.serial_number",
        "available by its name only",
        holds=hub.serial_number == "123456789524",
    )


def move_out(
    reporter: Reporter, client: Client, *, home_id: str, hub_id: str, lamp_id: str
) -> None:
    """Delete everything, devices before their hub."""
    reporter.chapter("Moving out")

    for name, thing_id in (("lamp", lamp_id), ("hub", hub_id)):
        client.managed_things.delete(thing_id)
        client.managed_things.wait_until_deleted(thing_id)
        left = [thing.id for thing in client.managed_things.list()]
        reporter.step(
            "managed_things.wait_until_deleted", f"{name} gone", holds=thing_id not in left
        )

    client.credential_lockers.delete(home_id)
    is_empty = (
        client.managed_things.list().first() is None
        and client.credential_lockers.list().first() is None
        and client.account_associations.list().first() is None
    )
    reporter.step("credential_lockers.delete", "the home is empty", holds=is_empty)
