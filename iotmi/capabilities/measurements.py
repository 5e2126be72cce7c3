"""Measurements of temperature, humidity, light, pressure and flow."""

from typing import Annotated

from iotmi.capabilities._base import (
    Capability,
    Int16,
    Number,
    Percent100ths,
    Temperature,
    UInt8,
    UInt16,
    Unit,
    attribute,
)


class TemperatureMeasurement(Capability):
    """A temperature, in hundredths of a degree Celsius."""

    id = "matter.TemperatureMeasurement@1.4"
    name = "Temperature Measurement"
    version = "4"
    number = 0x0402

    measured_value: Temperature | None = attribute(0x0000)
    min_measured_value: Temperature | None = attribute(0x0001)
    max_measured_value: Temperature | None = attribute(0x0002)
    tolerance: Annotated[int, Number(0, 2048), Unit("0.01 °C")] | None = attribute(0x0003)


class RelativeHumidityMeasurement(Capability):
    """A relative humidity, in hundredths of a percent."""

    id = "matter.RelativeHumidityMeasurement@1.4"
    name = "Relative Humidity Measurement"
    version = "3"
    number = 0x0405

    measured_value: Annotated[UInt16, Unit("0.01 %")] | None = attribute(0x0000)
    min_measured_value: Annotated[int, Number(0, 9999), Unit("0.01 %")] | None = attribute(0x0001)
    max_measured_value: Percent100ths | None = attribute(0x0002)
    tolerance: Annotated[int, Number(0, 2048), Unit("0.01 %")] | None = attribute(0x0003)


class IlluminanceMeasurement(Capability):
    """An illuminance, as 10 000 x log10(lux) + 1. 0 means too low to measure."""

    id = "matter.IlluminanceMeasurement@1.4"
    name = "Illuminance Measurement"
    version = "3"
    number = 0x0400

    measured_value: UInt16 | None = attribute(0x0000)
    min_measured_value: Annotated[int, Number(1, 65_533)] | None = attribute(0x0001)
    max_measured_value: UInt16 | None = attribute(0x0002)
    tolerance: Annotated[int, Number(0, 2048)] | None = attribute(0x0003)
    light_sensor_type: UInt8 | None = attribute(0x0004)


class PressureMeasurement(Capability):
    """A pressure, in tenths of a kilopascal. The unit of scaled values is 10^scale pascal."""

    id = "matter.PressureMeasurement@1.4"
    name = "Pressure Measurement"
    version = "3"
    number = 0x0403

    measured_value: Annotated[Int16, Unit("0.1 kPa")] | None = attribute(0x0000)
    min_measured_value: Annotated[int, Number(-32_768, 32_766), Unit("0.1 kPa")] | None = attribute(
        0x0001
    )
    max_measured_value: Annotated[Int16, Unit("0.1 kPa")] | None = attribute(0x0002)
    tolerance: Annotated[int, Number(0, 2048), Unit("0.1 kPa")] | None = attribute(0x0003)
    scaled_value: Int16 | None = attribute(0x0010)
    min_scaled_value: Annotated[int, Number(-32_768, 32_766)] | None = attribute(0x0011)
    max_scaled_value: Int16 | None = attribute(0x0012)
    scaled_tolerance: Annotated[int, Number(0, 2048)] | None = attribute(0x0013)
    scale: Annotated[int, Number(-127, 127)] | None = attribute(0x0014)


class FlowMeasurement(Capability):
    """A flow, in tenths of a cubic metre per hour."""

    id = "matter.FlowMeasurement@1.4"
    name = "Flow Measurement"
    version = "3"
    number = 0x0404

    measured_value: Annotated[UInt16, Unit("0.1 m³/h")] | None = attribute(0x0000)
    min_measured_value: Annotated[int, Number(0, 65_533), Unit("0.1 m³/h")] | None = attribute(
        0x0001
    )
    max_measured_value: Annotated[UInt16, Unit("0.1 m³/h")] | None = attribute(0x0002)
    tolerance: Annotated[int, Number(0, 2048), Unit("0.1 m³/h")] | None = attribute(0x0003)
