"""Runtime log configurations: log levels, storage and uploads of the logs of hubs and devices."""

from typing import Annotated, Final

from attrs import field

from iotmi._binding import Family, M, call
from iotmi._models.common import MANAGED_THING_ID, LogLevel
from iotmi._schema.model import Request, model


@model
class RuntimeLogConfigurations:
    """The log levels, the local storage and the uploads of one managed thing.

    The service returns ``DISABLED`` for a level that is switched off. A request cannot set that
    value. Things without a configuration log at ``WARN`` and store at most 125 KB.

    Attributes:
        log_level: least severe level to log.
        log_flush_level: least severe level to upload at once.
        local_store_location: directory of the log files on the device.
        local_store_file_rotation_max_files: number of log files kept on the device.
        local_store_file_rotation_max_bytes: size of one log file in bytes.
        upload_log: True to upload logs to the cloud.
        upload_period_minutes: minutes between uploads.
        delete_local_store_after_upload: True to delete log files after their upload.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_RuntimeLogConfigurations.html
    """

    log_level: LogLevel | None = None
    log_flush_level: LogLevel | None = None
    local_store_location: str | None = None
    local_store_file_rotation_max_files: int | None = None
    local_store_file_rotation_max_bytes: int | None = None
    upload_log: bool | None = None
    upload_period_minutes: int | None = None
    delete_local_store_after_upload: bool | None = None


@model
class RuntimeLogConfiguration:
    """The runtime log settings of one managed thing.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetRuntimeLogConfiguration.html
    """

    managed_thing_id: Annotated[str, MANAGED_THING_ID] | None = None
    runtime_log_configurations: RuntimeLogConfigurations | None = None


@model
class GetRuntimeLogConfiguration(Request[RuntimeLogConfiguration]):
    """Return the runtime log settings of a managed thing.

    Raises:
        ResourceNotFoundError: no managed thing has this id.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetRuntimeLogConfiguration.html
    """

    managed_thing_id: Annotated[str, MANAGED_THING_ID] = field(kw_only=False)


@model
class PutRuntimeLogConfiguration(Request[None]):
    """Replace the runtime log settings of a managed thing.

    Args:
        managed_thing_id: id of the managed thing.
        runtime_log_configurations: new settings.

    Raises:
        ResourceNotFoundError: no managed thing has this id.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_PutRuntimeLogConfiguration.html
    """

    managed_thing_id: Annotated[str, MANAGED_THING_ID] = field(kw_only=False)
    runtime_log_configurations: RuntimeLogConfigurations


@model
class ResetRuntimeLogConfiguration(Request[None]):
    """Reset the runtime log settings of a managed thing to the defaults.

    Raises:
        ResourceNotFoundError: no managed thing has this id.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ResetRuntimeLogConfiguration.html
    """

    managed_thing_id: Annotated[str, MANAGED_THING_ID] = field(kw_only=False)


# `RuntimeLogConfigurations` is the service's name for the settings of one thing.
class RuntimeLogConfigurationFamily(Family[M]):
    """Log levels, storage and uploads of the logs of hubs and devices."""

    get: Final = call(GetRuntimeLogConfiguration)
    put: Final = call(PutRuntimeLogConfiguration)
    reset: Final = call(ResetRuntimeLogConfiguration)
