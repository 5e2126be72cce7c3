"""The error that the functions of a connector raise.

The library raises the errors in `iotmi.errors`. The application raises this one, so it stands here.
"""

from iotmi.errors import IotmiError


class ConnectorError(IotmiError):
    """A cloud connector refuses a request, or fails to carry it out.

    A function of a connector raises this error. It becomes the connector's response, or an event if
    the response was sent already.

    Attributes:
        status_code: the status of the response, from 400 to 550. Any other number is sent as 500.
        message: the reason. The service writes it to logs, so it must hold no secret. Tokens of the
            request are redacted.
    """

    def __init__(self, status_code: int, message: str) -> None:
        super().__init__(f"{status_code}: {message}")
        self.status_code: int = status_code
        self.message: str = message
