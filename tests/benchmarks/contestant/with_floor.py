"""The floor: the work that no client can avoid."""

import json


class Client:
    """Only the JSON of a response."""

    def __init__(self, url: str) -> None: ...

    def decode(self, body: bytes) -> object:
        return json.loads(body)
