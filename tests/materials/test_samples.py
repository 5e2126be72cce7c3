"""Codes and labels from the field are accepted or refused as `tests/samples` specifies."""

from typing import Any

import pytest

from iotmi import materials
from iotmi.materials import (
    CloudDevice,
    CustomProtocolCode,
    Material,
    MaterialError,
    MaterialIssue,
    PreOnboardedCloudDevice,
    WiFiSetupCode,
    ZigbeeCode,
    ZWaveCode,
    ZWaveKeys,
    ZWaveProtocols,
)
from tests.materials.factories import sample

ZWAVE = sample("zwave")
ZIGBEE = sample("zigbee")
GTIN = sample("gtin")
ADDRESS = "112233FFFE445566"
NO_CRC = {6, 8, 12, 16}

LABELS = [entry for entry in ZIGBEE["qr"] if entry["form"] is not None and "kind" not in entry]
# Bosch's 16 octets are a code without a CRC, which `ZigbeeCode` accepts.
LABELS += [entry for entry in ZIGBEE["qr"] if entry["form"] == "bosch" and "kind" in entry]
BAD_LABELS = [entry for entry in ZIGBEE["qr"] if entry not in LABELS]


def name_of(entry: dict[str, Any]) -> str:
    """Return the name of a sample."""
    return str(entry.get("name") or entry.get("why") or entry["text"])[:40]


@pytest.mark.parametrize("entry", ZWAVE["valid"], ids=name_of)
def test_all_fields_of_a_zwave_code_are_decoded(entry: dict[str, Any]) -> None:
    """Each field and TLV of a SmartStart code has the value that the specification defines."""
    code = materials.parse(entry["text"], strict=True)
    wanted = entry["parsed"]
    assert isinstance(code, ZWaveCode)
    assert code.text == entry["text"]
    assert code.warnings == ()
    assert (code.version, code.checksum) == (wanted["version"], wanted["checksum"])
    assert (code.requested_keys, code.dsk) == (wanted["requested_keys"], wanted["dsk"])
    assert code.pin == wanted["dsk"].split("-")[0]
    keys = {
        ZWaveKeys.S2_UNAUTHENTICATED: "S2_Unauthenticated",
        ZWaveKeys.S2_AUTHENTICATED: "S2_Authenticated",
        ZWaveKeys.S2_ACCESS_CONTROL: "S2_AccessControl",
        ZWaveKeys.S0: "S0",
    }
    assert [keys[key] for key in code.requested_keys] == wanted["classes"]
    assert [(tlv.type, tlv.critical, tlv.value) for tlv in code.tlvs] == [
        (tlv["type"], tlv["critical"], tlv["data"]) for tlv in wanted["tlvs"]
    ]
    assert [tlv.known for tlv in code.tlvs] == [tlv["name"] != "unknown" for tlv in wanted["tlvs"]]
    assert zwave_product(code) == expected_product(wanted["tlvs"])


def zwave_product(code: ZWaveCode) -> dict[str, object]:
    """Return the product information in a code's TLVs, under the samples' names."""
    uuid = code.uuid
    members = {
        "generic": code.generic_device_class,
        "specific": code.specific_device_class,
        "installer_icon": code.installer_icon,
        "manufacturer_id": code.manufacturer_id,
        "product_type": code.product_type,
        "product_id": code.product_id,
        "application_version": code.application_version,
        "seconds": code.max_inclusion_request_interval,
        "format": code.uuid_format,
        "uuid": None if uuid is None else uuid.hex(),
        "bitmask": code.supported_protocols,
    }
    return {name: value for name, value in members.items() if value is not None}


def expected_product(tlvs: list[dict[str, Any]]) -> dict[str, object]:
    """Return the product information in a sample's TLVs."""
    rest = {"raw_type", "type", "critical", "length", "data", "name", "protocols"}
    return {name: value for tlv in tlvs for name, value in tlv.items() if name not in rest}


def test_protocols_have_names() -> None:
    """A code of a device with Z-Wave and Long Range has both protocols."""
    code = ZWaveCode.parse(
        next(entry["text"] for entry in ZWAVE["valid"] if entry["name"] == "generated_all_keys")
    )
    assert code.supported_protocols == ZWaveProtocols.ZWAVE | ZWaveProtocols.ZWAVE_LONG_RANGE


