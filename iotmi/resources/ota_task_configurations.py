"""OTA task configurations: rollout rate, timeout and abort criteria of over-the-air updates."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final

from attrs import field

from iotmi._binding import Family, M, call, paged
from iotmi._models.common import (
    CLIENT_TOKEN,
    MAX_RESULTS,
    NEXT_TOKEN,
    OTA_DESCRIPTION,
    OTA_TASK_CONFIGURATION_ID,
)
from iotmi._schema.enums import OpenEnum
from iotmi._schema.model import Listing, Request, camel_model, model
from iotmi._schema.traits import SENSITIVE, Number, Text

OTA_TASK_CONFIGURATION_NAME: Final = (Text(1, 128, r"[A-Za-z0-9-_ ]+"), SENSITIVE)


class AbortCriteriaAction(OpenEnum):
    """The action taken when too many things fail."""

    CANCEL = "CANCEL"


class AbortCriteriaFailureType(OpenEnum):
    """The kind of failure that abort criteria count."""

    FAILED = "FAILED"
    REJECTED = "REJECTED"
    TIMED_OUT = "TIMED_OUT"
    ALL = "ALL"


@model
class AbortConfigCriteria:
    """The condition for aborting an update: a share of failures after a number of finished things.

    Attributes:
        action: action to take.
        failure_type: kind of failure to count.
        min_number_of_executed_things: finished things before the condition applies, 1 to 100.
        threshold_percentage: share of failures in percent, at most 100.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_AbortConfigCriteria.html
    """

    action: AbortCriteriaAction | None = None
    failure_type: AbortCriteriaFailureType | None = None
    min_number_of_executed_things: Annotated[int, Number(1, 100)] | None = None
    threshold_percentage: Annotated[float, Number(None, 100)] | None = None


@model
class OtaTaskAbortConfig:
    """The conditions for aborting an update. The first condition that holds aborts the update.

    Attributes:
        abort_config_criteria_list: conditions.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_OtaTaskAbortConfig.html
    """

    abort_config_criteria_list: Sequence[AbortConfigCriteria] | None = None


@camel_model
class RolloutRateIncreaseCriteria:
    """The number of things after which a rollout accelerates.

    Attributes:
        number_of_notified_things: notified things, 1 to 100.
        number_of_succeeded_things: successfully updated things, 1 to 100.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_RolloutRateIncreaseCriteria.html
    """

    number_of_notified_things: Annotated[int, Number(1, 100)] | None = None
    number_of_succeeded_things: Annotated[int, Number(1, 100)] | None = None


@model
class ExponentialRolloutRate:
    """A rollout rate that grows by a constant factor.

    Attributes:
        base_rate_per_minute: things notified per minute at the start, 1 to 100.
        increment_factor: factor of each acceleration, 1.1 to 5.
        rate_increase_criteria: number of things before each acceleration.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ExponentialRolloutRate.html
    """

    base_rate_per_minute: Annotated[int, Number(1, 100)] | None = None
    increment_factor: Annotated[float, Number(1.1, 5)] | None = None
    rate_increase_criteria: RolloutRateIncreaseCriteria | None = None


@model
class OtaTaskExecutionRolloutConfig:
    """The rate at which an update notifies things.

    Attributes:
        exponential_rollout_rate: growing rate.
        maximum_per_minute: highest rate in things per minute, at least 1.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_OtaTaskExecutionRolloutConfig.html
    """

    exponential_rollout_rate: ExponentialRolloutRate | None = None
    maximum_per_minute: Annotated[int, Number(1, None)] | None = None


@model
class OtaTaskTimeoutConfig:
    """The time that one thing may take for an update.

    Attributes:
        in_progress_timeout_in_minutes: time in minutes, 1 to 10080 (one week).

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_OtaTaskTimeoutConfig.html
    """

    in_progress_timeout_in_minutes: Annotated[int, Number(1, 10080)] | None = None


@model
class PushConfig:
    """The settings of a pushed update.

    Attributes:
        abort_config: conditions for aborting the update.
        rollout_config: rate of the rollout.
        timeout_config: time that one thing may take.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_PushConfig.html
    """

    abort_config: OtaTaskAbortConfig | None = None
    rollout_config: OtaTaskExecutionRolloutConfig | None = None
    timeout_config: OtaTaskTimeoutConfig | None = None


@model
class OtaTaskConfiguration:
    """The settings for OTA tasks.

    Attributes:
        task_configuration_id: id of the configuration, 1 to 64 letters and digits.
        name: name, 1 to 128 characters; sensitive.
        push_config: rollout, timeout and abort settings.
        description: free text, 1 to 256 characters.
        created_at: time of creation.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetOtaTaskConfiguration.html
    """

    task_configuration_id: Annotated[str, OTA_TASK_CONFIGURATION_ID]
    name: Annotated[str, OTA_TASK_CONFIGURATION_NAME] | None = None
    push_config: PushConfig | None = None
    description: Annotated[str, OTA_DESCRIPTION] | None = None
    created_at: datetime | None = None


@model
class CreatedOtaTaskConfiguration:
    """The id of a new OTA task configuration.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CreateOtaTaskConfiguration.html
    """

    task_configuration_id: Annotated[str, OTA_TASK_CONFIGURATION_ID]


@model
class OtaTaskConfigurationSummary:
    """An OTA task configuration as listed. `OtaTaskConfiguration` describes the members.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_OtaTaskConfigurationSummary.html
    """

    task_configuration_id: Annotated[str, OTA_TASK_CONFIGURATION_ID]
    name: Annotated[str, OTA_TASK_CONFIGURATION_NAME] | None = None
    created_at: datetime | None = None


@model
class CreateOtaTaskConfiguration(Request[CreatedOtaTaskConfiguration]):
    """Create an OTA task configuration. The configuration cannot be changed later.

    Args:
        description: 1 to 256 letters, digits, hyphens, underscores and spaces.
        name: 1 to 128 of the same characters; sensitive.
        push_config: rollout, timeout and abort settings.
        client_token: idempotency token, 1 to 64 characters; generated if None.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CreateOtaTaskConfiguration.html
    """

    description: Annotated[str, OTA_DESCRIPTION] | None = None
    name: Annotated[str, OTA_TASK_CONFIGURATION_NAME] | None = None
    push_config: PushConfig | None = None
    client_token: Annotated[str, CLIENT_TOKEN] | None = None


@model
class GetOtaTaskConfiguration(Request[OtaTaskConfiguration]):
    """Return the OTA task configuration with this id.

    Raises:
        ResourceNotFoundError: no OTA task configuration has this id.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetOtaTaskConfiguration.html
    """

    identifier: Annotated[str, OTA_TASK_CONFIGURATION_ID] = field(kw_only=False)


@model
class ListOtaTaskConfigurations(Listing[OtaTaskConfigurationSummary]):
    """Return a pager over the OTA task configurations.

    Args:
        next_token: token of the first page to request.
        max_results: items on one page, 1 to 1000.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ListOtaTaskConfigurations.html
    """

    next_token: Annotated[str, NEXT_TOKEN] | None = None
    max_results: Annotated[int, MAX_RESULTS] | None = None


@model
class DeleteOtaTaskConfiguration(Request[None]):
    """Delete an OTA task configuration.

    Raises:
        ResourceNotFoundError: no OTA task configuration has this id.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_DeleteOtaTaskConfiguration.html
    """

    identifier: Annotated[str, OTA_TASK_CONFIGURATION_ID] = field(kw_only=False)


class OtaTaskConfigurations(Family[M]):
    """Settings of over-the-air updates: rollout rate, timeout and abort criteria."""

    create: Final = call(CreateOtaTaskConfiguration)
    get: Final = call(GetOtaTaskConfiguration)
    list: Final = paged(ListOtaTaskConfigurations)
    delete: Final = call(DeleteOtaTaskConfiguration)
