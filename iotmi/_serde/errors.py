"""What is raised where JSON is not what it should be, and the words for it. Knows no value."""


class DecodeError(Exception):
    """JSON does not have the form of the answer it should be. Holds no value of it.

    Attributes:
        path: the first member that cannot be read, in the names of our values.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path


def json_type_name(value: object) -> str:
    """What JSON calls *value*."""
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
