"""Sensitive values appear in no repr, error, traceback or log."""

import html
import json
import logging
import traceback
from collections.abc import Callable
from urllib.parse import quote

import pytest

import iotmi
from iotmi import (
    AuthenticationMaterialType,
    CapabilityAction,
    Client,
    CommandCapability,
    CommandEndpoint,
    CreateManagedThing,
    ListManagedThings,
    Request,
    RetryPolicy,
    Role,
    SendManagedThingCommand,
    TagResource,
)
from iotmi._schema.redaction import redactor
from iotmi.emulator import Emulator
from tests.support.factories import make_hub
from tests.support.http_servers import Act, answer, closed_port, hang_up, serving, with_keys

CANARY = "CANARY0123456789"

REQUESTS: list[Request[object]] = [
    CreateManagedThing(
        role=Role.CONTROLLER,
        authentication_material=f"SN:{CANARY};UPC:829576019524",
        authentication_material_type=AuthenticationMaterialType.WIFI_SETUP_QR_BAR_CODE,
        serial_number=CANARY,
        owner=CANARY,
        brand=CANARY,
        model=CANARY,
        classification=CANARY,
        tags={CANARY: CANARY},
    ),
    ListManagedThings(owner_filter=CANARY, serial_number_filter=f"{CANARY} {CANARY}"),
    SendManagedThingCommand(
        "x",
        endpoints=[
            CommandEndpoint(
                endpoint_id="1",
                capabilities=[
                    CommandCapability(
                        id="matter.OnOff@1.4",
                        name="On/Off",
                        version="6",
                        actions=[CapabilityAction(name="UpdateState", parameters={CANARY: CANARY})],
                    )
                ],
            )
        ],
    ),
    TagResource(
        "arn:aws:iotmanagedintegrations:eu-west-1:123456789012:managed-thing/a",
        tags={CANARY: CANARY},
    ),
]


@pytest.fixture
def records(caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    """Return all log records at DEBUG or above, as text."""
    caplog.set_level(logging.DEBUG)
    for name in list(logging.root.manager.loggerDict):
        caplog.set_level(logging.DEBUG, logger=name)
    return lambda: "\n".join(
        f"{record.name} {record.getMessage()} {record.args!r} {record.exc_text}"
        for record in caplog.records
    )


def everything(error: BaseException) -> str:
    """Return the error's text, repr, fields and whole traceback."""
    return "\n".join(
        [str(error), repr(error), repr(vars(error)), "".join(traceback.format_exception(error))]
    )


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda request: type(request).__name__)
def test_no_repr_reveals_secrets(request_: Request[object], client: Client) -> None:
    """No repr of a request or its bound method shows a secret."""
    assert CANARY not in repr(request_)
    assert CANARY not in repr(iotmi.Pager(client, request_))  # type: ignore[arg-type]  # any request


def test_no_response_reveals_secrets(client: Client, records: Callable[[], str]) -> None:
    """A create and a get show no secret, with every logger at DEBUG."""
    made = client.send(REQUESTS[0]).value
    assert isinstance(made, iotmi.CreatedManagedThing)
    response = client.send(iotmi.GetManagedThing(made.id))
    assert response.value.serial_number == CANARY
    listed = client.managed_things.list(owner_filter=CANARY)
    assert listed.first() is not None
    shown = [repr(value) for value in (made, response, response.value, listed, *listed)]
    assert CANARY not in "\n".join(shown)
    assert "GetManagedThing answered HTTP 200" in records()
    assert CANARY not in records()


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda request: type(request).__name__)
@pytest.mark.parametrize("place", ["service", "refused", "hung up", "nonsense"])
def test_no_error_and_no_log_reveals_secrets(
    request_: Request[object], place: str, records: Callable[[], str]
) -> None:
    """Errors, their causes and logs show no secret."""
    quoting = answer(
        "400 Bad Request",
        f'{{"Message": "Value {CANARY} at serialNumber is bad: {CANARY}%20{CANARY}"}}'.encode(),
        x_amzn_errortype="ValidationException",
    )
    scripts: dict[str, list[Act]] = {
        "service": [quoting],
        "refused": [],
        "hung up": [hang_up],
        "nonsense": [answer("200 OK", f'{{"Id": ["{CANARY}"], "Items": "{CANARY}"'.encode())],
    }
    with (
        serving(scripts[place]) as url,
        with_keys(
            iotmi.Client,
            endpoint_url=closed_port() if place == "refused" else url,
            retry=RetryPolicy.none(),
        ) as client,
    ):
        # Loggers that botocore created with the client.
        for name in list(logging.root.manager.loggerDict):
            if name.startswith(("botocore", "urllib3", "boto3")):
                logging.getLogger(name).setLevel(logging.DEBUG)
        try:
            with pytest.raises(iotmi.IotmiError) as caught:
                client.send(request_)
        finally:
            for name in list(logging.root.manager.loggerDict):
                if name.startswith(("botocore", "urllib3", "boto3")):
                    logging.getLogger(name).setLevel(logging.NOTSET)
    assert CANARY not in everything(caught.value)
    assert CANARY not in records()


