"""A typed Python SDK for AWS IoT managed integrations, with an emulator of the service inside.

    import iotmi

    with iotmi.Client() as client:
        for thing in client.managed_things.list(role_filter=iotmi.Role.CONTROLLER):
            print(thing.id, thing.provisioning_status)

Each public name is loaded from its own module when it is first used (PEP 562). To try without an
AWS account: `iotmi.emulator.Emulator`.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Final

# What each module gives. Type checkers read the same from __init__.pyi; a test holds the two equal.
_NAMES: Final[Mapping[str, str]] = {
    "iotmi._bind": "Awaiting Blocking Family",
    "iotmi._checking": "unchecked",
    "iotmi._enums": "OpenEnum",
    "iotmi._model": "Listing Page Request Response",
    "iotmi._operations": "OperationInfo operations",
    "iotmi._values": "JsonValue ReadOnlyMap",
    "iotmi._version": "__version__",
    "iotmi.client": "AsyncClient Client",
    "iotmi.errors": """
        AccessDeniedError AuthenticationError CallError ConflictError ConstraintError
        DeadlineExceededError ExpiredTokenError InternalFailureError InternalServerError
        InvalidRequestError IotmiError LimitExceededError NoResponseError NotSentError
        Problem ResourceNotFoundError ResponseError ServiceError ServiceQuotaExceededError
        ServiceUnavailableError ThrottlingError UnauthorizedError ValidationError WaitError
        WaitFailedError WaitTimeoutError
    """,
    "iotmi.paging": "AsyncPager Pager",
    "iotmi.resources._capabilities": """
        CapabilityAction CapabilityReport CapabilityReportCapability
        CapabilityReportEndpoint CapabilitySchemaItem CommandCapability CommandEndpoint
        SchemaVersionFormat StateCapability StateEndpoint
    """,
    "iotmi.resources._managed_thing_values": """
        AuthenticationMaterialType CreatedManagedThing DisconnectReasonValue HubNetworkMode
        ManagedThing ManagedThingCapabilities ManagedThingCertificate
        ManagedThingConnectivityData ManagedThingMetaData ManagedThingSchemaListItem
        ManagedThingState ManagedThingSummary ProvisioningStatus Role
        SentManagedThingCommand WiFiSimpleSetupConfiguration
    """,
    "iotmi.resources.account_associations": """
        AccountAssociation AccountAssociationItem AccountAssociations AssociationState
        CreateAccountAssociation CreatedAccountAssociation DeleteAccountAssociation
        DeregisterAccountAssociation GeneralAuthorizationName GetAccountAssociation
        ListAccountAssociations ListManagedThingAccountAssociations ManagedThingAssociation
        ManagedThingAssociationStatus RegisterAccountAssociation
        RegisteredAccountAssociation StartAccountAssociationRefresh
        StartedAccountAssociationRefresh UpdateAccountAssociation
    """,
    "iotmi.resources.credential_lockers": """
        CreateCredentialLocker CreatedCredentialLocker CredentialLocker
        CredentialLockerSummary CredentialLockers DeleteCredentialLocker GetCredentialLocker
        ListCredentialLockers
    """,
    "iotmi.resources.managed_things": """
        CreateManagedThing DeleteManagedThing GetManagedThing GetManagedThingCapabilities
        GetManagedThingCertificate GetManagedThingConnectivityData GetManagedThingMetaData
        GetManagedThingState ListManagedThingSchemas ListManagedThings ManagedThings
        SendManagedThingCommand UpdateManagedThing
    """,
    "iotmi.resources.tags": """
        ListTagsForResource ResourceTags TagResource Tags UntagResource
    """,
    "iotmi.retrying": "Retry RetryPolicy",
    "iotmi.waiting": "Pauses",
}
_HOMES: Final[Mapping[str, str]] = {
    name: module for module, names in _NAMES.items() for name in names.split()
}

__all__ = sorted(_HOMES)  # noqa: PLE0605  (made here, read from the stub by checkers)


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
