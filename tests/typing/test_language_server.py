"""Completion, signature help and hover of Pyright's server for this library."""

import re
from collections.abc import Iterator
from typing import Final

import attrs
import pytest

import iotmi
from iotmi import CreateManagedThing, ManagedThing, operations
from tests.typing.language_server import LanguageServer

pytestmark = pytest.mark.checkers

BLOCKING: Final = """\
import iotmi
from iotmi import Role

with iotmi.Client() as client:
    """
AWAITING: Final = """\
import iotmi
from iotmi import Role

async def main(client: iotmi.AsyncClient) -> None:
    """
BOTH: Final = pytest.mark.parametrize("start", [BLOCKING, AWAITING], ids=["blocking", "awaiting"])


PLAIN_TYPES: Final = frozenset(
    {"Mapping", "None", "Sequence", "bool", "float", "int", "object", "str", *dir(iotmi)}
)


def awaited(start: str) -> str:
    """Return the word that a call needs in front of it after *start*."""
    return "await " if start == AWAITING else ""


def fields_of(kind: type) -> set[str]:
    """Return the names of a value's members."""
    assert attrs.has(kind)
    return {field.name for field in attrs.fields(kind)}


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageServer]:
    """Return a running language server over an empty folder; `iotmi` comes from the environment."""
    with LanguageServer(tmp_path_factory.mktemp("editor")) as server:
        yield server


@BOTH
def test_a_client_offers_every_family(editor: LanguageServer, start: str) -> None:
    """Completion after ``client.`` lists the nouns of the service and the client's own methods."""
    families = {info.method.partition(".")[0] for info in operations()}
    assert families | {"send", "close", "with_options"} <= editor.completions(f"{start}client.‸")


@BOTH
def test_a_family_offers_every_method(editor: LanguageServer, start: str) -> None:
    """Completion after ``client.managed_things.`` lists its operations and its waiters."""
    methods = {
        method
        for family, _, method in (info.method.partition(".") for info in operations())
        if family == "managed_things"
    }
    offered = editor.completions(f"{start}client.managed_things.‸")
    assert methods | {"wait_until_activated", "wait_until_deleted"} <= offered
    assert "fetch" not in offered


@BOTH
def test_a_call_shows_its_keywords_with_their_types(editor: LanguageServer, start: str) -> None:
    """Signature help names every parameter of the request, and the types of those parameters."""
    parameters = editor.parameters(f"{start}{awaited(start)}client.managed_things.create(‸)")
    assert {parameter.partition(":")[0] for parameter in parameters} == {
        "*",
        *fields_of(CreateManagedThing),
    }
    assert "role: Role" in parameters
    assert "authentication_material_type: AuthenticationMaterialType" in parameters
    assert "name: str | None = None" in parameters


@pytest.mark.parametrize(
    "method",
    [
        "account_associations.link",
        "cloud_connectors.send_event",
        "destinations.create",
        "device_discoveries.onboard",
        "device_discoveries.start",
        "managed_things.create",
        "managed_things.list",
        "managed_things.send_command",
        "managed_things.wait_until_activated",
        "tags.tag",
    ],
)
def test_parameters_show_types_that_can_be_imported(editor: LanguageServer, method: str) -> None:
    """Signature help and hover show built-in types and public names of `iotmi` only."""
    parameters = editor.parameters(f"{BLOCKING}client.{method}(‸)")
    shown = editor.hover(f"{BLOCKING}client.{method[:-1]}‸{method[-1]}").partition("---")[0]
    for parameter in parameters:
        assert parameter in shown
        annotation = parameter.partition(":")[2].partition("=")[0]
        assert set(re.findall(r"\w+", annotation)) <= PLAIN_TYPES


@BOTH
def test_a_call_completes_its_keywords(editor: LanguageServer, start: str) -> None:
    """Completion inside the parentheses offers the keywords not yet given."""
    call = f"{start}{awaited(start)}client.managed_things.create("
    assert "role=" in editor.completions(f"{call}ro‸)")
    assert "authentication_material=" in editor.completions(f"{call}role=Role.DEVICE, auth‸)")
    assert "role=" not in editor.completions(f"{call}role=Role.DEVICE, ro‸)")


@BOTH
def test_a_method_tells_what_it_does(editor: LanguageServer, start: str) -> None:
    """Hovering shows the signature, the docstring with its limits, and the service's own page."""
    shown = editor.hover(f"{start}client.managed_things.cre‸ate")
    assert "Create a managed thing: a hub or a device." in shown
    assert "1 to 512 characters" in shown
    assert "role: Role" in shown
    assert "API\\_CreateManagedThing.html" in shown
    assert "Unknown" not in shown


def test_a_method_tells_its_colour(editor: LanguageServer) -> None:
    """Hovering shows that the awaiting client's methods are to be awaited, and its pagers."""
    assert "-> ManagedThing\n" in editor.hover(f"{BLOCKING}client.managed_things.g‸et")
    assert "-> Pager[" in editor.hover(f"{BLOCKING}client.managed_things.li‸st")
    assert "-> Coro[ManagedThing]\n" in editor.hover(f"{AWAITING}client.managed_things.g‸et")
    assert "-> AsyncPager[" in editor.hover(f"{AWAITING}client.managed_things.li‸st")


@BOTH
def test_an_answer_offers_its_members(editor: LanguageServer, start: str) -> None:
    """Completion after an answer lists the members of the value."""
    call = f'{awaited(start)}client.managed_things.get("id")'
    offered = editor.completions(f"{start}thing = {call}\n    thing.‸")
    assert fields_of(ManagedThing) <= offered


def test_an_awaiting_call_offers_nothing_of_its_answer(editor: LanguageServer) -> None:
    """Without ``await``, the members of the answer are not on offer."""
    offered = editor.completions(f'{AWAITING}client.managed_things.get("id").‸')
    assert "send" in offered
    assert "provisioning_status" not in offered


@BOTH
def test_a_listing_offers_the_members_of_its_items(editor: LanguageServer, start: str) -> None:
    """Completion in the body of a loop over a pager knows what the loop runs over."""
    loop = "async for" if start == AWAITING else "for"
    offered = editor.completions(
        f"{start}{loop} item in client.managed_things.list():\n        item.‸"
    )
    assert {"id", "provisioning_status", "role"} <= offered


def test_an_enum_offers_its_members(editor: LanguageServer) -> None:
    """Completion after ``Role.`` lists the roles."""
    assert {"CONTROLLER", "DEVICE", "known"} <= editor.completions(f"{BLOCKING}Role.‸")


def test_an_error_offers_what_it_knows(editor: LanguageServer) -> None:
    """Completion in an ``except`` block lists the facts of that error."""
    offered = editor.completions(
        f"{BLOCKING}try:\n        pass\n    except iotmi.ResourceNotFoundError as error:\n"
        "        error.‸"
    )
    assert {"operation", "request_id", "resource_id", "code", "retry_after"} <= offered
