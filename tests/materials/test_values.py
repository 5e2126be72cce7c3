"""Materials as values: building, parsing, comparing, copying and pickling."""

import copy
import pickle
import subprocess
import sys
from collections.abc import Callable
from random import Random

import attrs
import pytest
from hypothesis import given, strategies as st

import iotmi
from iotmi import AuthenticationMaterialType, Role, materials
from iotmi.emulator import Emulator
from iotmi.materials import (
    CloudDevice,
    CustomProtocolCode,
    DiscoveredDevice,
    Material,
    MaterialError,
    MaterialIssue,
    PreOnboardedCloudDevice,
    WiFiSetupCode,
    ZigbeeCode,
    ZWaveCode,
    ZWaveKeys,
    ZWaveTlv,
)
from tests.fuzz.materials import run
from tests.materials.factories import FACTORIES, sample

KINDS = list(FACTORIES)
FOUND_BY_THEIR_BEGINNING = [WiFiSetupCode, ZigbeeCode, ZWaveCode]
DSK = "51525-35455-41424-34445-31323-33435-21222-32425"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_ten_thousand_values_round_trip(kind: type[Material]) -> None:
    """`parse` decodes `text` into an equal value with an equal hash and no warnings."""
    random = Random(20261129)
    seen = set()
    for _ in range(10_000):
        value = FACTORIES[kind](random)
        again = kind.parse(value.text, strict=not isinstance(value, WiFiSetupCode))
        assert again == value
        assert hash(again) == hash(value)
        if kind in FOUND_BY_THEIR_BEGINNING:
            assert materials.parse(value.text) == value
        seen.add(value)
    assert len(seen) > 9_000


@given(st.randoms(use_true_random=False).flatmap(lambda _: st.integers(0, 2**32)))
def test_copies_are_equal(seed: int) -> None:
    """A value survives pickle, copy, deepcopy and `evolve`."""
    for factory in FACTORIES.values():
        value = factory(Random(seed))
        twins = (
            pickle.loads(pickle.dumps(value)),
            copy.copy(value),
            copy.deepcopy(value),
            attrs.evolve(value),
        )
        assert all(twin == value and type(twin) is type(value) for twin in twins)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_values_are_frozen(kind: type[Material]) -> None:
    """Assigning a field raises an error."""
    value = FACTORIES[kind](Random(1))
    for name in (attribute.name for attribute in attrs.fields(kind)):
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            setattr(value, name, "other")


def test_each_kind_has_its_type() -> None:
    """The seven kinds cover the service's six types."""
    assert {kind: kind.type for kind in KINDS} == {
        WiFiSetupCode: AuthenticationMaterialType.WIFI_SETUP_QR_BAR_CODE,
        ZigbeeCode: AuthenticationMaterialType.ZIGBEE_QR_BAR_CODE,
        ZWaveCode: AuthenticationMaterialType.ZWAVE_QR_BAR_CODE,
        CloudDevice: AuthenticationMaterialType.DISCOVERED_DEVICE,
        PreOnboardedCloudDevice: AuthenticationMaterialType.PRE_ONBOARDED_CLOUD,
        DiscoveredDevice: AuthenticationMaterialType.DISCOVERED_DEVICE,
        CustomProtocolCode: AuthenticationMaterialType.CUSTOM_PROTOCOL_QR_BAR_CODE,
    }
    assert {kind.type for kind in KINDS} == set(AuthenticationMaterialType)


def test_a_zwave_checksum_is_computed() -> None:
    """The specification's example code for a dimmer is built from its parts."""
    code = ZWaveCode(
        requested_keys=ZWaveKeys.S2_UNAUTHENTICATED | ZWaveKeys.S2_AUTHENTICATED,
        dsk=DSK,
        tlvs=[
            ZWaveTlv(type=0, value="0435301537"),
            ZWaveTlv(type=1, value="65520001000000300578"),
        ],
    )
    assert code.text == sample("zwave")["valid"][0]["text"]
    assert attrs.evolve(code, dsk=DSK.replace("-", "")) == code
    wrong = attrs.evolve(code, checksum=1)
    assert wrong.warnings == (MaterialIssue.ZWAVE_CHECKSUM,)
    assert ZWaveCode.parse(wrong.text) == wrong
    with pytest.raises(MaterialError, match="Z-Wave checksum"):
        ZWaveCode.parse(wrong.text, strict=True)


