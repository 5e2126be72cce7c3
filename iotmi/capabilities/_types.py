"""Matter's common data types, each with its range and unit."""

from typing import Annotated

from iotmi._schema.traits import Number, Text
from iotmi.capabilities._kinds import Unit

UInt8 = Annotated[int, Number(0, 255)]
UInt16 = Annotated[int, Number(0, 65_535)]
UInt32 = Annotated[int, Number(0, 4_294_967_295)]
UInt64 = Annotated[int, Number(0, 2**64 - 1)]
Int8 = Annotated[int, Number(-128, 127)]
Int16 = Annotated[int, Number(-32_768, 32_767)]
Int64 = Annotated[int, Number(-(2**63), 2**63 - 1)]

Percent = Annotated[int, Number(0, 100), Unit("%")]
Percent100ths = Annotated[int, Number(0, 10_000), Unit("0.01 %")]
Temperature = Annotated[int, Number(-27_315, 32_767), Unit("0.01 °C")]
Level = Annotated[int, Number(0, 254)]
Chromaticity = Annotated[int, Number(0, 65_279), Unit("1/65536")]
Mireds = Annotated[int, Number(0, 65_279), Unit("mired")]

Seconds = Annotated[UInt16, Unit("s")]
TenthsOfSecond = Annotated[UInt16, Unit("0.1 s")]
TransitionTime = Annotated[int, Number(0, 65_534), Unit("0.1 s")]
EpochSeconds = Annotated[UInt32, Unit("s since 2000-01-01 UTC")]
SystemMilliseconds = Annotated[UInt64, Unit("ms since start-up")]

Code = Annotated[str, Text(max=255)]
"""A code as a string, such as the digits of a PIN. The service documents no other form."""
