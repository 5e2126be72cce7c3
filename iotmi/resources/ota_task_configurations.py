"""OTA task configurations: how fast an update spreads, and when it is called off."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final

from attrs import field

from iotmi._binding import Family, M, call, paged
from iotmi._models.common import (
    ClientToken,
    MaxResults,
    NextToken,
    OtaDescription,
    OtaTaskConfigurationId,
)
from iotmi._schema.enums import OpenEnum
from iotmi._schema.model import Listing, Request, camel_model, model
from iotmi._schema.traits import SENSITIVE, Number, Text

OtaTaskConfigurationName = Annotated[str, Text(1, 128, r"[A-Za-z0-9-_ ]+"), SENSITIVE]
MinNumberOfExecutedThings = Annotated[int, Number(1, 100)]
ThresholdPercentage = Annotated[float, Number(None, 100)]
BaseRatePerMinute = Annotated[int, Number(1, 100)]
IncrementFactor = Annotated[float, Number(1.1, 5)]
NumberOfNotifiedThings = Annotated[int, Number(1, 100)]
NumberOfSucceededThings = Annotated[int, Number(1, 100)]
MaximumPerMinute = Annotated[int, Number(1, None)]
InProgressTimeoutInMinutes = Annotated[int, Number(1, 10080)]


class AbortCriteriaAction(OpenEnum):
    """What is done where too many things fail."""

    CANCEL = "CANCEL"


class AbortCriteriaFailureType(OpenEnum):
    """Which failures are counted."""

    FAILED = "FAILED"
    REJECTED = "REJECTED"
    TIMED_OUT = "TIMED_OUT"
    ALL = "ALL"


@model
class AbortConfigCriteria:
    """When a task is called off: so many things done, and so many percent of them failed.

    Limits: 1 to 100 things; at most 100 percent.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_AbortConfigCriteria.html
    """

    action: AbortCriteriaAction | None = None
    failure_type: AbortCriteriaFailureType | None = None
    min_number_of_executed_things: MinNumberOfExecutedThings | None = None
    threshold_percentage: ThresholdPercentage | None = None


@model
class OtaTaskAbortConfig:
    """When a task is called off: as soon as any of these is met.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_OtaTaskAbortConfig.html
    """

    abort_config_criteria_list: Sequence[AbortConfigCriteria] | None = None


@camel_model
class RolloutRateIncreaseCriteria:
    """After how many things, told or done, a rollout becomes faster: 1 to 100 of either.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_RolloutRateIncreaseCriteria.html
    """

    number_of_notified_things: NumberOfNotifiedThings | None = None
    number_of_succeeded_things: NumberOfSucceededThings | None = None


@model
class ExponentialRolloutRate:
    """A rollout that begins slowly and becomes faster by a factor.

    Limits: 1 to 100 things a minute at first; a factor from 1.1 to 5.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ExponentialRolloutRate.html
    """

    base_rate_per_minute: BaseRatePerMinute | None = None
    increment_factor: IncrementFactor | None = None
    rate_increase_criteria: RolloutRateIncreaseCriteria | None = None


@model
class OtaTaskExecutionRolloutConfig:
    """How many things a minute are told of an update: at most so many, and at first fewer.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_OtaTaskExecutionRolloutConfig.html
    """

    exponential_rollout_rate: ExponentialRolloutRate | None = None
    maximum_per_minute: MaximumPerMinute | None = None


@model
class OtaTaskTimeoutConfig:
    """How many minutes a thing may take for an update: 1 to 10080, which is a week.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_OtaTaskTimeoutConfig.html
    """

    in_progress_timeout_in_minutes: InProgressTimeoutInMinutes | None = None


@model
class PushConfig:
    """How an update is pushed: how fast, how long a thing may take, and when it is called off.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_PushConfig.html
    """

    abort_config: OtaTaskAbortConfig | None = None
    rollout_config: OtaTaskExecutionRolloutConfig | None = None
    timeout_config: OtaTaskTimeoutConfig | None = None


@model
class OtaTaskConfiguration:
    """An OTA task configuration. Its name is sensitive.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetOtaTaskConfiguration.html
    """

    task_configuration_id: OtaTaskConfigurationId
    name: OtaTaskConfigurationName | None = None
    push_config: PushConfig | None = None
    description: OtaDescription | None = None
    created_at: datetime | None = None


@model
class CreatedOtaTaskConfiguration:
    """What a creation tells of the new OTA task configuration.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CreateOtaTaskConfiguration.html
    """

    task_configuration_id: OtaTaskConfigurationId


@model
class OtaTaskConfigurationSummary:
    """What a listing tells of an OTA task configuration.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_OtaTaskConfigurationSummary.html
    """

    task_configuration_id: OtaTaskConfigurationId
    name: OtaTaskConfigurationName | None = None
    created_at: datetime | None = None


@model
class CreateOtaTaskConfiguration(Request[CreatedOtaTaskConfiguration]):
    """Make an OTA task configuration. It cannot be changed later.

    Limits: a name has 1 to 128, a description 1 to 256 letters, digits, hyphens, underscores and
    spaces.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CreateOtaTaskConfiguration.html
    """

    description: OtaDescription | None = None
    name: OtaTaskConfigurationName | None = None
    push_config: PushConfig | None = None
    client_token: ClientToken | None = None


@model
class GetOtaTaskConfiguration(Request[OtaTaskConfiguration]):
    """One OTA task configuration, by id.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetOtaTaskConfiguration.html
    """

    identifier: OtaTaskConfigurationId = field(kw_only=False)


@model
class ListOtaTaskConfigurations(Listing[OtaTaskConfigurationSummary]):
    """OTA task configurations, page by page as they are asked for.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ListOtaTaskConfigurations.html
    """

    next_token: NextToken | None = None
    max_results: MaxResults | None = None


@model
class DeleteOtaTaskConfiguration(Request[None]):
    """Delete an OTA task configuration.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_DeleteOtaTaskConfiguration.html
    """

    identifier: OtaTaskConfigurationId = field(kw_only=False)


class OtaTaskConfigurations(Family[M]):
    """How fast updates spread, and when they are called off."""

    create: Final = call(CreateOtaTaskConfiguration)
    """Make an OTA task configuration. It cannot be changed later."""
    get: Final = call(GetOtaTaskConfiguration)
    """One OTA task configuration, by id."""
    list: Final = paged(ListOtaTaskConfigurations)
    """OTA task configurations, page by page as they are asked for."""
    delete: Final = call(DeleteOtaTaskConfiguration)
    """Delete an OTA task configuration."""