def test_a_zwave_code_without_a_product_tlv() -> None:
    """Fields of missing TLVs are None."""
    code = ZWaveCode(requested_keys=1, dsk=DSK, version=0)
    assert code.text[:4] == "9000"
    assert {
        code.generic_device_class,
        code.specific_device_class,
        code.installer_icon,
        code.manufacturer_id,
        code.product_type,
        code.product_id,
        code.application_version,
        code.max_inclusion_request_interval,
        code.uuid_format,
        code.uuid,
        code.supported_protocols,
    } == {None}


def test_an_unknown_critical_tlv_is_a_warning() -> None:
    """Readers must refuse such a code, but the service may know types that iotmi does not."""
    code = ZWaveCode(requested_keys=1, dsk=DSK, tlvs=[ZWaveTlv(type=9, value="12", critical=True)])
    assert code.warnings == (MaterialIssue.ZWAVE_UNKNOWN_CRITICAL_TLV,)


def test_printed_separators_are_removed() -> None:
    """Labels have colons in addresses and dashes in install codes."""
    code = ZigbeeCode(
        eui64="00:0d:6f:ff:fe:d4:16:3b", install_code="5279-7BF4-A508-4DAA-8E17-12B6-1741-CA02-4051"
    )
    assert code.text == "Z:000D6FFFFED4163B$I:52797BF4A5084DAA8E1712B61741CA024051"
    assert code.warnings == ()


BAD_PARTS: list[tuple[Callable[[], object], str]] = [
    (lambda: ZigbeeCode(eui64="0011", install_code="83FED3407A939738C552"), "eui64"),
    (lambda: ZigbeeCode(eui64="ﬀ" * 8, install_code="83FED3407A939738C552"), "eui64"),
    (lambda: ZigbeeCode(eui64=7, install_code="83FED3407A939738C552"), "eui64"),  # type: ignore[arg-type]
    (lambda: ZigbeeCode(eui64="0" * 16, install_code=b"83FE"), "install_code"),  # type: ignore[arg-type]
    (lambda: ZigbeeCode(eui64="0" * 16, install_code="83FED3407A93973"), "has 15 digits"),
    (lambda: WiFiSetupCode(serial_number="ABC"), "either"),
    (
        lambda: WiFiSetupCode(
            serial_number="ABC",
            universal_product_code="036000291452",
            international_article_number="4006381333931",
        ),
        "either",
    ),
    (lambda: WiFiSetupCode(serial_number="A.", universal_product_code="0" * 12), "serial_number"),
    (
        lambda: WiFiSetupCode(serial_number="A", universal_product_code="0" * 11),
        "universal_product",
    ),
    (lambda: WiFiSetupCode(serial_number="A", international_article_number="0" * 14), "article"),
    (lambda: ZWaveCode(requested_keys=256, dsk=DSK), "requested_keys"),
    (lambda: ZWaveCode(requested_keys=True, dsk=DSK), "requested_keys"),
    (lambda: ZWaveCode(requested_keys=1, dsk=DSK[:-1]), "dsk"),
    (lambda: ZWaveCode(requested_keys=1, dsk="65536" * 8), "dsk"),
    (lambda: ZWaveCode(requested_keys=1, dsk=DSK, version=2), "version"),
    (lambda: ZWaveCode(requested_keys=1, dsk=DSK, checksum=-1), "checksum"),
    (lambda: ZWaveCode(requested_keys=1, dsk=DSK, tlvs=["0010"]), "tlvs"),  # type: ignore[list-item]
    (lambda: ZWaveCode(requested_keys=1, dsk=DSK, tlvs=5), "tlvs"),  # type: ignore[arg-type]
    (
        lambda: ZWaveCode(requested_keys=1, dsk=DSK, tlvs=[ZWaveTlv(type=9, value="0" * 99)] * 5),
        "567 characters",
    ),
    (lambda: ZWaveTlv(type=50, value=""), "type"),
    (lambda: ZWaveTlv(type=9, value="0" * 100), "value"),
    (lambda: ZWaveTlv(type=0, value="0"), "must have 10 digits"),
    (lambda: ZWaveTlv(type=4, value="0"), "must have 2 or 3 or 5 digits"),
    (lambda: ZWaveTlv(type=1, value="9" * 20), "up to 65535"),
    (lambda: ZWaveTlv(type=2, value="04"), "05 to 99"),
    (lambda: ZWaveTlv(type=3, value="00" + "9" * 40), "up to 65535"),
    (
        lambda: CloudDevice(device_discovery_id="a-b", connector_device_id="x"),
        "device_discovery_id",
    ),
    (lambda: CloudDevice(device_discovery_id="a", connector_device_id=""), "connector_device_id"),
    (
        lambda: PreOnboardedCloudDevice(connector_device_id="x", account_association_ids=[]),
        "one or more",
    ),
    (
        lambda: PreOnboardedCloudDevice(connector_device_id="x", account_association_ids="abc"),
        "one or more",
    ),
    (
        lambda: PreOnboardedCloudDevice(
            connector_device_id="x",
            account_association_ids=[1],  # type: ignore[list-item]
        ),
        "account_association_ids",
    ),
    (lambda: DiscoveredDevice("CLOUD:a:b"), "CloudDevice"),
    (lambda: DiscoveredDevice(""), "0 characters"),
    (lambda: CustomProtocolCode("a" * 513), "513 characters"),
    (lambda: CustomProtocolCode(5), "must be a string, not int"),  # type: ignore[arg-type]
    (lambda: ZigbeeCode.parse(None), "must be a string, not NoneType"),  # type: ignore[arg-type]
    (lambda: materials.parse(b"SN:"), "must be a string, not bytes"),  # type: ignore[arg-type]
    (lambda: materials.parse("0" * 10_000), "not a code that iotmi knows"),
    (lambda: ZWaveCode.parse("90" + "0" * 10_000), "at most 1024 characters"),
    (lambda: ZigbeeCode.parse("Z:0011223344556677$I:83FE$I:83FE"), "must be a Zigbee label"),
    (lambda: materials.parse("CLOUD:abc:def"), "can be a CloudDevice or a PreOnboarded"),
    (lambda: materials.parse("CLOUD:a-b:c-d"), "account_association_ids"),
    (lambda: materials.parse("CLOUD:a_b:"), "account_association_ids"),
]


