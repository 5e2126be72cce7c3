"""Times in responses, in every form that botocore reads."""

from datetime import UTC, datetime

import pytest
from botocore.utils import parse_timestamp

import iotmi
from iotmi._schema.times import from_seconds, from_text, to_seconds, to_text
from iotmi._serde.decoder import decode
from iotmi._serde.errors import DecodeError

FORMS = [
    1767225600,
    1767225600.123456,
    -1.5,
    "1767225600",
    "1767225600.5",
    "2026-01-01T00:00:00Z",
    "2026-01-01T00:00:00.123Z",
    "2026-01-01T00:00:00.123456789Z",
    "2026-01-01T00:00:00+00:00",
    "2026-01-01T02:30:00+02:30",
    "2026-01-01 00:00:00Z",
    "20260101T000000Z",
    "2026-01-01T00:00:00",
    "Thu, 01 Jan 2026 00:00:00 GMT",
    "Thu, 01 Jan 2026 00:00:00 +0100",
]


@pytest.mark.parametrize("given", FORMS)
def test_a_time_is_read_as_botocore_reads_it(given: object) -> None:
    """Numbers, ISO 8601 and the date of HTTP; where botocore finds no zone, we say UTC."""
    theirs = parse_timestamp(given)  # type: ignore[arg-type]  # it takes numbers too
    theirs = theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC)
    ours = decode({"Id": "a", "CreatedAt": given}, iotmi.ManagedThing).created_at
    assert ours == theirs
    assert ours is not None
    assert ours.tzinfo is UTC


@pytest.mark.parametrize("given", ["", "soon", "nan", "inf", "1e99", 1e99, True, [], {}])
def test_no_other_time_is_read(given: object) -> None:
    """The error has the path and not the value."""
    with pytest.raises(DecodeError) as caught:
        decode({"Id": "a", "CreatedAt": given}, iotmi.ManagedThing)
    assert caught.value.path == "created_at"
    assert given in ("", []) or str(given) not in caught.value.reason


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2026, 1, 1, microsecond=1, tzinfo=UTC),
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
    ],
)
def test_what_is_written_is_read_back(moment: datetime) -> None:
    """As text and as a number."""
    assert from_text(to_text(moment)) == moment
    assert from_seconds(to_seconds(moment)) == moment