@pytest.mark.parametrize("entry", ZWAVE["invalid"], ids=name_of)
def test_an_invalid_zwave_text_is_refused(entry: dict[str, Any]) -> None:
    """Both `parse` functions refuse the text, strict or not."""
    for strict in (False, True):
        with pytest.raises(MaterialError):
            ZWaveCode.parse(entry["text"], strict=strict)
        with pytest.raises(MaterialError):
            materials.parse(entry["text"], strict=strict)


@pytest.mark.parametrize("entry", LABELS, ids=name_of)
def test_a_zigbee_label_is_converted_to_the_documented_format(entry: dict[str, Any]) -> None:
    """`parse` finds address and install code on each maker's label, and reports genuine faults."""
    code = materials.parse(entry["text"])
    assert isinstance(code, ZigbeeCode)
    assert code.eui64 == entry["eui64"]
    assert code.install_code == entry["code"]
    assert code.text == f"Z:{entry['eui64']}$I:{entry['code']}"
    wanted = []
    if not entry["crc_ok"]:
        absent = entry["code_octets"] in NO_CRC
        wanted.append(
            MaterialIssue.INSTALL_CODE_WITHOUT_CRC if absent else MaterialIssue.INSTALL_CODE_CRC
        )
    if "little-endian" in entry.get("note", ""):
        wanted.append(MaterialIssue.EUI64_REVERSED)
    assert list(code.warnings) == wanted
    if wanted:
        with pytest.raises(MaterialError, match=wanted[0]):
            materials.parse(entry["text"], strict=True)
    else:
        assert materials.parse(entry["text"], strict=True) == code


@pytest.mark.parametrize("entry", BAD_LABELS, ids=name_of)
def test_an_invalid_zigbee_text_is_refused(entry: dict[str, Any]) -> None:
    """A text in an unknown format, or with an install code of the wrong size, is refused."""
    with pytest.raises(MaterialError):
        ZigbeeCode.parse(entry["text"])
    with pytest.raises(MaterialError):
        materials.parse(entry["text"])


@pytest.mark.parametrize("entry", ZIGBEE["codes"], ids=name_of)
def test_the_crc_of_an_install_code_is_validated(entry: dict[str, Any]) -> None:
    """Correct, wrong and absent CRC-16 are distinguished, and `with_crc` adds the correct one."""
    if entry["octets"] == 15:
        with pytest.raises(MaterialError, match="has 30 digits"):
            ZigbeeCode(eui64=ADDRESS, install_code=entry["hex"])
        return
    code = ZigbeeCode(eui64=ADDRESS, install_code=entry["hex"])
    digits = entry["hex"].replace("-", "")
    if entry.get("crc_ok"):
        assert code.warnings == ()
        assert code.with_crc() == code
    elif entry["octets"] in NO_CRC:
        assert code.warnings == (MaterialIssue.INSTALL_CODE_WITHOUT_CRC,)
        assert code.with_crc().install_code == entry["with_crc"]
    else:
        crc = entry["crc_calculated"]
        assert code.warnings == (MaterialIssue.INSTALL_CODE_CRC,)
        assert code.with_crc().install_code == digits[:-4] + crc[2:] + crc[:2]
    assert code.with_crc().warnings == ()


@pytest.mark.parametrize("entry", GTIN["gtin"], ids=name_of)
@pytest.mark.parametrize("member", ["UniversalProductCode", "InternationalArticleNumber"])
def test_the_check_digit_of_a_product_code_is_validated(entry: dict[str, Any], member: str) -> None:
    """A code in the service's format is accepted, and a wrong check digit is a warning."""
    text = f"SN:ABCDEF123456;{'UPC' if member == 'UniversalProductCode' else 'EAN'}:{entry['text']}"
    if not entry[f"fits_{member}"]:
        with pytest.raises(MaterialError):
            WiFiSetupCode.parse(text)
        return
    code = WiFiSetupCode.parse(text)
    assert code.text == text
    assert code.warnings == (() if entry["check_digit_ok"] else (MaterialIssue.PRODUCT_CODE,))
    if not entry["check_digit_ok"]:
        with pytest.raises(MaterialError, match="no GTIN"):
            WiFiSetupCode.parse(text, strict=True)


