"""`iotmi codes parse`: kinds, warnings, errors, and no code in the output."""

import io
import json
from typing import Final

import pytest

from tests.cli.running import Here, in_shell, is_one_sentence

WIFI: Final = "SN:123456789012;UPC:036000291452"
WARNED: Final = "SN:123456789524;UPC:829576019524"
ZIGBEE: Final = "Z:24FD5B0000015C63$I:83FED3407A939738C552"
ZWAVE: Final = (
    "900132782003515253545541424344453132333435212223242500100435301537022065520001000000300578"
)
SECRETS: Final = ("123456789012", "036000291452", "83FED3407A939738", "24FD5B0000015C63", "51525")


def test_codes_have_a_kind_and_no_secret() -> None:
    """Each code has a line with its kind and its type, and no part of it is printed."""
    done = in_shell("codes", "parse", WIFI, ZIGBEE, ZWAVE)
    assert (done.code, done.err) == (0, "")
    assert [line for line in done.lines if line[0] != " "] == [
        "1  ok  WiFiSetupCode  WIFI_SETUP_QR_BAR_CODE",
        "2  ok  ZigbeeCode  ZIGBEE_QR_BAR_CODE",
        "3  ok  ZWaveCode  ZWAVE_QR_BAR_CODE",
    ]
    assert '     requested_keys: ["S2_UNAUTHENTICATED", "S2_AUTHENTICATED"]' in done.lines
    assert [secret for secret in SECRETS if secret in done.out] == []


def test_codes_come_from_the_standard_input() -> None:
    """With -, each line is a code, and empty lines are passed over."""
    done = in_shell("codes", "parse", "--json", "-", stdin=f"{WIFI}\n\n{ZIGBEE}\r\n")
    found = [json.loads(line) for line in done.lines]
    assert [(each["code"], each["kind"]) for each in found] == [
        (1, "WiFiSetupCode"),
        (2, "ZigbeeCode"),
    ]
    assert [secret for secret in SECRETS if secret in done.out] == []


def test_codes_of_lines_and_arguments_are_counted_together(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    """- may stand between codes, and keys of a Z-Wave code are a list of names."""
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{ZIGBEE}\r\n\n"))
    done = here("codes", "parse", "--json", WIFI, "-", ZWAVE)
    found = [json.loads(line) for line in done.lines]
    assert [(each["code"], each["kind"]) for each in found] == [
        (1, "WiFiSetupCode"),
        (2, "ZigbeeCode"),
        (3, "ZWaveCode"),
    ]
    assert found[2]["requested_keys"] == ["S2_UNAUTHENTICATED", "S2_AUTHENTICATED"]


def test_secrets_are_printed_on_request(here: Here) -> None:
    """With --show-secrets, the text has the form of the service."""
    label = "24FD5B0000015C63|83FED3407A939738C552"
    done = here("codes", "parse", "--json", "--show-secrets", label)
    assert json.loads(done.out)["text"] == ZIGBEE
    assert f"     text: {ZIGBEE}" in here("codes", "parse", "--show-secrets", label).lines


def test_a_warning_is_no_error_unless_strict(here: Here) -> None:
    """A wrong check digit is a warning. With --strict, the code cannot be used."""
    done = here("codes", "parse", WARNED)
    assert done.code == 0
    assert done.lines[0] == "1  warning  WiFiSetupCode  WIFI_SETUP_QR_BAR_CODE"
    assert done.lines[-1].startswith("     warning: the UPC or EAN is no GTIN")
    (warning,) = json.loads(here("codes", "parse", WARNED, "--json").out)["warnings"]
    assert warning["issue"] == "PRODUCT_CODE"
    strict = here("codes", "parse", WARNED, "--strict")
    assert strict.code == 1
    assert "1  ERROR  WiFiSetupCode: the UPC or EAN is no GTIN" in strict.out


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_bad_code_exits_with_1(here: Here, options: list[str]) -> None:
    """Other codes are printed, the failures are counted, and the code is not shown."""
    done = here("codes", "parse", "nonsense-from-a-scanner", WIFI, *options)
    assert done.code == 1
    assert "WiFiSetupCode" in done.out
    assert is_one_sentence(done.err, ["1 of 2 codes cannot be used"])
    assert "nonsense" not in done.out + done.err


def test_a_code_is_required(here: Here) -> None:
    """Without a code, the exit code is 2."""
    assert here("codes", "parse").code == 2
