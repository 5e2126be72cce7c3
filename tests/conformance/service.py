"""botocore's model of the service, read from the JSON that botocore ships.

`botocore.model.ServiceModel` hides some marks (deprecated members), so this module reads the JSON
itself. It does not know our declarations.
"""

import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeAlias

from botocore.loaders import Loader

SERVICE: Final = "iot-managed-integrations"

Document: TypeAlias = Mapping[str, Any]
"""A part of the model's JSON."""


class Shape:
    """A named shape of the model. References are resolved on access."""

    def __init__(self, service: "Service", name: str) -> None:
        self._service = service
        self._part: Document = service.document["shapes"][name]
        self.name = name
        self.min: float | None = self._part.get("min")
        self.max: float | None = self._part.get("max")
        self.pattern: str | None = self._part.get("pattern")
        self.enum: tuple[str, ...] = tuple(self._part.get("enum", ()))
        self.sensitive: bool = self._part.get("sensitive", False)
        self.deprecated: bool = self._part.get("deprecated", False)
        self.fault: bool = self._part.get("fault", False)

    @property
    def kind(self) -> str:
        """Return ``string``, ``enum``, ``integer``, ``structure``, ``document`` and so on."""
        if self._part.get("document"):
            return "document"
        kind: str = self._part["type"]
        return "enum" if self.enum else "integer" if kind == "long" else kind

    @cached_property
    def properties(self) -> "tuple[Property, ...]":
        """Return the members of a structure, in the model's order."""
        required = frozenset(self._part.get("required", ()))
        return tuple(
            Property(self._service, name, part, required=name in required)
            for name, part in self._part.get("members", {}).items()
        )

    def property(self, name: str) -> "Property":
        """Return the member of that name."""
        return next(found for found in self.properties if found.name == name)

    @cached_property
    def item(self) -> "Shape":
        """Return the shape of a list's items."""
        return self._service.shape(self._part["member"]["shape"])

    @cached_property
    def key(self) -> "Shape":
        """Return the shape of a map's keys."""
        return self._service.shape(self._part["key"]["shape"])

    @cached_property
    def value(self) -> "Shape":
        """Return the shape of a map's values."""
        return self._service.shape(self._part["value"]["shape"])

    def __repr__(self) -> str:
        return f"<{self.kind} {self.name}>"


class Property:
    """One member of a structure.

    Attributes:
        name: the name that boto3 uses.
        location: ``uri``, ``querystring`` or ``body``.
    """

    def __init__(self, service: "Service", name: str, part: Document, *, required: bool) -> None:
        self.name = name
        self.shape = service.shape(part["shape"])
        self.required = required
        self.location: str = part.get("location", "body")
        self.token: bool = part.get("idempotencyToken", False)
        self.deprecated: bool = part.get("deprecated", False) or self.shape.deprecated

    def __repr__(self) -> str:
        return f"<{self.name}: {self.shape}>"


class Operation:
    """One operation of the model."""

    def __init__(self, service: "Service", part: Document) -> None:
        self.name: str = part["name"]
        self.input = service.shape(part["input"]["shape"])
        self.output = service.shape(part["output"]["shape"]) if "output" in part else None
        self.address: str = part["http"]["requestUri"]
        self.status: int = part["http"].get("responseCode", 200)

    @property
    def answered(self) -> Shape | None:
        """Return the shape of the response, or None for an empty one."""
        return self.output if self.output is not None and self.output.properties else None

    @property
    def labels(self) -> tuple[str, ...]:
        """Return the members in the path, in its order."""
        found = [member.name for member in self.input.properties if member.location == "uri"]
        return tuple(sorted(found, key=lambda name: self.address.index(f"{{{name}}}")))

    @property
    def listed(self) -> Property | None:
        """Return the member with the items of a listing."""
        answered = self.answered
        if answered is None or "NextToken" not in {each.name for each in answered.properties}:
            return None
        return next((each for each in answered.properties if each.shape.kind == "list"), None)


class Service:
    """The service in one release of botocore."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._shapes: dict[str, Shape] = {}
        self.operations: Mapping[str, Operation] = {
            name: Operation(self, part) for name, part in document["operations"].items()
        }

    def shape(self, name: str) -> Shape:
        """Return the shape of that name, always the same object."""
        if name not in self._shapes:
            self._shapes[name] = Shape(self, name)
        return self._shapes[name]

    @property
    def errors(self) -> tuple[Shape, ...]:
        """Return the modelled errors."""
        shapes: Document = self.document["shapes"]
        return tuple(self.shape(name) for name, part in shapes.items() if part.get("exception"))


def installed() -> Service:
    """Return the service of the installed botocore."""
    return Service(Loader().load_service_model(SERVICE, "service-2"))


def from_file(path: Path) -> Service:
    """Return the service of a ``service-2.json`` file."""
    return Service(json.loads(path.read_text(encoding="utf-8")))
