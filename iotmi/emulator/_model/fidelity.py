"""Evidence that the emulator behaves as the service does. Data only.

Owns one entry for each operation. The following holds for all operations and is not repeated.

- Paths, members, constraints, success codes and errors come from botocore's model of the service.
- Ids of 32 hexadecimal characters come from the samples in the documentation.
- Assumed are: the texts of messages, the order of a list, the default of 100 items in a page, the
  conflict for a repeated ``ClientToken`` with other parameters, and that a read advances a status.

`resource_types` has the durations of statuses, with the few that are documented.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from attrs import frozen


@frozen
class Fidelity:
    """The evidence for one operation's behavior, in short lines.

    Attributes:
        documented: behavior described by the service's guide or its published samples.
        modelled: behavior described only by the model of the service.
        assumed: behavior described nowhere, which the emulator had to choose.
    """

    documented: str = ""
    modelled: str = ""
    assumed: str = ""


FIDELITY: Final[Mapping[str, Fidelity]] = MappingProxyType(
    {
        # managed_things
        "CreateManagedThing": Fidelity(
            documented="Formats of the material; first status of hubs and cloud devices.",
            assumed="First status of the others; a serial number conflicts; checksums pass.",
        ),
        "GetManagedThing": Fidelity(
            documented="The statuses and their order; a Wi-Fi window closes; text of not found.",
            assumed="A device joins the hub of its locker once discovered.",
        ),
        "ListManagedThings": Fidelity(
            modelled="The nine filters.", assumed="Filters are combined with AND."
        ),
        "UpdateManagedThing": Fidelity(
            modelled="What can be changed.", assumed="Without changes, nothing happens."
        ),
        "DeleteManagedThing": Fidelity(
            documented="In deletion until the device confirms; Force deletes at once.",
            assumed="One read confirms; a hub with devices is a conflict.",
        ),
        "GetManagedThingCapabilities": Fidelity(
            modelled="The report, or the deprecated text.", assumed="Empty if none was given."
        ),
        "GetManagedThingCertificate": Fidelity(
            modelled="A PEM text.", assumed="Not found before the first connection."
        ),
        "GetManagedThingConnectivityData": Fidelity(
            modelled="Connected, and since when.",
            assumed="Connected while discovered or activated, if its hub is connected.",
        ),
        "GetManagedThingMetaData": Fidelity(modelled="As it was given."),
        "GetManagedThingState": Fidelity(
            documented="Values with the time of their last change.",
            assumed="No endpoints before a value was set or read.",
        ),
        "ListManagedThingSchemas": Fidelity(
            modelled="The two filters.", assumed="A schema of each reported capability."
        ),
        "SendManagedThingCommand": Fidelity(
            documented="ReadState and UpdateState are on every capability.",
            assumed="A virtual device acts at once, or fails at once if offline.",
        ),
        # account_associations
        "CreateAccountAssociation": Fidelity(
            documented="General authorization succeeds at once, with an empty address.",
            assumed="An unknown connector destination is not found.",
        ),
        "GetAccountAssociation": Fidelity(
            documented="The states; the connector activates the user.",
            assumed="One read signs the user in, unless a test holds the association.",
        ),
        "ListAccountAssociations": Fidelity(modelled="The filter."),
        "UpdateAccountAssociation": Fidelity(
            modelled="Name and description can change.", assumed="A conflict while in deletion."
        ),
        "DeleteAccountAssociation": Fidelity(
            documented="Its things must be deregistered first; the connector deactivates the user.",
            assumed="The error otherwise; one read ends the deletion.",
        ),
        "StartAccountAssociationRefresh": Fidelity(
            documented="A new address, and in progress again.",
            assumed="Invalid with general authorization.",
        ),
        "RegisterAccountAssociation": Fidelity(
            documented="The thing becomes ACTIVATED.",
            assumed="A second registration is a conflict; so is an unfinished login.",
        ),
        "DeregisterAccountAssociation": Fidelity(
            documented="The last one isolates the thing.",
            assumed="Not found without a registration.",
        ),
        "ListManagedThingAccountAssociations": Fidelity(
            modelled="The two filters.",
            assumed="Pre-onboarded things are listed as PRE_ASSOCIATED.",
        ),
        # cloud_connectors
        "CreateCloudConnector": Fidelity(
            documented="Starts UNLISTED; text of the conflict of names.",
            assumed="A taken name is a conflict with the same Lambda function too.",
        ),
        "GetCloudConnector": Fidelity(documented="Text and type of not found."),
        "ListCloudConnectors": Fidelity(modelled="The two filters."),
        "UpdateCloudConnector": Fidelity(
            modelled="Name and description can change.", assumed="A taken name is invalid."
        ),
        "DeleteCloudConnector": Fidelity(
            documented="Destinations must be deleted first.", assumed="The error otherwise."
        ),
        "SendConnectorEvent": Fidelity(
            documented="200 ends a discovery, 3xx continues it; attributes change the state.",
            assumed="Required members per operation; unknown clusters are ignored.",
        ),
        # connector_destinations
        "CreateConnectorDestination": Fidelity(
            documented="OAuth with a secret, general authorization, or both.",
            assumed="Other combinations are invalid.",
        ),
        "GetConnectorDestination": Fidelity(modelled="The redirect address is returned twice."),
        "ListConnectorDestinations": Fidelity(modelled="The filter."),
        "UpdateConnectorDestination": Fidelity(
            modelled="The login cannot change; materials are added and updated.",
            assumed="Adding an existing material or updating a missing one is invalid.",
        ),
        "DeleteConnectorDestination": Fidelity(
            modelled="Not possible while an association uses it.", assumed="The error."
        ),
        # credential_lockers
        "CreateCredentialLocker": Fidelity(assumed="Names need not be unique."),
        "GetCredentialLocker": Fidelity(modelled="As it was given, with its tags."),
        "ListCredentialLockers": Fidelity(modelled="Summaries without tags."),
        "DeleteCredentialLocker": Fidelity(
            modelled="At once and permanent.", assumed="Invalid while a thing is in it."
        ),
        # destinations
        "CreateDestination": Fidelity(
            documented="Identified by its name; only Kinesis, by PutRecord.",
            assumed="A taken name is a conflict; the partition key is the first resource.",
        ),
        "GetDestination": Fidelity(modelled="As it was given, with its deprecated tags."),
        "ListDestinations": Fidelity(modelled="Summaries without tags."),
        "UpdateDestination": Fidelity(
            modelled="All but the name can change.",
            assumed="Without changes, nothing happens; later events go to the new stream.",
        ),
        "DeleteDestination": Fidelity(
            modelled="At once.", assumed="Invalid while a notification configuration uses it."
        ),
        # device_discoveries
        "StartDeviceDiscovery": Fidelity(
            documented="Required inputs of each type, and inputs of a single type.",
            assumed="An unfinished login is a conflict.",
        ),
        "GetDeviceDiscovery": Fidelity(
            documented="The statuses; 15 minutes at most; a success registers expected things.",
            assumed="Its findings end it; with an offline hub it times out.",
        ),
        "ListDeviceDiscoveries": Fidelity(modelled="The two filters."),
        "ListDiscoveredDevices": Fidelity(
            documented="Members of local and of cloud devices.",
            assumed="The devices; the first page is a read.",
        ),
        # event_log_configurations
        "CreateEventLogConfiguration": Fidelity(
            documented="A resource, or all of a type by an asterisk.",
            assumed="A second one of the same resource is a conflict; no id means the asterisk.",
        ),
        "GetEventLogConfiguration": Fidelity(modelled="As it was given."),
        "ListEventLogConfigurations": Fidelity(modelled="No filters."),
        "UpdateEventLogConfiguration": Fidelity(documented="Only the level can change."),
        "DeleteEventLogConfiguration": Fidelity(modelled="At once."),
        # notification_configurations
        "CreateNotificationConfiguration": Fidelity(
            documented="One per event type, to a destination; payloads as in the samples.",
            assumed="An unknown destination is invalid, a second one a conflict.",
        ),
        "GetNotificationConfiguration": Fidelity(
            modelled="As it was given, with its deprecated tags."
        ),
        "ListNotificationConfigurations": Fidelity(modelled="Summaries without tags."),
        "UpdateNotificationConfiguration": Fidelity(
            documented="Another destination replaces the first.",
            assumed="An unknown destination is invalid; later events go to the other.",
        ),
        "DeleteNotificationConfiguration": Fidelity(
            modelled="At once.", assumed="Later events are neither sent nor recorded."
        ),
        # ota_tasks
        "CreateOtaTask": Fidelity(
            documented="ONE_TIME has up to 100 targets, CONTINUOUS a query of metadata.",
            assumed="A future start is SCHEDULED; queries support only name=value.",
        ),
        "GetOtaTask": Fidelity(
            modelled="The statuses and the counts.",
            assumed="Executions succeed by default; retries, aborts and rates as in IoT jobs.",
        ),
        "ListOtaTasks": Fidelity(modelled="No filters."),
        "UpdateOtaTask": Fidelity(
            modelled="Description and configuration can change.",
            assumed="Invalid while in deletion.",
        ),
        "DeleteOtaTask": Fidelity(
            modelled="In deletion, then deleted.", assumed="One read ends it; no limit applies."
        ),
        "ListOtaTaskExecutions": Fidelity(
            documented="Polling it is how a task is followed.",
            assumed="The order of statuses; the first page is a read.",
        ),
        # ota_task_configurations
        "CreateOtaTaskConfiguration": Fidelity(assumed="Names need not be unique."),
        "GetOtaTaskConfiguration": Fidelity(modelled="As it was given."),
        "ListOtaTaskConfigurations": Fidelity(modelled="No filters."),
        "DeleteOtaTaskConfiguration": Fidelity(
            modelled="At once.", assumed="Also while a task uses it."
        ),
        # provisioning_profiles
        "CreateProvisioningProfile": Fidelity(
            documented="The private key is returned only here; the caller may bring a certificate.",
            assumed="A taken name is a conflict; JITR has no claim certificate.",
        ),
        "GetProvisioningProfile": Fidelity(
            modelled="The statuses.", assumed="One read creates it."
        ),
        "ListProvisioningProfiles": Fidelity(modelled="No filters."),
        "DeleteProvisioningProfile": Fidelity(
            modelled="In deletion.", assumed="One read ends it, and it is not found."
        ),
        # runtime_log_configurations
        "GetRuntimeLogConfiguration": Fidelity(
            documented="The defaults.", assumed="They are returned before any is put."
        ),
        "PutRuntimeLogConfiguration": Fidelity(
            modelled="For one managed thing.", assumed="Missing members take their defaults."
        ),
        "ResetRuntimeLogConfiguration": Fidelity(documented="Back to the defaults."),
        # schema_versions
        "GetSchemaVersion": Fidelity(
            documented="Format of a schema; empty in another format; text of not found.",
            assumed="The documents are the emulator's own, and few.",
        ),
        "ListSchemaVersions": Fidelity(
            documented="SchemaId and Namespace cannot be combined.",
            assumed="The other filters can; $latest is the only version.",
        ),
        # tags
        "TagResource": Fidelity(
            documented="Five types, 50 tags, aws: is reserved, an existing key is overwritten.",
            assumed="The error of each.",
        ),
        "UntagResource": Fidelity(modelled="By key.", assumed="A missing key is no error."),
        "ListTagsForResource": Fidelity(documented="Tags are deleted with their resource."),
        # account
        "RegisterCustomEndpoint": Fidelity(
            documented="Format of the address.", assumed="Each call returns the same address."
        ),
        "GetCustomEndpoint": Fidelity(assumed="Not found before it is registered."),
        "PutHubConfiguration": Fidelity(modelled="One number for the account."),
        "GetHubConfiguration": Fidelity(assumed="Not found before it is put."),
        "PutDefaultEncryptionConfiguration": Fidelity(
            documented="It may change at any time.",
            assumed="A key requires CUSTOMER_KEY_ENCRYPTION; one read enables it.",
        ),
        "GetDefaultEncryptionConfiguration": Fidelity(
            documented="The service's own key before any call."
        ),
    }
)
"""The evidence for each operation, by its name."""
