"""On/Off on an emulated device."""

from typing import Final

from iotmi.capabilities.on_off import (
    Off,
    OffWithEffect,
    On,
    OnOff,
    OnOffControl,
    OnWithRecallGlobalScene,
    OnWithTimedOff,
    Toggle,
)
from iotmi.emulator._clusters._rules import Change, Rule

INITIAL: Final = OnOff(on_off=False, global_scene_control=True, on_time=0, off_wait_time=0)


def _off(present: OnOff, _: Off) -> OnOff:
    return OnOff(on_off=False, on_time=0 if present.on_time else None)


def _on(present: OnOff, _: On) -> OnOff:
    ends_wait = present.off_wait_time and not present.on_time
    return OnOff(on_off=True, off_wait_time=0 if ends_wait else None)


def _toggle(present: OnOff, _: Toggle) -> OnOff:
    return _off(present, Off()) if present.on_off else _on(present, On())


def _off_with_effect(_: OnOff, __: OffWithEffect) -> OnOff:
    return OnOff(on_off=False, global_scene_control=False, on_time=0)


def _on_with_recall(_: OnOff, __: OnWithRecallGlobalScene) -> OnOff:
    return OnOff(on_off=True, global_scene_control=True)


def _on_with_timed_off(present: OnOff, command: OnWithTimedOff) -> OnOff | tuple[Change, ...]:
    if OnOffControl.ACCEPT_ONLY_WHEN_ON in command.on_off_control and not present.on_off:
        return ()
    if present.off_wait_time and not present.on_off:
        # During the wait time, Matter lets the command only shorten the wait.
        return OnOff(off_wait_time=min(present.off_wait_time, command.off_wait_time))
    on_time = max(present.on_time or 0, command.on_time)
    return OnOff(on_off=True, on_time=on_time, off_wait_time=command.off_wait_time)


RULES: Final = (
    Rule(OnOff, Off, _off),
    Rule(OnOff, On, _on),
    Rule(OnOff, Toggle, _toggle),
    Rule(OnOff, OffWithEffect, _off_with_effect),
    Rule(OnOff, OnWithRecallGlobalScene, _on_with_recall),
    Rule(OnOff, OnWithTimedOff, _on_with_timed_off),
)
