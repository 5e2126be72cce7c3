"""The emulator takes the bar codes of genuine labels and refuses what no label has."""

from collections.abc import Iterable, Iterator, Mapping

import pytest

from iotmi import AuthenticationMaterialType, Client, Role, ValidationError
from iotmi.emulator import Emulator
from iotmi.materials import MaterialError, MaterialIssue, ZigbeeCode, ZWaveCode
from tests.materials.factories import sample

ZWAVE = sample("zwave")


def texts_of(entries: Iterable[Mapping[str, str]]) -> list[str]:
    """Return the texts that the service's own pattern allows."""
    return [entry["text"] for entry in entries if entry["material_pattern"]]


def create(client: Client, kind: AuthenticationMaterialType, text: str) -> str:
    """Create a thing and return its id."""
    return client.managed_things.create(
        role=Role.DEVICE, authentication_material=text, authentication_material_type=kind
    ).id


@pytest.fixture
def home() -> Iterator[Client]:
    """Give a client of an emulator."""
    with Emulator() as emulator, emulator.client() as client:
        yield client


@pytest.mark.parametrize("text", texts_of(sample("zigbee")["qr"]))
def test_a_zigbee_label_is_taken_as_materials_reads_it(home: Client, text: str) -> None:
    """A label that `ZigbeeCode` reads makes a thing, with a wrong CRC too; no other does."""
    try:
        ZigbeeCode.parse(text)
    except MaterialError:
        with pytest.raises(ValidationError, match="AuthenticationMaterial must be") as caught:
            create(home, AuthenticationMaterialType.ZIGBEE_QR_BAR_CODE, text)
        assert text not in str(caught.value)
    else:
        assert create(home, AuthenticationMaterialType.ZIGBEE_QR_BAR_CODE, text)


@pytest.mark.parametrize("text", texts_of(ZWAVE["invalid"]))
def test_an_impossible_zwave_code_is_refused(home: Client, text: str) -> None:
    """Version 02, a DSK group above 65535, a TLV cut off: no thing is made."""
    with pytest.raises(ValidationError, match="AuthenticationMaterial must be"):
        create(home, AuthenticationMaterialType.ZWAVE_QR_BAR_CODE, text)


def test_a_wrong_zwave_checksum_is_taken(home: Client) -> None:
    """The emulator does not judge a checksum."""
    text = ZWAVE["valid"][0]["text"]
    wrong = f"{text[:4]}00001{text[9:]}"
    assert ZWaveCode.parse(wrong).warnings == (MaterialIssue.ZWAVE_CHECKSUM,)
    assert create(home, AuthenticationMaterialType.ZWAVE_QR_BAR_CODE, wrong)
