from iotmi._bind import Awaiting as Awaiting
from iotmi._bind import Blocking as Blocking
from iotmi._bind import Family as Family
from iotmi._checking import unchecked as unchecked
from iotmi._enums import OpenEnum as OpenEnum
from iotmi._model import Listing as Listing
from iotmi._model import Page as Page
from iotmi._model import Request as Request
from iotmi._model import Response as Response
from iotmi._operations import OperationInfo as OperationInfo
from iotmi._operations import operations as operations
from iotmi._values import JsonValue as JsonValue
from iotmi._values import ReadOnlyMap as ReadOnlyMap
from iotmi._version import __version__ as __version__
from iotmi.client import AsyncClient as AsyncClient
from iotmi.client import Client as Client
from iotmi.errors import AccessDeniedError as AccessDeniedError
from iotmi.errors import AuthenticationError as AuthenticationError
from iotmi.errors import CallError as CallError
from iotmi.errors import ConflictError as ConflictError
from iotmi.errors import ConstraintError as ConstraintError
from iotmi.errors import DeadlineExceededError as DeadlineExceededError
from iotmi.errors import ExpiredTokenError as ExpiredTokenError
from iotmi.errors import InternalFailureError as InternalFailureError
from iotmi.errors import InternalServerError as InternalServerError
from iotmi.errors import InvalidRequestError as InvalidRequestError
from iotmi.errors import IotmiError as IotmiError
from iotmi.errors import LimitExceededError as LimitExceededError
from iotmi.errors import NoResponseError as NoResponseError
from iotmi.errors import NotSentError as NotSentError
from iotmi.errors import Problem as Problem
from iotmi.errors import ResourceNotFoundError as ResourceNotFoundError
from iotmi.errors import ResponseError as ResponseError
from iotmi.errors import ServiceError as ServiceError
from iotmi.errors import ServiceQuotaExceededError as ServiceQuotaExceededError
from iotmi.errors import ServiceUnavailableError as ServiceUnavailableError
from iotmi.errors import ThrottlingError as ThrottlingError
from iotmi.errors import UnauthorizedError as UnauthorizedError
from iotmi.errors import ValidationError as ValidationError
from iotmi.errors import WaitError as WaitError
from iotmi.errors import WaitFailedError as WaitFailedError
from iotmi.errors import WaitTimeoutError as WaitTimeoutError
from iotmi.paging import AsyncPager as AsyncPager
from iotmi.paging import Pager as Pager
from iotmi.resources._capabilities import CapabilityAction as CapabilityAction
from iotmi.resources._capabilities import CapabilityReport as CapabilityReport
from iotmi.resources._capabilities import CapabilityReportCapability as CapabilityReportCapability
from iotmi.resources._capabilities import CapabilityReportEndpoint as CapabilityReportEndpoint
from iotmi.resources._capabilities import CapabilitySchemaItem as CapabilitySchemaItem
from iotmi.resources._capabilities import CommandCapability as CommandCapability
from iotmi.resources._capabilities import CommandEndpoint as CommandEndpoint
from iotmi.resources._capabilities import SchemaVersionFormat as SchemaVersionFormat
from iotmi.resources._capabilities import StateCapability as StateCapability
from iotmi.resources._capabilities import StateEndpoint as StateEndpoint
from iotmi.resources._managed_thing_values import (
    AuthenticationMaterialType as AuthenticationMaterialType,
)
from iotmi.resources._managed_thing_values import CreatedManagedThing as CreatedManagedThing
from iotmi.resources._managed_thing_values import DisconnectReasonValue as DisconnectReasonValue
from iotmi.resources._managed_thing_values import HubNetworkMode as HubNetworkMode
from iotmi.resources._managed_thing_values import ManagedThing as ManagedThing
from iotmi.resources._managed_thing_values import (
    ManagedThingCapabilities as ManagedThingCapabilities,
)
from iotmi.resources._managed_thing_values import ManagedThingCertificate as ManagedThingCertificate
from iotmi.resources._managed_thing_values import (
    ManagedThingConnectivityData as ManagedThingConnectivityData,
)
from iotmi.resources._managed_thing_values import ManagedThingMetaData as ManagedThingMetaData
from iotmi.resources._managed_thing_values import (
    ManagedThingSchemaListItem as ManagedThingSchemaListItem,
)
from iotmi.resources._managed_thing_values import ManagedThingState as ManagedThingState
from iotmi.resources._managed_thing_values import ManagedThingSummary as ManagedThingSummary
from iotmi.resources._managed_thing_values import ProvisioningStatus as ProvisioningStatus
from iotmi.resources._managed_thing_values import Role as Role
from iotmi.resources._managed_thing_values import SentManagedThingCommand as SentManagedThingCommand
from iotmi.resources._managed_thing_values import (
    WiFiSimpleSetupConfiguration as WiFiSimpleSetupConfiguration,
)
from iotmi.resources.account_associations import AccountAssociation as AccountAssociation
from iotmi.resources.account_associations import AccountAssociationItem as AccountAssociationItem
from iotmi.resources.account_associations import AccountAssociations as AccountAssociations
from iotmi.resources.account_associations import AssociationState as AssociationState
from iotmi.resources.account_associations import (
    CreateAccountAssociation as CreateAccountAssociation,
)
from iotmi.resources.account_associations import (
    CreatedAccountAssociation as CreatedAccountAssociation,
)
from iotmi.resources.account_associations import (
    DeleteAccountAssociation as DeleteAccountAssociation,
)
from iotmi.resources.account_associations import (
    DeregisterAccountAssociation as DeregisterAccountAssociation,
)
from iotmi.resources.account_associations import (
    GeneralAuthorizationName as GeneralAuthorizationName,
)
from iotmi.resources.account_associations import GetAccountAssociation as GetAccountAssociation
from iotmi.resources.account_associations import ListAccountAssociations as ListAccountAssociations
from iotmi.resources.account_associations import (
    ListManagedThingAccountAssociations as ListManagedThingAccountAssociations,
)
from iotmi.resources.account_associations import ManagedThingAssociation as ManagedThingAssociation
from iotmi.resources.account_associations import (
    ManagedThingAssociationStatus as ManagedThingAssociationStatus,
)
from iotmi.resources.account_associations import (
    RegisterAccountAssociation as RegisterAccountAssociation,
)
from iotmi.resources.account_associations import (
    RegisteredAccountAssociation as RegisteredAccountAssociation,
)
from iotmi.resources.account_associations import (
    StartAccountAssociationRefresh as StartAccountAssociationRefresh,
)
from iotmi.resources.account_associations import (
    StartedAccountAssociationRefresh as StartedAccountAssociationRefresh,
)
from iotmi.resources.account_associations import (
    UpdateAccountAssociation as UpdateAccountAssociation,
)
from iotmi.resources.credential_lockers import CreateCredentialLocker as CreateCredentialLocker
from iotmi.resources.credential_lockers import CreatedCredentialLocker as CreatedCredentialLocker
from iotmi.resources.credential_lockers import CredentialLocker as CredentialLocker
from iotmi.resources.credential_lockers import CredentialLockers as CredentialLockers
from iotmi.resources.credential_lockers import CredentialLockerSummary as CredentialLockerSummary
from iotmi.resources.credential_lockers import DeleteCredentialLocker as DeleteCredentialLocker
from iotmi.resources.credential_lockers import GetCredentialLocker as GetCredentialLocker
from iotmi.resources.credential_lockers import ListCredentialLockers as ListCredentialLockers
from iotmi.resources.managed_things import CreateManagedThing as CreateManagedThing
from iotmi.resources.managed_things import DeleteManagedThing as DeleteManagedThing
from iotmi.resources.managed_things import GetManagedThing as GetManagedThing
from iotmi.resources.managed_things import (
    GetManagedThingCapabilities as GetManagedThingCapabilities,
)
from iotmi.resources.managed_things import GetManagedThingCertificate as GetManagedThingCertificate
from iotmi.resources.managed_things import (
    GetManagedThingConnectivityData as GetManagedThingConnectivityData,
)
from iotmi.resources.managed_things import GetManagedThingMetaData as GetManagedThingMetaData
from iotmi.resources.managed_things import GetManagedThingState as GetManagedThingState
from iotmi.resources.managed_things import ListManagedThings as ListManagedThings
from iotmi.resources.managed_things import ListManagedThingSchemas as ListManagedThingSchemas
from iotmi.resources.managed_things import ManagedThings as ManagedThings
from iotmi.resources.managed_things import SendManagedThingCommand as SendManagedThingCommand
from iotmi.resources.managed_things import UpdateManagedThing as UpdateManagedThing
from iotmi.resources.tags import ListTagsForResource as ListTagsForResource
from iotmi.resources.tags import ResourceTags as ResourceTags
from iotmi.resources.tags import TagResource as TagResource
from iotmi.resources.tags import Tags as Tags
from iotmi.resources.tags import UntagResource as UntagResource
from iotmi.retrying import Retry as Retry
from iotmi.retrying import RetryPolicy as RetryPolicy
from iotmi.waiting import Pauses as Pauses