def test_a_refused_limit_keeps_the_secret() -> None:
    """A problem with a sensitive member shows neither value nor keys."""
    with pytest.raises(iotmi.ConstraintError) as caught:
        iotmi.UpdateManagedThing("x", owner=f"{CANARY}/", brand=f"{CANARY}/")
    assert "owner: must match" in str(caught.value)
    assert CANARY not in everything(caught.value)
    with pytest.raises(iotmi.ConstraintError) as caught:
        iotmi.CreateCredentialLocker(tags={CANARY * 20: CANARY * 20})
    assert CANARY not in everything(caught.value)


def test_another_client_of_botocore_logs_as_before(
    emulator: Emulator, client: Client, records: Callable[[], str]
) -> None:
    """Log records of other boto3 clients are unchanged."""
    make_hub(client)
    assert "botocore.endpoint" not in records()
    theirs = emulator.boto3_client()
    theirs.list_managed_things(OwnerFilter="somebody")  # type: ignore[attr-defined]  # by botocore
    assert "botocore.endpoint" in records()
    assert "somebody" in records()


def test_short_secrets_are_redacted_as_words() -> None:
    """A secret of one or two letters is redacted only as a whole word."""
    hide = redactor(iotmi.UpdateManagedThing("x", owner="a", brand="on"))
    assert hide("a cat sat on a mat: on") == "*** cat sat *** *** mat: ***"
    assert redactor(iotmi.GetManagedThing("x"))("x stays") == "x stays"


def test_secrets_are_found_in_every_spelling() -> None:
    """URL-encoded and JSON-escaped secrets are redacted."""
    hide = redactor(iotmi.UpdateManagedThing("x", classification='top "secret" äö'))
    for text in (
        'top "secret" äö',
        "top%20%22secret%22%20%C3%A4%C3%B6",
        "top+%22secret%22+%C3%A4%C3%B6",
        'top \\"secret\\" \\u00e4\\u00f6',
    ):
        assert hide(f"<{text}>") == "<***>"


SPELLINGS = {
    "html": html.escape,
    "html without quotes": lambda text: html.escape(text, quote=False),
    "html in decimal": lambda text: html.escape(text).replace("&#x27;", "&#39;"),
    "html with names": lambda text: html.escape(text).replace("&#x27;", "&apos;"),
    "json": lambda text: json.dumps(text)[1:-1],
    "repr": lambda text: repr(text)[1:-1],
    "ascii": lambda text: ascii(text)[1:-1],
    "repr in json": lambda text: json.dumps(repr(text)[1:-1])[1:-1],
    "json in json": lambda text: json.dumps(json.dumps(text)[1:-1])[1:-1],
    "json in html": lambda text: html.escape(json.dumps(text)[1:-1]),
    "html in json": lambda text: json.dumps(html.escape(text))[1:-1],
    "upper case": str.upper,
    "lower case": str.lower,
    "url in lower case": lambda text: quote(text).lower(),
}


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
@pytest.mark.parametrize("secret", ['O\'Neil "<b>&co"', "aa:bb\\cc", "J\u00fcrgen\t'x", "it's"])
def test_secrets_are_found_however_they_are_escaped(
    spelling: Callable[[str], str], secret: str
) -> None:
    """For HTML, JSON and Python, in one another, and in another case."""
    with iotmi.unchecked():
        hide = redactor(iotmi.UpdateManagedThing("x", classification=secret))
    assert hide(f"<{spelling(secret)}>") == "<***>"
