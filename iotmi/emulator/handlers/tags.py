"""Tags of the five resource types that have them.

Owns the three operations, and the parsing of ARNs. An ARN of another account or Region gets the
same response as an ARN of a missing resource.
"""

from collections.abc import Mapping
from typing import Final

from iotmi.emulator._account.account import AccountState, Handler
from iotmi.emulator._core.json import JsonObject, mapping, text, texts
from iotmi.emulator._model.resource_types import TAGGABLE, ResourceType


def tag(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle TagResource."""
    resource_type, document = _find_tagged(account, parameters)
    document["Tags"] = account.merge_tags(mapping(document, "Tags"), mapping(parameters, "Tags"))
    account.save(resource_type, document)
    return {}


def untag(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle UntagResource. A missing key is no error."""
    resource_type, document = _find_tagged(account, parameters)
    removed = texts(parameters, "TagKeys")
    present = mapping(document, "Tags")
    document["Tags"] = {key: value for key, value in present.items() if key not in removed}
    account.save(resource_type, document)
    return {}


def list_tags(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle ListTagsForResource."""
    return {"tags": mapping(_find_tagged(account, parameters)[1], "Tags")}


def _find_tagged(account: AccountState, parameters: JsonObject) -> tuple[ResourceType, JsonObject]:
    arn = text(parameters, "ResourceArn")
    owner, _, resource = arn.rpartition(":")
    name, _, identifier = resource.partition("/")
    resource_type = TAGGABLE[name]  # the model's pattern admits no other type
    if owner != str(account.scope):
        raise account.missing(resource_type, identifier)
    return resource_type, account.find(resource_type, identifier)


HANDLERS: Final[Mapping[str, Handler]] = {
    "TagResource": tag,
    "UntagResource": untag,
    "ListTagsForResource": list_tags,
}
