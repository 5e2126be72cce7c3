"""Values of commands as words: one form for each kind of parameter."""

import io
import sys

import pytest

from iotmi.capabilities import DoorLock
from iotmi.cli._asking import ask
from iotmi.cli._command_words import commands_of, values_of
from iotmi.cli._errors import CliError, InterruptError
from iotmi.cli._plain_values import members_of
from iotmi.errors import EventError
from iotmi.events import Record


@pytest.mark.parametrize(
    ("words", "parameters"),
    [
        (["LevelControl.move_to_level", "level=0x10"], {"Level": 16}),
        (
            ["LevelControl.move_to_level", "level=1", "options_mask=1"],
            {"Level": 1, "OptionsMask": {"ExecuteIfOff": 1, "CoupleColorTempToLevel": 0}},
        ),
        (
            ["LevelControl.move_to_level", "level=1", 'options_mask={"ExecuteIfOff": 1}'],
            {"Level": 1, "OptionsMask": {"ExecuteIfOff": 1, "CoupleColorTempToLevel": 0}},
        ),
        (
            ["FanControl.step", "direction=1", "wrap=no"],
            {"Direction": "Decrease", "Wrap": False},
        ),
        (["FanControl.step", "direction=increase"], {"Direction": "Increase"}),
        (["DoorLock.unlock_door", "pin_code=90817263"], {"PINCode": "90817263"}),
        (["Groups.get_group_membership", "group_list=1, 0x2"], {"GroupList": [1, 2]}),
        (["Groups.get_group_membership", "group_list=[3]"], {"GroupList": [3]}),
        (
            ["LevelControl.move_to_level", "level=1", "options_mask=Execute_if_off"],
            {"Level": 1, "OptionsMask": {"ExecuteIfOff": 1, "CoupleColorTempToLevel": 0}},
        ),
    ],
)
def test_a_word_has_the_type_of_its_parameter(
    words: list[str], parameters: dict[str, object]
) -> None:
    """Numbers, bits, booleans, enums, texts and lists are read by the parameter's type."""
    ((_, command),) = commands_of(words)
    assert command.parameters() == parameters


def test_a_list_and_a_structure_are_json() -> None:
    """A structure is written as JSON, and wrong JSON is an error that shows no value."""
    words = [
        "DoorLock.get_credential_status",
        'credential={"CredentialType": 1, "CredentialIndex": 2}',
    ]
    ((_, command),) = commands_of(words)
    assert command.parameters() == {"Credential": {"CredentialType": "Pin", "CredentialIndex": 2}}
    with pytest.raises(Exception, match="credential: must be JSON") as caught:
        commands_of(["DoorLock.get_credential_status", "credential=90817263x"])
    assert "90817263" not in str(caught.value)


def test_the_values_of_a_kind_are_known() -> None:
    """Enums, bits and booleans have words, and numbers have none."""
    from iotmi.cli._command_words import parameters_of

    known = {each.name: values_of(each.kind) for each in parameters_of(DoorLock, "set_user")}
    assert "Add" in known["operation_type"]
    assert known["user_index"] == ()


class Terminal(io.StringIO):
    """A terminal on which a person has typed."""

    def isatty(self) -> bool:
        """Return True."""
        return True


@pytest.mark.parametrize(("typed", "error"), [("n\n", CliError), ("", InterruptError)])
def test_only_a_yes_is_consent(
    monkeypatch: pytest.MonkeyPatch, typed: str, error: type[Exception]
) -> None:
    """A no ends the command, and so does the end of the input."""
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    with pytest.raises(error, match="thing was changed"):
        ask("Delete 1 thing?", yes=False)
    monkeypatch.setattr(sys, "stdin", Terminal("y\n"))
    ask("Delete 1 thing?", yes=False)


def test_members_without_a_form_are_text() -> None:
    """An error inside a record becomes its text."""
    record = Record(data=b"x", error=EventError("payload", "must be an object"))
    assert members_of(record, show_secrets=True)["error"] == "payload: must be an object"
