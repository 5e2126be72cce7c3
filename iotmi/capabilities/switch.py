"""Switch: a switch or a button that a person operates."""

from typing import Annotated, ClassVar

from iotmi.capabilities._base import Capability, Events, Number, ReadOnlyMap, UInt8, attribute


class Switch(Capability):
    """A switch or a button. Operating it causes events."""

    id = "matter.Switch@1.4"
    name = "Switch"
    version = "2"
    number = 0x003B
    events: ClassVar[Events] = ReadOnlyMap(
        {
            "SwitchLatched": 0x00,
            "InitialPress": 0x01,
            "LongPress": 0x02,
            "ShortRelease": 0x03,
            "LongRelease": 0x04,
            "MultiPressOngoing": 0x05,
            "MultiPressComplete": 0x06,
        }
    )

    number_of_positions: Annotated[int, Number(2, 255)] | None = attribute(0x0000)
    current_position: UInt8 | None = attribute(0x0001)
    multi_press_max: Annotated[int, Number(2, 255)] | None = attribute(0x0002)
