"""Docstrings of requests and values: the names they list exist."""

import inspect
import re
from typing import Final

import attrs
import botocore.session
import pytest

import iotmi

SERVICE: Final = botocore.session.get_session().get_service_model("iot-managed-integrations")
OPERATIONS: Final = tuple(iotmi.operations())
VALUES: Final = tuple(
    kind
    for kind in (getattr(iotmi, name) for name in dir(iotmi))
    if isinstance(kind, type) and kind.__module__.startswith(("iotmi._models", "iotmi.resources"))
    if attrs.has(kind) and not issubclass(kind, iotmi.Request)
)

of_each_operation = pytest.mark.parametrize(
    "info", OPERATIONS, ids=[info.name for info in OPERATIONS]
)


def listed(kind: type, section: str) -> set[str]:
    """Return the names that a section of the docstring of *kind* lists."""
    _, _, rest = (inspect.getdoc(kind) or "").partition(f"{section}:\n")
    return set(re.findall(r"^    (\w+):", rest.partition("\n\n")[0], re.MULTILINE))


def fields_of(kind: type) -> set[str]:
    """Return the names of the fields of *kind*."""
    assert attrs.has(kind)
    return {field.name for field in attrs.fields(kind)}


@of_each_operation
def test_arguments_are_fields_of_the_request(info: iotmi.OperationInfo) -> None:
    """A request describes existing fields, and every field if it has more than two."""
    arguments, fields = listed(info.request, "Args"), fields_of(info.request)
    assert arguments <= fields
    if len(fields) > 2 and info.name != "UpdateManagedThing":  # It refers to CreateManagedThing.
        assert arguments == fields


@of_each_operation
def test_errors_are_declared_by_the_service(info: iotmi.OperationInfo) -> None:
    """A request names only errors that the service's model declares for the operation."""
    declared = SERVICE.operation_model(info.name).error_shapes
    names = {shape.name.replace("Exception", "Error") for shape in declared}
    assert listed(info.request, "Raises") <= names


@pytest.mark.parametrize("kind", VALUES, ids=[kind.__name__ for kind in VALUES])
def test_attributes_are_the_fields_of_the_value(kind: type) -> None:
    """A value describes all of its fields or none."""
    assert listed(kind, "Attributes") in (set(), fields_of(kind))
