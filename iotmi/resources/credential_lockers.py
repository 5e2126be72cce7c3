"""Credential lockers: groups of a hub and its devices that share credentials."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final

from attrs import field

from iotmi._binding import Family, M, call, paged
from iotmi._models.common import CLIENT_TOKEN, CREDENTIAL_LOCKER_ID, MAX_RESULTS, NEXT_TOKEN, TAGS
from iotmi._schema.model import Listing, Request, model
from iotmi._schema.traits import SENSITIVE, Text

CREDENTIAL_LOCKER_NAME: Final = (Text(1, 128, r"[A-Za-z0-9-_ ]+"), SENSITIVE)
CREDENTIAL_LOCKER_ARN: Final = Text(
    32,
    1011,
    "arn:aws:iotmanagedintegrations:[0-9a-zA-Z-]+:[0-9]+:credential-locker/[0-9a-zA-Z]+",
)


@model
class CredentialLocker:
    """A group of a hub and its devices that share credentials.

    Attributes:
        id: id of the locker, 1 to 64 letters and digits.
        arn: Amazon Resource Name.
        name: name, 1 to 128 characters; sensitive.
        created_at: time of creation.
        tags: AWS tags; sensitive.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetCredentialLocker.html
    """

    id: Annotated[str, CREDENTIAL_LOCKER_ID]
    arn: Annotated[str, CREDENTIAL_LOCKER_ARN] | None = None
    name: Annotated[str, CREDENTIAL_LOCKER_NAME] | None = None
    created_at: datetime | None = None
    tags: Annotated[Mapping[str, str], TAGS] | None = None


@model
class CredentialLockerSummary:
    """A credential locker as listed. `CredentialLocker` describes the members.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CredentialLockerSummary.html
    """

    id: Annotated[str, CREDENTIAL_LOCKER_ID]
    arn: Annotated[str, CREDENTIAL_LOCKER_ARN] | None = None
    name: Annotated[str, CREDENTIAL_LOCKER_NAME] | None = None
    created_at: datetime | None = None


@model
class CreatedCredentialLocker:
    """The id, ARN and creation time of a new credential locker.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CreateCredentialLocker.html
    """

    id: Annotated[str, CREDENTIAL_LOCKER_ID]
    arn: Annotated[str, CREDENTIAL_LOCKER_ARN]
    created_at: datetime


@model
class CreateCredentialLocker(Request[CreatedCredentialLocker]):
    """Create a credential locker.

    Args:
        name: 1 to 128 letters, digits, hyphens, underscores and spaces, not necessarily unique;
            sensitive.
        client_token: idempotency token, 1 to 64 characters; generated if None.
        tags: AWS tags, 1 to 50; sensitive.

    Raises:
        ServiceQuotaExceededError: the account has too many credential lockers.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CreateCredentialLocker.html
    """

    name: Annotated[str, CREDENTIAL_LOCKER_NAME] | None = None
    client_token: Annotated[str, CLIENT_TOKEN] | None = None
    tags: Annotated[Mapping[str, str], TAGS] | None = None


@model
class GetCredentialLocker(Request[CredentialLocker]):
    """Return the credential locker with this id.

    Raises:
        ResourceNotFoundError: no credential locker has this id.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetCredentialLocker.html
    """

    identifier: Annotated[str, CREDENTIAL_LOCKER_ID] = field(kw_only=False)


@model
class ListCredentialLockers(Listing[CredentialLockerSummary]):
    """Return a pager over the credential lockers.

    Args:
        next_token: token of the first page to request.
        max_results: items on one page, 1 to 1000.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ListCredentialLockers.html
    """

    next_token: Annotated[str, NEXT_TOKEN] | None = None
    max_results: Annotated[int, MAX_RESULTS] | None = None


@model
class DeleteCredentialLocker(Request[None]):
    """Delete a credential locker permanently. Its devices lose the credentials they share.

    Raises:
        ResourceNotFoundError: no credential locker has this id.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_DeleteCredentialLocker.html
    """

    identifier: Annotated[str, CREDENTIAL_LOCKER_ID] = field(kw_only=False)


class CredentialLockers(Family[M]):
    """Groups of a hub and its devices that share credentials, such as a household."""

    create: Final = call(CreateCredentialLocker)
    get: Final = call(GetCredentialLocker)
    list: Final = paged(ListCredentialLockers)
    delete: Final = call(DeleteCredentialLocker)
