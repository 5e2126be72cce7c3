"""Tags on the five kinds of resource that can have them.

Owns the three operations and the reading of an ARN. It does not know what is tagged. An
ARN of another account or Region, or of what is not there, is answered alike.
"""

from collections.abc import Mapping
from typing import Final

from iotmi.emulator._account.account import Handler, World
from iotmi.emulator._core.json import JsonObject, mapping, text, texts
from iotmi.emulator._model.resource_types import TAGGABLE, Kind


def tag(world: World, parameters: JsonObject) -> JsonObject:
    """TagResource."""
    kind, document = _tagged(world, parameters)
    document["Tags"] = world.tags(mapping(document, "Tags"), mapping(parameters, "Tags"))
    world.save(kind, document)
    return {}


def untag(world: World, parameters: JsonObject) -> JsonObject:
    """UntagResource; a key that is not there is no error."""
    kind, document = _tagged(world, parameters)
    removed = texts(parameters, "TagKeys")
    present = mapping(document, "Tags")
    document["Tags"] = {key: value for key, value in present.items() if key not in removed}
    world.save(kind, document)
    return {}


def list_tags(world: World, parameters: JsonObject) -> JsonObject:
    """ListTagsForResource."""
    return {"tags": mapping(_tagged(world, parameters)[1], "Tags")}


def _tagged(world: World, parameters: JsonObject) -> tuple[Kind, JsonObject]:
    arn = text(parameters, "ResourceArn")
    owner, _, resource = arn.rpartition(":")
    name, _, identifier = resource.partition("/")
    kind = TAGGABLE[name]  # the model's pattern lets no other through
    if owner != str(world.place):
        raise world.missing(kind, identifier)
    return kind, world.find(kind, identifier)


HANDLERS: Final[Mapping[str, Handler]] = {
    "TagResource": tag,
    "UntagResource": untag,
    "ListTagsForResource": list_tags,
}
