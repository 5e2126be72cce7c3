"""The control API over HTTP: devices, people, faults, time, calls, notifications and snapshots.

`table` declares every route once. Routing, validation and the OpenAPI document follow from it. Only
a server loads this package.
"""
