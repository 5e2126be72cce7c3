"""Runtime log configurations: what a hub or a device logs, and when it sends that to the cloud."""

from typing import Final

from attrs import field

from iotmi._binding import Family, M, call
from iotmi._models.common import LogLevel, ManagedThingId
from iotmi._schema.model import Request, model


@model
class RuntimeLogConfigurations:
    """What a thing logs, where it keeps that, and when it sends it to the cloud.

    Levels are the lowest that is written, and the lowest that is sent at once: answered as
    ``DISABLED`` where none is, which the model does not know and a request cannot say. Things that
    were told nothing write ``WARN`` and keep at most 125 KB on the device.

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
    """One managed thing, and what it logs.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetRuntimeLogConfiguration.html
    """

    managed_thing_id: ManagedThingId | None = None
    runtime_log_configurations: RuntimeLogConfigurations | None = None


@model
class GetRuntimeLogConfiguration(Request[RuntimeLogConfiguration]):
    """What a managed thing logs.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetRuntimeLogConfiguration.html
    """

    managed_thing_id: ManagedThingId = field(kw_only=False)


@model
class PutRuntimeLogConfiguration(Request[None]):
    """Set what a managed thing logs, in place of what was set before.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_PutRuntimeLogConfiguration.html
    """

    managed_thing_id: ManagedThingId = field(kw_only=False)
    runtime_log_configurations: RuntimeLogConfigurations


@model
class ResetRuntimeLogConfiguration(Request[None]):
    """Have a managed thing log again as if nothing had been set.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ResetRuntimeLogConfiguration.html
    """

    managed_thing_id: ManagedThingId = field(kw_only=False)


# The plain plural is the service's name for the settings themselves.
class RuntimeLogConfigurationFamily(Family[M]):
    """What hubs and devices log, and when they send it to the cloud."""

    get: Final = call(GetRuntimeLogConfiguration)
    """What a managed thing logs."""
    put: Final = call(PutRuntimeLogConfiguration)
    """Set what a managed thing logs, in place of what was set before."""
    reset: Final = call(ResetRuntimeLogConfiguration)
    """Have a managed thing log again as if nothing had been set."""
