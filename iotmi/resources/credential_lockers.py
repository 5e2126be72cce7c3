"""Credential lockers: households. A hub and its devices must share one to trust each other."""

from datetime import datetime
from typing import Annotated, Final

from attrs import field

from iotmi._binding import Family, M, call, paged
from iotmi._models.common import (
    ClientToken,
    CredentialLockerId,
    MaxResults,
    NextToken,
    TagMap,
)
from iotmi._schema.model import Listing, Request, model
from iotmi._schema.traits import SENSITIVE, Text

CredentialLockerName = Annotated[str, Text(1, 128, r"[A-Za-z0-9-_ ]+"), SENSITIVE]
CredentialLockerArn = Annotated[
    str,
    Text(
        32,
        1011,
        "arn:aws:iotmanagedintegrations:[0-9a-zA-Z-]+:[0-9]+:credential-locker/[0-9a-zA-Z]+",
    ),
]


@model
class CredentialLocker:
    """A credential locker.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetCredentialLocker.html
    """

    id: CredentialLockerId
    arn: CredentialLockerArn | None = None
    name: CredentialLockerName | None = None
    created_at: datetime | None = None
    tags: TagMap | None = None


@model
class CredentialLockerSummary:
    """What a listing tells of a credential locker.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CredentialLockerSummary.html
    """

    id: CredentialLockerId
    arn: CredentialLockerArn | None = None
    name: CredentialLockerName | None = None
    created_at: datetime | None = None


@model
class CreatedCredentialLocker:
    """What a creation tells of the new credential locker.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CreateCredentialLocker.html
    """

    id: CredentialLockerId
    arn: CredentialLockerArn
    created_at: datetime


@model
class CreateCredentialLocker(Request[CreatedCredentialLocker]):
    """Make a credential locker.

    Limits: a name has 1 to 128 letters, digits, hyphens, underscores and spaces; names need not be
    unique. Up to 50 tags. The service may answer with `ServiceQuotaExceededError`.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CreateCredentialLocker.html
    """

    name: CredentialLockerName | None = None
    client_token: ClientToken | None = None
    tags: TagMap | None = None


@model
class GetCredentialLocker(Request[CredentialLocker]):
    """One credential locker, by id.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetCredentialLocker.html
    """

    identifier: CredentialLockerId = field(kw_only=False)


@model
class ListCredentialLockers(Listing[CredentialLockerSummary]):
    """Credential lockers, page by page as they are asked for.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ListCredentialLockers.html
    """

    next_token: NextToken | None = None
    max_results: MaxResults | None = None


@model
class DeleteCredentialLocker(Request[None]):
    """Delete a credential locker for good. Devices in it lose what lets them trust each other.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_DeleteCredentialLocker.html
    """

    identifier: CredentialLockerId = field(kw_only=False)


class CredentialLockers(Family[M]):
    """Households: what keeps the credentials that a hub and its devices share."""

    create: Final = call(CreateCredentialLocker)
    """Make a credential locker."""
    get: Final = call(GetCredentialLocker)
    """One credential locker, by id."""
    list: Final = paged(ListCredentialLockers)
    """Credential lockers, page by page as they are asked for."""
    delete: Final = call(DeleteCredentialLocker)
    """Delete a credential locker for good. Devices in it lose what lets them trust each other."""
