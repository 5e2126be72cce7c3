"""Roll out an update that starts slowly, accelerates, and aborts after too many failures."""

from iotmi import (
    AbortConfigCriteria,
    AbortCriteriaAction,
    AbortCriteriaFailureType,
    Client,
    ExponentialRolloutRate,
    OtaTaskAbortConfig,
    OtaTaskExecutionRolloutConfig,
    OtaTaskTimeoutConfig,
    OtaType,
    PushConfig,
    RolloutRateIncreaseCriteria,
)
from iotmi.emulator import Emulator

CAREFUL = PushConfig(
    rollout_config=OtaTaskExecutionRolloutConfig(
        # 5 things per minute, doubled after each 50 updated things, at most 100.
        exponential_rollout_rate=ExponentialRolloutRate(
            base_rate_per_minute=5,
            increment_factor=2.0,
            rate_increase_criteria=RolloutRateIncreaseCriteria(number_of_succeeded_things=50),
        ),
        maximum_per_minute=100,
    ),
    timeout_config=OtaTaskTimeoutConfig(in_progress_timeout_in_minutes=60),
    # Cancel the update if 20 % of at least 10 finished things failed.
    abort_config=OtaTaskAbortConfig(
        abort_config_criteria_list=[
            AbortConfigCriteria(
                action=AbortCriteriaAction.CANCEL,
                failure_type=AbortCriteriaFailureType.ALL,
                min_number_of_executed_things=10,
                threshold_percentage=20.0,
            )
        ]
    ),
)


def careful_configuration(client: Client) -> str:
    """Return the id of the configuration named Careful, created if missing."""
    for summary in client.ota_task_configurations.list():
        if summary.name == "Careful":
            return summary.task_configuration_id
    created = client.ota_task_configurations.create(name="Careful", push_config=CAREFUL)
    return created.task_configuration_id


def main() -> None:
    """Run on the emulator. With an AWS account, use `iotmi.Client()` instead."""
    with Emulator() as emulator:
        client = emulator.client()
        for job in ("hub-2.1", "hub-2.2"):
            client.ota_tasks.create(
                s3_url=f"https://firmware.s3.eu-west-1.amazonaws.com/{job}.json",
                ota_type=OtaType.CONTINUOUS,
                ota_target_query_string="attributes.ring=late",
                task_configuration_id=careful_configuration(client),
            )
        print(len(client.ota_tasks.list().collect()), "tasks")
        print(len(client.ota_task_configurations.list().collect()), "configuration")


if __name__ == "__main__":
    main()
