"""How it is known that the service does what the emulator does: data, no behaviour.

Owns one entry for each operation. What holds of all stands here once: paths, members, limits,
success codes and the errors an operation may answer with are botocore's model of the service;
that ids are 32 hexadecimal characters is from the documentation's samples; the texts of
messages, the order of a list, the default of 100 items to a page, and that a repeated
``ClientToken`` with other parameters is a conflict, are assumed, and so is that a status moves
on by being looked at. Where time runs, how long a status lasts stands beside the lifecycles,
with the few figures that are documented.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from attrs import frozen


@frozen
class Fidelity:
    """What one operation's behaviour rests on, beyond what holds of all; each a short line.

    Attributes:
        documented: What the service's guide or its published examples say.
        modelled: What only the model of the service says.
        assumed: What nobody says, and the emulator had to choose.
    """

    documented: str = ""
    modelled: str = ""
    assumed: str = ""


FIDELITY: Final[Mapping[str, Fidelity]] = MappingProxyType(
    {
        # managed_things
        "CreateManagedThing": Fidelity(
            documented="Forms of the material; first status of hubs and cloud devices.",
            assumed="First status of the others; a serial number conflicts; checksums pass.",
        ),
        "GetManagedThing": Fidelity(
            documented="The statuses, what follows what; a Wi-Fi window shuts; text of not found.",
            assumed="A device joins the hub of its locker once discovered.",
        ),
        "ListManagedThings": Fidelity(
            modelled="The nine filters.", assumed="Filters hold together."
        ),
        "UpdateManagedThing": Fidelity(
            modelled="What can be changed.", assumed="Nothing given, nothing done."
        ),
        "DeleteManagedThing": Fidelity(
            documented="In deletion until confirmed, so while offline; Force deletes at once.",
            assumed="One look confirms; a hub with devices is a conflict.",
        ),
        "GetManagedThingCapabilities": Fidelity(
            modelled="The report, or the deprecated text.", assumed="Empty where none was given."
        ),
        "GetManagedThingCertificate": Fidelity(
            modelled="A PEM text.", assumed="Not found before the first connection."
        ),
        "GetManagedThingConnectivityData": Fidelity(
            modelled="Connected, and since when.",
            assumed="Connected while discovered or activated, and its hub with it.",
        ),
        "GetManagedThingMetaData": Fidelity(modelled="As it was given."),
        "GetManagedThingState": Fidelity(
            documented="Values with the time of their last change.",
            assumed="No endpoints before anything was set or read.",
        ),
        "ListManagedThingSchemas": Fidelity(
            modelled="The two filters.", assumed="A schema of each reported capability."
        ),
        "SendManagedThingCommand": Fidelity(
            documented="ReadState and UpdateState are on every capability.",
            assumed="The device obeys at once, or fails at once if cut off; it must be ACTIVATED.",
        ),
        # account_associations
        "CreateAccountAssociation": Fidelity(
            documented="General authorization succeeds at once, with an empty address.",
            assumed="An unknown connector destination is not found.",
        ),
        "GetAccountAssociation": Fidelity(
            documented="The states.",
            assumed="The user signs in by one look, unless a test has it in hand.",
        ),
        "ListAccountAssociations": Fidelity(modelled="The filter."),
        "UpdateAccountAssociation": Fidelity(
            modelled="Name and description change.", assumed="A conflict while in deletion."
        ),
        "DeleteAccountAssociation": Fidelity(
            documented="Its things are to be deregistered first.",
            assumed="The error otherwise; one look ends the deletion.",
        ),
        "StartAccountAssociationRefresh": Fidelity(
            documented="A new address, and in progress again.",
            assumed="Refused under general authorization.",
        ),
        "RegisterAccountAssociation": Fidelity(
            documented="The thing becomes ACTIVATED.",
            assumed="Twice is a conflict; so is a login not yet done.",
        ),
        "DeregisterAccountAssociation": Fidelity(
            documented="The last one isolates the thing.",
            assumed="Not found where it was never registered.",
        ),
        "ListManagedThingAccountAssociations": Fidelity(
            modelled="The two filters.", assumed="Pre-onboarded things are listed as foreseen."
        ),
        # cloud_connectors
        "CreateCloudConnector": Fidelity(
            documented="Starts UNLISTED; text of the conflict of names.",
            assumed="A name is refused with the same Lambda function too.",
        ),
        "GetCloudConnector": Fidelity(documented="Text and type of not found."),
        "ListCloudConnectors": Fidelity(modelled="The two filters."),
        "UpdateCloudConnector": Fidelity(
            modelled="Name and description change.", assumed="A taken name is invalid."
        ),
        "DeleteCloudConnector": Fidelity(
            documented="Destinations are deleted first.", assumed="The error otherwise."
        ),
        "SendConnectorEvent": Fidelity(
            documented="200 ends a discovery, 3xx goes on; attributes change the state.",
            assumed="What each operation needs; unknown clusters are left out.",
        ),
        # connector_destinations
        "CreateConnectorDestination": Fidelity(
            documented="OAuth with a secret beside it, general authorization, or both.",
            assumed="What goes together else is invalid.",
        ),
        "GetConnectorDestination": Fidelity(modelled="The redirect address stands twice."),
        "ListConnectorDestinations": Fidelity(modelled="The filter."),
        "UpdateConnectorDestination": Fidelity(
            modelled="Where users log in does not change; materials are added and updated.",
            assumed="Adding one that is there, or updating one that is not, is invalid.",
        ),
        "DeleteConnectorDestination": Fidelity(
            modelled="Refused once an association uses it.", assumed="The error."
        ),
        # credential_lockers
        "CreateCredentialLocker": Fidelity(assumed="A name may be given twice."),
        "GetCredentialLocker": Fidelity(modelled="As it was given, with its tags."),
        "ListCredentialLockers": Fidelity(modelled="Summaries without tags."),
        "DeleteCredentialLocker": Fidelity(
            modelled="At once, and for good.", assumed="Refused while a thing is in it."
        ),
        # destinations
        "CreateDestination": Fidelity(
            documented="Known by its name; only Kinesis, by PutRecord.",
            assumed="A taken name is a conflict; the partition key is the first resource.",
        ),
        "GetDestination": Fidelity(modelled="As it was given, with its deprecated tags."),
        "ListDestinations": Fidelity(modelled="Summaries without tags."),
        "UpdateDestination": Fidelity(
            modelled="All but the name changes.",
            assumed="Nothing given, nothing done; later events go to the new stream.",
        ),
        "DeleteDestination": Fidelity(
            modelled="At once.", assumed="Refused while a notification configuration uses it."
        ),
        # device_discoveries
        "StartDeviceDiscovery": Fidelity(
            documented="What each type needs, and what only one takes.",
            assumed="A login not yet done is a conflict.",
        ),
        "GetDeviceDiscovery": Fidelity(
            documented="The statuses; 15 minutes at most; a success registers foreseen things.",
            assumed="What it finds ends it; without its hub it finds nothing and times out.",
        ),
        "ListDeviceDiscoveries": Fidelity(modelled="The two filters."),
        "ListDiscoveredDevices": Fidelity(
            documented="What is shown of local and of cloud devices.",
            assumed="Which devices there are; the first page is a look.",
        ),
        # event_log_configurations
        "CreateEventLogConfiguration": Fidelity(
            documented="A resource, or all of a type by an asterisk.",
            assumed="A second of the same resource is a conflict; no id is the asterisk.",
        ),
        "GetEventLogConfiguration": Fidelity(modelled="As it was given."),
        "ListEventLogConfigurations": Fidelity(modelled="No filters."),
        "UpdateEventLogConfiguration": Fidelity(documented="Only the level changes."),
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
            documented="Another destination takes the place of the first.",
            assumed="An unknown destination is invalid; later events go to the other.",
        ),
        "DeleteNotificationConfiguration": Fidelity(
            modelled="At once.", assumed="What happens later is not told, nor kept."
        ),
        # ota_tasks
        "CreateOtaTask": Fidelity(
            documented="ONE_TIME has up to 100 targets, CONTINUOUS a query of metadata.",
            assumed="A future start is SCHEDULED; of the query language only name=value is read.",
        ),
        "GetOtaTask": Fidelity(
            modelled="The statuses and the counts.",
            assumed="Executions succeed unless a test says; retries and aborts as of IoT jobs.",
        ),
        "ListOtaTasks": Fidelity(modelled="No filters."),
        "UpdateOtaTask": Fidelity(
            modelled="Description and configuration change.", assumed="Refused while in deletion."
        ),
        "DeleteOtaTask": Fidelity(
            modelled="In deletion, then gone.", assumed="One look ends it; no limit is reached."
        ),
        "ListOtaTaskExecutions": Fidelity(
            documented="Polling it is how a task is followed.",
            assumed="What follows what; the first page is a look.",
        ),
        # ota_task_configurations
        "CreateOtaTaskConfiguration": Fidelity(assumed="A name may be given twice."),
        "GetOtaTaskConfiguration": Fidelity(modelled="As it was given."),
        "ListOtaTaskConfigurations": Fidelity(modelled="No filters."),
        "DeleteOtaTaskConfiguration": Fidelity(
            modelled="At once.", assumed="Also while a task names it."
        ),
        # provisioning_profiles
        "CreateProvisioningProfile": Fidelity(
            documented="The private key is shown here only; the caller may bring a certificate.",
            assumed="A taken name is a conflict; JITR has no claim certificate.",
        ),
        "GetProvisioningProfile": Fidelity(
            modelled="The statuses.", assumed="One look creates it."
        ),
        "ListProvisioningProfiles": Fidelity(modelled="No filters."),
        "DeleteProvisioningProfile": Fidelity(
            modelled="In deletion.", assumed="One look ends it, and it is not found."
        ),
        # runtime_log_configurations
        "GetRuntimeLogConfiguration": Fidelity(
            documented="The defaults.", assumed="They are answered before any is put."
        ),
        "PutRuntimeLogConfiguration": Fidelity(
            modelled="Of one managed thing.", assumed="What is left out takes its default."
        ),
        "ResetRuntimeLogConfiguration": Fidelity(documented="Back to the defaults."),
        # schema_versions
        "GetSchemaVersion": Fidelity(
            documented="Shape of a schema; empty in another format; text of not found.",
            assumed="The documents are the emulator's own, and few.",
        ),
        "ListSchemaVersions": Fidelity(
            documented="SchemaId and Namespace do not go together.",
            assumed="The other filters do; $latest is the only version there is.",
        ),
        # tags
        "TagResource": Fidelity(
            documented="Five kinds, 50 tags, aws: is reserved, a key again is overwritten.",
            assumed="The error of each.",
        ),
        "UntagResource": Fidelity(
            modelled="By key.", assumed="A key that is not there is no error."
        ),
        "ListTagsForResource": Fidelity(documented="Tags go with their resource."),
        # account
        "RegisterCustomEndpoint": Fidelity(
            documented="Form of the address.", assumed="Again, the same address."
        ),
        "GetCustomEndpoint": Fidelity(assumed="Not found before it is registered."),
        "PutHubConfiguration": Fidelity(modelled="One number for the account."),
        "GetHubConfiguration": Fidelity(assumed="Not found before it is put."),
        "PutDefaultEncryptionConfiguration": Fidelity(
            documented="It may change at any time.",
            assumed="A key goes with CUSTOMER_KEY_ENCRYPTION only; one look enables it.",
        ),
        "GetDefaultEncryptionConfiguration": Fidelity(
            documented="The service's own key before any call."
        ),
    }
)
"""What each operation's behaviour rests on, by the operation's name."""
