"""No part of a code appears in a repr, an error or a traceback, even with local variables."""

import copy
import pickle
import pprint
import traceback
from collections.abc import Callable, Mapping
from functools import partial
from io import StringIO
from random import Random
from types import TracebackType

import attrs
import pytest
from rich.console import Console
from rich.traceback import Traceback

from iotmi import materials
from iotmi.materials import (
    CloudDevice,
    CustomProtocolCode,
    DiscoveredDevice,
    Material,
    MaterialError,
    PreOnboardedCloudDevice,
    WiFiSetupCode,
    ZigbeeCode,
    ZWaveCode,
    ZWaveTlv,
)
from tests.materials.factories import FACTORIES

# Each is a part of a code, and none occurs in a message by chance.
SERIAL, UPC, ADDRESS, CODE = (
    "S5E8R2I9A1L7",
    "036000291452",
    "00178801FFFE7C5A",
    "83FED3407A939738C552",
)
DSK, PIN = "51525-35455-41424-34445-31323-33435-21222-32425", "51525"
SECRETS = (SERIAL, UPC, ADDRESS, CODE, DSK, DSK.replace("-", ""), PIN, "0435301537", "lamp_77_x")

VALUES: Mapping[str, Material] = {
    "wifi": WiFiSetupCode(serial_number=SERIAL, universal_product_code=UPC),
    "zigbee": ZigbeeCode(eui64=ADDRESS, install_code=CODE),
    "zwave": ZWaveCode(
        requested_keys=3, dsk=DSK, tlvs=[ZWaveTlv(type=0, value="0435301537")], checksum=1
    ),
    "cloud": CloudDevice(device_discovery_id=SERIAL, connector_device_id="lamp_77_x"),
    "pre_onboarded": PreOnboardedCloudDevice(
        connector_device_id="lamp_77_x", account_association_ids=[SERIAL]
    ),
    "discovered": DiscoveredDevice(SERIAL),
    "custom": CustomProtocolCode(SERIAL),
}


def failing() -> dict[str, Callable[[], object]]:
    """Return calls that fail. A `partial` has no frame, so no local variable holds a text."""
    unknown = {"serial_number": SERIAL, "code": UPC}
    return {
        "wifi_parse": partial(WiFiSetupCode.parse, f"SN:{SERIAL};UPC:{UPC};;"),
        "wifi_parse_part": partial(WiFiSetupCode.parse, f"SN:{SERIAL}.;UPC:{UPC}"),
        "wifi_strict": partial(WiFiSetupCode.parse, f"SN:{SERIAL};UPC:{UPC[1:]}7", strict=True),
        "wifi_built": partial(WiFiSetupCode, serial_number=SERIAL),
        "wifi_unknown": partial(WiFiSetupCode, **unknown),
        "zigbee_parse": partial(ZigbeeCode.parse, f"Z:{ADDRESS}$I:{CODE}.{CODE}"),
        "zigbee_size": partial(ZigbeeCode.parse, f"{ADDRESS}|{CODE}00"),
        "zigbee_found": partial(materials.parse, f"Z:{ADDRESS}$I:{CODE}0"),
        "zigbee_strict": partial(materials.parse, f"Z:{ADDRESS}$I:{CODE[:-1]}0", strict=True),
        "zigbee_built": partial(ZigbeeCode, eui64=ADDRESS + "0", install_code=CODE),
        "zwave_parse": partial(ZWaveCode.parse, VALUES["zwave"].text + "0"),
        "zwave_strict": partial(materials.parse, VALUES["zwave"].text, strict=True),
        "zwave_built": partial(ZWaveCode, requested_keys=3, dsk=DSK + "0"),
        "zwave_version": partial(ZWaveCode, requested_keys=3, dsk=DSK, version=5),
        "tlv_built": partial(ZWaveTlv, type=1, value="0435301537"),
        "cloud_parse": partial(CloudDevice.parse, f"CLOUD:{SERIAL}:lamp_77_x:{SERIAL}"),
        "cloud_dot": partial(materials.parse, f"CLOUD:{SERIAL}:lamp_77_x."),
        "cloud_unclear": partial(materials.parse, f"CLOUD:{SERIAL}:{SERIAL}"),
        "cloud_built": partial(CloudDevice, device_discovery_id=SERIAL, connector_device_id=":"),
        "pre_onboarded": partial(
            PreOnboardedCloudDevice, connector_device_id="lamp_77_x", account_association_ids=["."]
        ),
        "discovered": partial(DiscoveredDevice, SERIAL + "."),
        "custom": partial(CustomProtocolCode.parse, SERIAL + "["),
        "unknown": partial(materials.parse, SERIAL),
        "upc_e": partial(materials.expand_upc_e, UPC),
    }


def assert_no_secret(*texts: str) -> None:
    """Assert that no text has a part of a code."""
    for text in texts:
        found = [secret for secret in SECRETS if secret.lower() in text.lower()]
        assert not found, text


def rich_text(thing: object) -> str:
    """Return rich's rendering of *thing*."""
    console = Console(file=StringIO(), width=200)
    console.print(thing)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES.keys())
def test_no_repr_shows_a_code(value: Material) -> None:
    """Python, pprint, rich and copies show asterisks, also inside a list."""
    for twin in (value, pickle.loads(pickle.dumps(value)), copy.deepcopy(value)):
        shown = (repr(twin), str(twin), f"{twin}", pprint.pformat([twin]), rich_text([twin]))
        assert all("***" in text for text in shown)
        assert_no_secret(*shown, repr(twin.warnings), repr(twin.type))


def test_every_field_of_a_code_is_hidden() -> None:
    """Only the version, the keys and the TLVs are visible, and the TLVs hide their values."""
    shown = {
        f"{kind.__name__}.{attribute.name}"
        for kind in (*FACTORIES, ZWaveTlv)
        for attribute in attrs.fields(kind)
        if not callable(attribute.repr)
    }
    assert shown == {
        "ZWaveCode.requested_keys",
        "ZWaveCode.tlvs",
        "ZWaveCode.version",
        "ZWaveTlv.critical",
        "ZWaveTlv.type",
    }


@pytest.mark.parametrize("name", failing())
def test_no_error_shows_a_code(name: str) -> None:
    """Messages, pickles and tracebacks with all locals of this library hold no code."""
    with pytest.raises((MaterialError, TypeError)) as caught:
        failing()[name]()
    error = caught.value
    trace = error.__traceback__
    # Skip the frames of this test. They hold no code, and pytest adds many locals to them.
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    assert isinstance(trace, TracebackType)
    plain = traceback.TracebackException(type(error), error, trace, capture_locals=True)
    console = Console(file=StringIO(), width=300)
    console.print(Traceback.from_exception(type(error), error, trace, show_locals=True))
    assert isinstance(console.file, StringIO)
    with_locals = console.file.getvalue()
    assert "in call" in with_locals
    assert_no_secret(str(error), repr(error), repr(vars(error)), with_locals, *plain.format())
    assert_no_secret(pickle.dumps(error).decode("latin-1"))
    assert error.__cause__ is None
    assert error.__context__ is None


def test_the_secrets_occur_in_the_texts() -> None:
    """The secrets that the tests search for are parts of the texts."""
    texts = [value.text for value in VALUES.values()] + [
        factory(Random(1)).text for factory in FACTORIES.values()
    ]
    for secret in (
        SERIAL,
        UPC,
        ADDRESS,
        CODE,
        PIN,
        DSK.replace("-", ""),
        "0435301537",
        "lamp_77_x",
    ):
        assert any(secret in text for text in texts)
