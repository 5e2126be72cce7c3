"""Provisioning profiles: the way hubs and devices obtain their first certificates."""

from collections.abc import Mapping
from typing import Annotated, Final

from attrs import field

from iotmi._binding import Family, M, call, flow, paged
from iotmi._models.common import CLIENT_TOKEN, MAX_RESULTS, NEXT_TOKEN, TAGS
from iotmi._sansio.steps import Steps
from iotmi._sansio.waiter import wait_until
from iotmi._schema.enums import OpenEnum
from iotmi._schema.model import Listing, Request, model
from iotmi._schema.traits import SENSITIVE, Text
from iotmi.waiting import DEFAULT_POLL_INTERVAL, PollInterval

PROVISIONING_PROFILE_ID: Final = Text(1, 64, r"[A-Za-z0-9-_]+")
PROVISIONING_PROFILE_NAME: Final = Text(1, 36, r"[0-9A-Za-z_-]+")
PROVISIONING_PROFILE_ARN: Final = Text(
    32,
    64,
    r"arn:aws:iotmanagedintegrations:[0-9a-zA-Z-]+:[0-9]+:provisioning-profile/[0-9a-zA-Z]+",
)
CA_CERTIFICATE: Final = (
    Text(pattern=r"-----BEGIN CERTIFICATE-----.*(.|\n)*-----END CERTIFICATE-----\n?"),
    SENSITIVE,
)


class ProvisioningType(OpenEnum):
    """The way a device obtains its own certificate.

    ``FLEET_PROVISIONING`` exchanges a claim certificate for a certificate. ``JITR`` (just-in-time
    registration) registers the certificate that the device was manufactured with.
    """

    FLEET_PROVISIONING = "FLEET_PROVISIONING"
    JITR = "JITR"


class ProvisioningProfileStatus(OpenEnum):
    """The progress of the creation or deletion of a profile."""

    CREATE_IN_PROGRESS = "CREATE_IN_PROGRESS"
    CREATE_FAILED = "CREATE_FAILED"
    CREATED = "CREATED"
    DELETE_IN_PROGRESS = "DELETE_IN_PROGRESS"
    DELETE_FAILED = "DELETE_FAILED"


@model
class ProvisioningProfile:
    """The way hubs and devices of one kind obtain their first certificates.

    Attributes:
        arn: Amazon Resource Name.
        name: name, 1 to 36 characters. Hubs refer to a profile by its name.
        provisioning_type: way to obtain a certificate.
        id: id of the profile, 1 to 64 characters.
        status: progress of the creation or deletion.
        claim_certificate: claim certificate in PEM; sensitive.
        tags: AWS tags; sensitive.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetProvisioningProfile.html
    """

    arn: Annotated[str, PROVISIONING_PROFILE_ARN] | None = None
    name: Annotated[str, PROVISIONING_PROFILE_NAME] | None = None
    provisioning_type: ProvisioningType | None = None
    id: Annotated[str, PROVISIONING_PROFILE_ID]
    status: ProvisioningProfileStatus | None = None
    claim_certificate: Annotated[str, SENSITIVE] | None = None
    tags: Annotated[Mapping[str, str], TAGS] | None = None


@model
class CreatedProvisioningProfile:
    """A new provisioning profile, with the private key of its claim certificate.

    Attributes:
        arn: Amazon Resource Name.
        name: name, 1 to 36 characters.
        provisioning_type: way to obtain a certificate.
        id: id of the profile.
        status: progress of the creation.
        claim_certificate: claim certificate in PEM; sensitive.
        claim_certificate_private_key: private key in PEM, returned only here: store it; sensitive.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CreateProvisioningProfile.html
    """

    arn: Annotated[str, PROVISIONING_PROFILE_ARN]
    name: Annotated[str, PROVISIONING_PROFILE_NAME] | None = None
    provisioning_type: ProvisioningType | None = None
    id: Annotated[str, PROVISIONING_PROFILE_ID]
    status: ProvisioningProfileStatus | None = None
    claim_certificate: Annotated[str, SENSITIVE] | None = None
    claim_certificate_private_key: Annotated[str, SENSITIVE] | None = None


