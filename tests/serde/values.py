"""Random values of every model: any value of the right kind, within the limits or not."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Final

from hypothesis import HealthCheck, settings, strategies as st

import iotmi
from iotmi._schema.schema import is_model, schema_of
from iotmi._schema.shapes import (
    DocumentShape,
    EnumShape,
    ListShape,
    MapShape,
    ScalarShape,
    SensitiveShape,
    Shape,
    StructureShape,
)
from tests.conformance.pairing import model_in

FEW: Final = settings(
    max_examples=15,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large),
)

# A redacted value is refused on purpose, so no text is one.
TEXTS: Final = st.text(max_size=8).filter(lambda text: text != "***")
FLOATS: Final = st.floats(allow_nan=False, allow_infinity=False)
JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | FLOATS | TEXTS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=4,
)
# In these years, seconds as a float still tell one microsecond from the next.
TIMES: Final = st.datetimes(
    datetime(1900, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
    datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
SCALARS: Final[Mapping[type, st.SearchStrategy[object]]] = {
    str: TEXTS,
    int: st.integers(-(2**63), 2**63),
    float: FLOATS,
    bool: st.booleans(),
    datetime: TIMES,
}


@cache
def models() -> list[type]:
    """Every class of a request, of a value, or of a value inside one."""
    found: dict[type, None] = {}
    waiting = [getattr(iotmi, name) for name in dir(iotmi)]
    while waiting:
        model = waiting.pop()
        if is_model(model) and model not in found:
            found[model] = None
            waiting += [model_in(member.shape) for member in schema_of(model).members]
    return sorted(found, key=lambda model: model.__name__)


def of_shape(shape: Shape) -> st.SearchStrategy[object]:  # noqa: PLR0911
    """Values of the kind of *shape*."""
    match shape:
        case SensitiveShape():
            return of_shape(shape.shape)
        case ScalarShape():
            return SCALARS[shape.kind]
        case EnumShape(enum=enum):
            return st.sampled_from(list(enum)) | TEXTS.map(enum)
        case ListShape():
            return st.lists(of_shape(shape.item), max_size=2)
        case MapShape():
            return st.dictionaries(of_shape(shape.key), of_shape(shape.value), max_size=2)
        case StructureShape():
            return values(shape.model)
        case DocumentShape():
            return JSON.filter(lambda document: document not in (None, "***"))
        case _:
            raise AssertionError(shape)


@cache
def values(model: type) -> st.SearchStrategy[object]:
    """Values of *model*, built without validation."""
    members = schema_of(model).members
    return st.fixed_dictionaries(
        {member.name: of_shape(member.shape) for member in members if member.required},
        optional={member.name: of_shape(member.shape) for member in members if not member.required},
    ).map(lambda arguments: _unchecked(model, arguments))


def _unchecked(model: type, arguments: Mapping[str, object]) -> object:
    with iotmi.unchecked():
        value: object = model(**arguments)
        return value
