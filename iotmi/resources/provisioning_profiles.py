"""Provisioning profiles: how hubs and devices of a kind first prove that they are yours."""

from typing import Annotated, Final

from attrs import field

from iotmi._binding import Family, M, call, flow, paged
from iotmi._models.common import ClientToken, MaxResults, NextToken, TagMap
from iotmi._sansio.steps import Steps
from iotmi._sansio.waiter import wait_until
from iotmi._schema.enums import OpenEnum
from iotmi._schema.model import Listing, Request, model
from iotmi._schema.traits import SENSITIVE, Text
from iotmi.waiting import DEFAULT_POLL_INTERVAL, PollInterval

ProvisioningProfileId = Annotated[str, Text(1, 64, r"[A-Za-z0-9-_]+")]
ProvisioningProfileName = Annotated[str, Text(1, 36, r"[0-9A-Za-z_-]+")]
ProvisioningProfileArn = Annotated[
    str,
    Text(
        32,
        64,
        r"arn:aws:iotmanagedintegrations:[0-9a-zA-Z-]+:[0-9]+:provisioning-profile/[0-9a-zA-Z]+",
    ),
]
CaCertificate = Annotated[
    str,
    Text(pattern=r"-----BEGIN CERTIFICATE-----.*(.|\n)*-----END CERTIFICATE-----\n?"),
    SENSITIVE,
]
ClaimCertificate = Annotated[str, SENSITIVE]
ClaimCertificatePrivateKey = Annotated[str, SENSITIVE]


class ProvisioningType(OpenEnum):
    """How a device gets its own certificate.

    ``FLEET_PROVISIONING`` exchanges a claim certificate for it; ``JITR`` registers the one that the
    device was made with, just in time.
    """

    FLEET_PROVISIONING = "FLEET_PROVISIONING"
    JITR = "JITR"


class ProvisioningProfileStatus(OpenEnum):
    """How far the making or the deletion of a profile has come."""

    CREATE_IN_PROGRESS = "CREATE_IN_PROGRESS"
    CREATE_FAILED = "CREATE_FAILED"
    CREATED = "CREATED"
    DELETE_IN_PROGRESS = "DELETE_IN_PROGRESS"
    DELETE_FAILED = "DELETE_FAILED"


@model
class ProvisioningProfile:
    """A provisioning profile. A hub knows it by its name.

    The claim certificate is sensitive; its private key is told at creation only.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetProvisioningProfile.html
    """

    arn: ProvisioningProfileArn | None = None
    name: ProvisioningProfileName | None = None
    provisioning_type: ProvisioningType | None = None
    id: ProvisioningProfileId
    status: ProvisioningProfileStatus | None = None
    claim_certificate: ClaimCertificate | None = None
    tags: TagMap | None = None


@model
class CreatedProvisioningProfile:
    """What a creation tells of the new provisioning profile.

    `claim_certificate_private_key` is told here and never again: keep it. It and the certificate
    are sensitive.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CreateProvisioningProfile.html
    """

    arn: ProvisioningProfileArn
    name: ProvisioningProfileName | None = None
    provisioning_type: ProvisioningType | None = None
    id: ProvisioningProfileId
    status: ProvisioningProfileStatus | None = None
    claim_certificate: ClaimCertificate | None = None
    claim_certificate_private_key: ClaimCertificatePrivateKey | None = None


@model
class ProvisioningProfileSummary:
    """What a listing tells of a provisioning profile.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ProvisioningProfileSummary.html
    """

    name: ProvisioningProfileName | None = None
    id: ProvisioningProfileId
    arn: ProvisioningProfileArn | None = None
    provisioning_type: ProvisioningType | None = None
    status: ProvisioningProfileStatus | None = None


@model
class CreateProvisioningProfile(Request[CreatedProvisioningProfile]):
    """Make a provisioning profile. It cannot be changed later.

    Without a `claim_certificate` of your own the service makes one, with its key. Certificates are
    in PEM. Limits: a name has 1 to 36 letters, digits, hyphens and underscores; up to 50 tags.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CreateProvisioningProfile.html
    """

    provisioning_type: ProvisioningType
    ca_certificate: CaCertificate | None = None
    claim_certificate: ClaimCertificate | None = None
    name: ProvisioningProfileName | None = None
    client_token: ClientToken | None = None
    tags: TagMap | None = None


@model
class GetProvisioningProfile(Request[ProvisioningProfile]):
    """One provisioning profile, by id.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetProvisioningProfile.html
    """

    identifier: ProvisioningProfileId = field(kw_only=False)


@model
class ListProvisioningProfiles(Listing[ProvisioningProfileSummary]):
    """Provisioning profiles, page by page as they are asked for.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ListProvisioningProfiles.html
    """

    next_token: NextToken | None = None
    max_results: MaxResults | None = None


@model
class DeleteProvisioningProfile(Request[None]):
    """Delete a provisioning profile. It takes time.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_DeleteProvisioningProfile.html
    """

    identifier: ProvisioningProfileId = field(kw_only=False)


_LOST = frozenset(
    {
        ProvisioningProfileStatus.CREATE_FAILED,
        ProvisioningProfileStatus.DELETE_IN_PROGRESS,
        ProvisioningProfileStatus.DELETE_FAILED,
    }
)


def _until_created(
    identifier: str, *, timeout: float = 300.0, pauses: PollInterval = DEFAULT_POLL_INTERVAL
) -> Steps[ProvisioningProfile]:
    """Wait until a provisioning profile can be used, and give it.

    Args:
        identifier: the profile's id.
        timeout: seconds to wait at most.
        pauses: how often to look.

    Raises:
        WaitFailedError: it could not be made, or is being deleted; the error's ``value`` is the
            profile.
        WaitTimeoutError: it was not made in time; the error's ``value`` is the profile.
    """
    return wait_until(
        GetProvisioningProfile(identifier),
        expected=f"provisioning profile {identifier} CREATED",
        is_success=lambda profile: profile.status == ProvisioningProfileStatus.CREATED,
        is_failure=lambda profile: profile.status in _LOST,
        timeout=timeout,
        poll_interval=pauses,
    )


class ProvisioningProfiles(Family[M]):
    """How hubs and devices of a kind first prove that they are yours."""

    create: Final = call(CreateProvisioningProfile)
    """Make a provisioning profile. It cannot be changed later."""
    get: Final = call(GetProvisioningProfile)
    """One provisioning profile, by id."""
    list: Final = paged(ListProvisioningProfiles)
    """Provisioning profiles, page by page as they are asked for."""
    delete: Final = call(DeleteProvisioningProfile)
    """Delete a provisioning profile. It takes time."""
    wait_until_created: Final = flow(_until_created)
    """Wait until a provisioning profile can be used, and give it."""
