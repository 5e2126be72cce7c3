"""The hook through which pydantic gets the schema of a class, without importing pydantic."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema


class PydanticHook:
    """The base of all classes that can be fields of pydantic's models."""

    __slots__ = ()

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: object, handler: "GetCoreSchemaHandler"
    ) -> "CoreSchema":
        # By name, because the module imports pydantic, and stands above this one.
        schemas: Any = import_module("iotmi._serde.pydantic_schemas")
        found: CoreSchema = schemas.core_schema_of(source, handler)
        return found