@pytest.mark.parametrize(("build", "words"), BAD_PARTS)
def test_an_error_names_the_wrong_field(build: Callable[[], object], words: str) -> None:
    """A constructor or parser names the wrong field and the broken rule."""
    with pytest.raises(MaterialError, match=words) as caught:
        build()
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, iotmi.IotmiError)
    assert str(caught.value) == f"{caught.value.subject}: {caught.value.reason}"


SERVICE_ID = "1b15b39992f9460ba82c6c04595d1f4f"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("CLOUD:abc:lamp_1", CloudDevice),
        ("CLOUD:lamp_1:abc", PreOnboardedCloudDevice),
        ("CLOUD:lamp1:abc:def", PreOnboardedCloudDevice),
        (f"CLOUD:{SERVICE_ID}:lamp1", CloudDevice),
        (f"CLOUD:lamp1:{SERVICE_ID}", PreOnboardedCloudDevice),
    ],
)
def test_the_kind_of_a_cloud_text_is_found_by_its_ids(text: str, kind: type[Material]) -> None:
    """The characters decide, or the id in the format of the service's own ids."""
    assert type(materials.parse(text)) is kind


def test_parameters_create_a_thing() -> None:
    """A Hue label creates a thing, and the material has the documented format."""
    label = next(entry["text"] for entry in sample("zigbee")["qr"] if entry["name"] == "hue")
    code = ZigbeeCode.parse(label)
    with Emulator() as emulator, emulator.client() as client:
        client.managed_things.create(role=Role.DEVICE, **code.parameters())
        (call,) = emulator.calls
    assert call.parameters["AuthenticationMaterial"] == code.text
    assert call.parameters["AuthenticationMaterialType"] == "ZIGBEE_QR_BAR_CODE"


def test_materials_import_no_boto3() -> None:
    """Bar codes can be parsed without an AWS library."""
    program = "import sys, iotmi.materials; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert "iotmi.materials" in loaded
    assert not {name.split(".")[0] for name in loaded} & {"boto3", "botocore", "cattrs", "anyio"}
    assert not loaded & {"iotmi.client", "iotmi.resources.managed_things", "iotmi._serde.decoder"}


def test_every_text_becomes_a_value_or_a_material_error() -> None:
    """The short run of `tests.fuzz.materials` finds no other outcome."""
    assert run(3_000, seed=7)["refused"] > 10_000