@pytest.mark.parametrize(
    ("upc_e", "upc_a"),
    [(entry["upc_e"], entry["upc_a"]) for entry in GTIN["upc_e_samples"]]
    # No sample has 1, 3 or 4 as its sixth digit.
    + [("04252614", "042100005264"), ("01234531", "012300000451"), ("01234543", "012340000053")],
)
def test_upc_e_expands_to_upc_a(upc_e: str, upc_a: str) -> None:
    """The short form of a product code has the same check digit."""
    assert materials.expand_upc_e(upc_e) == upc_a
    wrong = upc_e[:-1] + str((int(upc_e[-1]) + 1) % 10)
    for text in (wrong, "2" + upc_e[1:], upc_e + "0", "0123456٥"):
        with pytest.raises(MaterialError):
            materials.expand_upc_e(text)


# By a part of the sample's reason: the issues, or None if the text is refused.
WIFI = {
    "UPC check digit is WRONG": (MaterialIssue.PRODUCT_CODE,),
    "EAN-13": (),
    "EAN-8": (),
    "SN of 11": (MaterialIssue.SERIAL_NUMBER_FORM,),
    "SN of 51": (MaterialIssue.SERIAL_NUMBER_FORM,),
    "other order": None,
    "space after the colon": (MaterialIssue.SERIAL_NUMBER_FORM,),
    "dash and underscore": (MaterialIssue.SERIAL_NUMBER_FORM,),
    "GTIN-14": None,
    "UPC-E as EAN": (),
    "no product code": None,
    "two semicolons": None,
    "newline": None,
}


@pytest.mark.parametrize("entry", GTIN["wifi_material"], ids=name_of)
def test_the_model_refuses_a_wifi_text_and_the_guide_warns(
    entry: dict[str, Any],
) -> None:
    """A break of the service's model is an error, and a break of only the guide is a warning."""
    (issues,) = (issues for reason, issues in WIFI.items() if reason in entry["why"])
    if issues is None:
        for parse in (WiFiSetupCode.parse, materials.parse):
            with pytest.raises(MaterialError):
                parse(entry["text"])
        return
    code = materials.parse(entry["text"])
    assert isinstance(code, WiFiSetupCode)
    assert (code.text, code.warnings) == (entry["text"], issues)


def test_a_semicolon_at_the_end_is_ignored() -> None:
    """The guide has the code with and without the semicolon, and both are equal."""
    assert WiFiSetupCode.parse("SN:ABCDEF123456;UPC:036000291452;") == WiFiSetupCode.parse(
        "SN:ABCDEF123456;UPC:036000291452"
    )


@pytest.mark.parametrize("entry", GTIN["cloud_material"], ids=name_of)
def test_cloud_texts_are_decoded_by_their_type(entry: dict[str, Any]) -> None:
    """`materials.parse` finds both kinds. A dot, an absent id and 513 characters are errors."""
    kind: type[Material] = (
        CloudDevice if entry["type"] == "DISCOVERED_DEVICE" else PreOnboardedCloudDevice
    )
    if not entry["material_pattern"] or "refuse" in entry["why"]:
        for parse in (kind.parse, materials.parse):
            with pytest.raises(MaterialError):
                parse(entry["text"])
        return
    value = materials.parse(entry["text"])
    assert value == kind.parse(entry["text"])
    assert (value.text, value.type) == (entry["text"], entry["type"])


@pytest.mark.parametrize("entry", GTIN["matter_and_custom_material"], ids=name_of)
def test_the_pattern_of_the_service_limits_custom_texts(entry: dict[str, Any]) -> None:
    """The service's pattern is the only constraint."""
    if not entry["material_pattern"]:
        with pytest.raises(MaterialError, match="a dot, an apostrophe"):
            CustomProtocolCode.parse(entry["text"])
        return
    assert CustomProtocolCode.parse(entry["text"]).text == entry["text"]
    if entry["text"].startswith("{"):
        assert materials.parse(entry["text"]) == CustomProtocolCode(entry["text"])
