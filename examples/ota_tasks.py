"""Update the firmware of all hubs over the air, and count the outcomes."""

from collections import Counter

from iotmi import AuthenticationMaterialType, Client, OtaType, Role
from iotmi.emulator import Emulator

JOB_DOCUMENT = "https://firmware.s3.eu-west-1.amazonaws.com/hub-2.1.json"


def update_hubs(client: Client) -> str:
    """Start an update of every hub of the account, and return the task's id."""
    hubs = client.managed_things.list(role_filter=Role.CONTROLLER)
    task = client.ota_tasks.create(
        s3_url=JOB_DOCUMENT,
        ota_type=OtaType.ONE_TIME,
        target=[hub.arn for hub in hubs if hub.arn],
        description="Hub firmware 2-1",
    )
    return task.task_id


def outcomes(client: Client, task_id: str) -> Counter[str]:
    """Count the things by the status of their update."""
    return Counter(
        execution.task_execution_summary.status
        for execution in client.ota_tasks.list_executions(task_id)
        if execution.task_execution_summary and execution.task_execution_summary.status
    )


def main() -> None:
    """Run on the emulator. With an AWS account, use `iotmi.Client()` instead."""
    with Emulator() as emulator:
        # The waiters of this client do not sleep between polls.
        client = emulator.client()
        for number in range(3):
            client.managed_things.create(
                role=Role.CONTROLLER,
                authentication_material=f"SN:12345678952{number};UPC:829576019524",
                authentication_material_type=AuthenticationMaterialType.WIFI_SETUP_QR_BAR_CODE,
            )
        task_id = update_hubs(client)
        task = client.ota_tasks.wait_until_finished(task_id, timeout=4 * 3600)
        print("The task is", task.status)
        for status, count in outcomes(client, task_id).items():
            print(count, status)
        client.ota_tasks.delete(task_id)


if __name__ == "__main__":
    main()
