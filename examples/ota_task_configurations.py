"""An update that begins with a few things, becomes faster, and ends itself if it goes wrong."""

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
        # 5 things a minute, twice as many after each 50 that succeeded, never more than 100.
        exponential_rollout_rate=ExponentialRolloutRate(
            base_rate_per_minute=5,
            increment_factor=2.0,
            rate_increase_criteria=RolloutRateIncreaseCriteria(number_of_succeeded_things=50),
        ),
        maximum_per_minute=100,
    ),
    timeout_config=OtaTaskTimeoutConfig(in_progress_timeout_in_minutes=60),
    # Over as soon as 10 are done and a fifth of them failed.
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
    """The id of the configuration named Careful, which is made if there is none."""
    for summary in client.ota_task_configurations.list():
        if summary.name == "Careful":
            return summary.task_configuration_id
    made = client.ota_task_configurations.create(name="Careful", push_config=CAREFUL)
    return made.task_configuration_id


def main() -> None:
    """Run on the emulator; with an AWS account, `iotmi.Client()` takes its client's place."""
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