@model
class ProvisioningProfileSummary:
    """A provisioning profile as listed. `ProvisioningProfile` describes the members.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ProvisioningProfileSummary.html
    """

    name: Annotated[str, PROVISIONING_PROFILE_NAME] | None = None
    id: Annotated[str, PROVISIONING_PROFILE_ID]
    arn: Annotated[str, PROVISIONING_PROFILE_ARN] | None = None
    provisioning_type: ProvisioningType | None = None
    status: ProvisioningProfileStatus | None = None


@model
class CreateProvisioningProfile(Request[CreatedProvisioningProfile]):
    """Create a provisioning profile. The profile cannot be changed later.

    The service creates a claim certificate with a private key if none is given.

    Args:
        provisioning_type: way to obtain a certificate.
        ca_certificate: certificate of the authority that signed the devices' certificates, in PEM;
            sensitive.
        claim_certificate: claim certificate in PEM; sensitive.
        name: 1 to 36 letters, digits, hyphens and underscores.
        client_token: idempotency token, 1 to 64 characters; generated if None.
        tags: AWS tags, 1 to 50; sensitive.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CreateProvisioningProfile.html
    """

    provisioning_type: ProvisioningType
    ca_certificate: Annotated[str, CA_CERTIFICATE] | None = None
    claim_certificate: Annotated[str, SENSITIVE] | None = None
    name: Annotated[str, PROVISIONING_PROFILE_NAME] | None = None
    client_token: Annotated[str, CLIENT_TOKEN] | None = None
    tags: Annotated[Mapping[str, str], TAGS] | None = None


@model
class GetProvisioningProfile(Request[ProvisioningProfile]):
    """Return the provisioning profile with this id.

    Raises:
        ResourceNotFoundError: no provisioning profile has this id.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetProvisioningProfile.html
    """

    identifier: Annotated[str, PROVISIONING_PROFILE_ID] = field(kw_only=False)


@model
class ListProvisioningProfiles(Listing[ProvisioningProfileSummary]):
    """Return a pager over the provisioning profiles.

    Args:
        next_token: token of the first page to request.
        max_results: items on one page, 1 to 1000.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ListProvisioningProfiles.html
    """

    next_token: Annotated[str, NEXT_TOKEN] | None = None
    max_results: Annotated[int, MAX_RESULTS] | None = None


@model
class DeleteProvisioningProfile(Request[None]):
    """Delete a provisioning profile asynchronously.

    Raises:
        ResourceNotFoundError: no provisioning profile has this id.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_DeleteProvisioningProfile.html
    """

    identifier: Annotated[str, PROVISIONING_PROFILE_ID] = field(kw_only=False)


_NOT_USABLE = frozenset(
    {
        ProvisioningProfileStatus.CREATE_FAILED,
        ProvisioningProfileStatus.DELETE_IN_PROGRESS,
        ProvisioningProfileStatus.DELETE_FAILED,
    }
)


def _until_created(
    identifier: str, *, timeout: float = 300.0, pauses: PollInterval = DEFAULT_POLL_INTERVAL
) -> Steps[ProvisioningProfile]:
    """Wait until a provisioning profile can be used, and return the profile.

    Args:
        identifier: id of the profile.
        timeout: longest wait in seconds.
        pauses: how often to poll, a `PollInterval`.

    Raises:
        WaitFailedError: the creation failed, or the profile is being deleted; `last_value` of the
            error is the profile.
        WaitTimeoutError: the profile was not created in time; `last_value` of the error is the
            profile.
    """
    return wait_until(
        GetProvisioningProfile(identifier),
        expected=f"provisioning profile {identifier} CREATED",
        is_success=lambda profile: profile.status == ProvisioningProfileStatus.CREATED,
        is_failure=lambda profile: profile.status in _NOT_USABLE,
        timeout=timeout,
        poll_interval=pauses,
    )


class ProvisioningProfiles(Family[M]):
    """Settings by which hubs and devices obtain their first certificates."""

    create: Final = call(CreateProvisioningProfile)
    get: Final = call(GetProvisioningProfile)
    list: Final = paged(ListProvisioningProfiles)
    delete: Final = call(DeleteProvisioningProfile)
    wait_until_created: Final = flow(_until_created)
