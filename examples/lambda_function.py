"""Rename things in a Lambda function, with one client for all invocations and typed errors."""

import os
from collections.abc import Mapping

import iotmi
from iotmi.emulator import Emulator

# Created once, when Lambda loads the module, so that invocations share the connections. The limits
# keep a call shorter than the timeout of the function.
CLIENT = iotmi.Client(
    region_name=os.environ.get("AWS_REGION", "eu-west-1"),
    retry=iotmi.RetryPolicy(max_attempts=4, max_backoff=2.0),
    timeout=20,
)


def handler(
    event: Mapping[str, str], context: object, *, client: iotmi.Client = CLIENT
) -> dict[str, str | int]:
    """Rename the thing that the event names. Only tests pass a client."""
    del context
    try:
        client.managed_things.update(event["thing_id"], name=event["name"])
    except iotmi.ConstraintError as error:
        return {"status": 400, "reason": str(error)}
    except iotmi.ResourceNotFoundError as error:
        return {"status": 404, "reason": error.message}
    # Other errors fail the invocation. Lambda retries it and logs the message with its request id.
    return {"status": 200}


def main() -> None:
    """Invoke the handler on the emulator."""
    with Emulator() as emulator:
        client = emulator.client()
        hub = client.managed_things.create(
            role=iotmi.Role.CONTROLLER,
            authentication_material="SN:123456789524;UPC:829576019524",
            authentication_material_type=iotmi.AuthenticationMaterialType.WIFI_SETUP_QR_BAR_CODE,
        )
        for event in (
            {"thing_id": hub.id, "name": "Hall hub"},
            {"thing_id": hub.id, "name": "Hub #1"},
            {"thing_id": "unknown", "name": "Hall hub"},
        ):
            print(handler(event, None, client=client))


if __name__ == "__main__":
    main()
