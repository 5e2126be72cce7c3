"""Schemas of the documents in the responses.

Owns one schema for each name in the table of routes. This module must not know how a document is
made.
"""

from collections.abc import Mapping
from typing import Final

from iotmi.emulator._control.schemas import (
    ANY,
    BOOLEAN,
    TIME,
    Schema,
    listed,
    map_of,
    nullable,
    record,
)

_TEXT: Final[Schema] = {"type": "string"}
_TEXTS: Final = listed(_TEXT)
_COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
_MAYBE: Final = nullable(_TEXT)
_MAYBE_TIME: Final = nullable(TIME)
_OBJECT: Final[Schema] = {"type": "object"}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


_PROPERTY: Final = record(
    {"name": _TEXT, "value": ANY, "schema": nullable(_OBJECT), "mutable": BOOLEAN}
)
_CAPABILITY: Final = record(
    {
        "endpoint": _TEXT,
        "id": _TEXT,
        "name": _MAYBE,
        "properties": listed(_PROPERTY),
        "actions": listed(record({"name": _TEXT, "parameters": map_of(nullable(_OBJECT))})),
        "events": _TEXTS,
    }
)
_FAULT: Final[Schema] = {
    "type": "object",
    "properties": {"kind": _TEXT, "operation": _MAYBE},
    "required": ["kind", "operation"],
}
_CONNECTOR: Final = record(
    {
        "arn": _TEXT,
        "problems": _TEXTS,
        "faults": listed(record({"kind": _TEXT, "operation": _MAYBE})),
        "invocations": listed(
            record({"operation": _TEXT, "delivery": _COUNT, "outcome": _TEXT, "fault": _MAYBE})
        ),
    }
)
_LISTS: Final[Mapping[str, Schema]] = {
    "hubs": listed(_ref("Thing")),
    "devices": listed(_ref("Thing")),
    "lockers": listed(record({"id": _TEXT, "name": _MAYBE, "created_at": _MAYBE_TIME})),
    "associations": listed(_ref("Association")),
    "discoveries": listed(_ref("Discovery")),
    "nearby": listed(
        record({"identifier": _TEXT, "name": _MAYBE, "where": _MAYBE, "thing_id": _MAYBE})
    ),
    "ota_tasks": listed(
        record(
            {
                "id": _TEXT,
                "description": _MAYBE,
                "type": _TEXT,
                "status": _TEXT,
                "held": BOOLEAN,
                "created_at": _MAYBE_TIME,
                "things": listed(record({"thing_id": _TEXT, "status": _TEXT})),
            }
        )
    ),
}

RESPONSES: Final[Mapping[str, Schema]] = {
    "Error": record({"error": record({"code": _TEXT, "message": _TEXT})}),
    "Health": record(
        {
            "status": _TEXT,
            "version": _TEXT,
            "region": _TEXT,
            "operations": _COUNT,
            "calls": _COUNT,
        }
    ),
    "Thing": record(
        {
            "id": _TEXT,
            "name": _MAYBE,
            "role": _TEXT,
            "provisioning_status": _TEXT,
            "online": BOOLEAN,
            "held": BOOLEAN,
            "hub_id": _MAYBE,
            "locker_id": _MAYBE,
            "association_id": _MAYBE,
            "brand": _MAYBE,
            "model": _MAYBE,
            "device_type": _MAYBE,
            "created_at": _MAYBE_TIME,
            "capabilities": listed(_CAPABILITY),
        }
    ),
    "Secrets": record(
        {},
        {
            **dict.fromkeys(
                (
                    "serial_number",
                    "universal_product_code",
                    "international_article_number",
                    "connector_device_id",
                    "device_specific_key",
                    "mac_address",
                    "owner",
                    "classification",
                ),
                _TEXT,
            ),
            "tags": map_of(_TEXT),
        },
    ),
    "Association": record(
        {
            "id": _TEXT,
            "name": _MAYBE,
            "state": _TEXT,
            "held": BOOLEAN,
            "connector_destination_id": _TEXT,
            "error_message": _MAYBE,
            "created_at": _MAYBE_TIME,
        }
    ),
    "Discovery": record(
        {
            "id": _TEXT,
            "type": _TEXT,
            "status": _TEXT,
            "held": BOOLEAN,
            "hub_id": _MAYBE,
            "association_id": _MAYBE,
            "started_at": _MAYBE_TIME,
            "finished_at": _MAYBE_TIME,
            "devices": listed(
                record(
                    {
                        "name": _MAYBE,
                        "brand": _MAYBE,
                        "model": _MAYBE,
                        "device_types": _TEXTS,
                        "thing_id": _MAYBE,
                    }
                )
            ),
        }
    ),
    "Home": record(
        {
            "region": _TEXT,
            "account": _TEXT,
            "clock": _TEXT,
            "now": TIME,
            "revision": _COUNT,
            "generation": _TEXT,
            "counts": record(dict.fromkeys(_LISTS, _COUNT)),
            **_LISTS,
        }
    ),
    "Trace": record({"trace_id": _TEXT}),
    "Nearby": record({"identifier": _TEXT}),
    "Catalogue": record({"ready": _TEXTS, "capabilities": _TEXTS}),
    "Faults": record(
        {
            "queued": listed(_FAULT),
            "random": listed(_FAULT),
            "delays": listed(_FAULT),
            "throttles": listed(_FAULT),
            "counts": map_of(_COUNT),
        }
    ),
    "Connector": _CONNECTOR,
    "Connectors": record({"connectors": listed(_ref("Connector"))}),
    "Time": record({"clock": _TEXT, "now": TIME}),
    "Revision": record({"revision": _COUNT}),
    "Calls": record(
        {
            "calls": listed(
                record(
                    {
                        "number": _COUNT,
                        "operation": _MAYBE,
                        "status": _COUNT,
                        "started_at": TIME,
                        "milliseconds": {"type": "number", "minimum": 0},
                        "error": _MAYBE,
                        "fault": _MAYBE,
                        "carried_out": BOOLEAN,
                        "request_id": _MAYBE,
                    }
                )
            ),
            "next": _COUNT,
        }
    ),
    "Notifications": record(
        {
            "notifications": listed(
                record(
                    {
                        "number": _COUNT,
                        "event_type": _TEXT,
                        "destination": _TEXT,
                        "envelope": _OBJECT,
                    }
                )
            ),
            "next": _COUNT,
        }
    ),
    "Snapshot": {
        "type": "object",
        "properties": {"format": _TEXT, "version": _COUNT, "digest": _TEXT},
        "required": ["format", "version", "digest"],
        "additionalProperties": True,
    },
    "OpenApi": _OBJECT,
}
