"""The error of a JSON document that does not have the expected form."""


class DecodeError(Exception):
    """A part of a JSON document has the wrong form. The error holds no value of the document.

    Attributes:
        path: the first member that cannot be decoded, in Python names; empty for the whole.
        reason: the fault in words, such as "is null, not a string".
    """

    def __init__(self, reason: str, path: str = "") -> None:
        super().__init__(reason, path)
        self.path = path
        self.reason = reason

    def within(self, step: str) -> "DecodeError":
        """Return the same error, seen from one level further out."""
        inner = f".{self.path}" if self.path[:1].isidentifier() else self.path
        return DecodeError(self.reason, step + inner)

    def __str__(self) -> str:
        return f"{self.path or 'the body'}: {self.reason}"


def json_type_name(value: object) -> str:
    """Return the JSON name of the type of *value*, with its article."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case dict():
            return "an object"
        case _:
            return "an array"
