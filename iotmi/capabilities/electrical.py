"""Measurements of electrical power and energy."""

from collections.abc import Sequence
from typing import Annotated, ClassVar

from iotmi.capabilities._base import (
    Capability,
    ClusterEnum,
    EpochSeconds,
    Events,
    Int64,
    Number,
    Percent100ths,
    ReadOnlyMap,
    Struct,
    SystemMilliseconds,
    UInt64,
    Unit,
    WireName,
    attribute,
)


class PowerMode(ClusterEnum):
    """The kind of current."""

    UNKNOWN = "Unknown", 0
    DC = "Dc", 1
    AC = "Ac", 2


class MeasurementType(ClusterEnum):
    """The measured quantity."""

    UNSPECIFIED = "Unspecified", 0
    VOLTAGE = "Voltage", 1
    ACTIVE_CURRENT = "ActiveCurrent", 2
    REACTIVE_CURRENT = "ReactiveCurrent", 3
    APPARENT_CURRENT = "ApparentCurrent", 4
    ACTIVE_POWER = "ActivePower", 5
    REACTIVE_POWER = "ReactivePower", 6
    APPARENT_POWER = "ApparentPower", 7
    RMS_VOLTAGE = "RmsVoltage", 8
    RMS_CURRENT = "RmsCurrent", 9
    RMS_POWER = "RmsPower", 10
    FREQUENCY = "Frequency", 11
    POWER_FACTOR = "PowerFactor", 12
    NEUTRAL_CURRENT = "NeutralCurrent", 13
    ELECTRICAL_ENERGY = "ElectricalEnergy", 14


class MeasurementAccuracyRange(Struct):
    """The accuracy within a range. The unit of percentages is 0.01 %."""

    range_min: Int64
    range_max: Int64
    percent_max: Percent100ths | None = None
    percent_min: Percent100ths | None = None
    percent_typical: Percent100ths | None = None
    fixed_max: UInt64 | None = None
    fixed_min: UInt64 | None = None
    fixed_typical: UInt64 | None = None


class MeasurementAccuracy(Struct):
    """The accuracy of one measured quantity."""

    measurement_type: MeasurementType
    measured: bool
    min_measured_value: Int64
    max_measured_value: Int64
    accuracy_ranges: Sequence[MeasurementAccuracyRange]


class MeasurementRange(Struct):
    """The range of a measurement in a period."""

    measurement_type: MeasurementType
    min: Int64
    max: Int64
    start_timestamp: EpochSeconds | None = None
    end_timestamp: EpochSeconds | None = None
    min_timestamp: EpochSeconds | None = None
    max_timestamp: EpochSeconds | None = None
    start_systime: SystemMilliseconds | None = None
    end_systime: SystemMilliseconds | None = None
    min_systime: SystemMilliseconds | None = None
    max_systime: SystemMilliseconds | None = None


class HarmonicMeasurement(Struct):
    """The measurement of one harmonic."""

    order: Annotated[int, Number(1, 255)]
    measurement: Int64 | None = None


class EnergyMeasurement(Struct):
    """The energy in a period."""

    energy: Annotated[int, Number(0, 2**63 - 1), Unit("mWh")]
    start_timestamp: EpochSeconds | None = None
    end_timestamp: EpochSeconds | None = None
    start_systime: SystemMilliseconds | None = None
    end_systime: SystemMilliseconds | None = None


class CumulativeEnergyReset(Struct):
    """The times of the last counter resets."""

    imported_reset_timestamp: EpochSeconds | None = None
    exported_reset_timestamp: EpochSeconds | None = None
    imported_reset_systime: SystemMilliseconds | None = None
    exported_reset_systime: SystemMilliseconds | None = None


class ElectricalPowerMeasurement(Capability):
    """Electrical power, voltage, current and frequency, in mW, mV, mA and mHz."""

    id = "matter.ElectricalPowerMeasurement@1.4"
    name = "Electrical Power Measurement"
    version = "1"
    number = 0x0090
    events: ClassVar[Events] = ReadOnlyMap({"MeasurementPeriodRanges": 0x00})

    power_mode: PowerMode | None = attribute(0x0000)
    number_of_measurement_types: Annotated[int, Number(1, 255)] | None = attribute(0x0001)
    accuracy: Sequence[MeasurementAccuracy] | None = attribute(0x0002)
    ranges: Sequence[MeasurementRange] | None = attribute(0x0003)
    voltage: Annotated[Int64, Unit("mV")] | None = attribute(0x0004)
    active_current: Annotated[Int64, Unit("mA")] | None = attribute(0x0005)
    reactive_current: Annotated[Int64, Unit("mA")] | None = attribute(0x0006)
    apparent_current: Annotated[int, Number(0, 2**63 - 1), Unit("mA")] | None = attribute(0x0007)
    active_power: Annotated[Int64, Unit("mW")] | None = attribute(0x0008)
    reactive_power: Annotated[Int64, Unit("mW")] | None = attribute(0x0009)
    apparent_power: Annotated[Int64, Unit("mW")] | None = attribute(0x000A)
    rms_voltage: Annotated[Int64, Unit("mV"), WireName("RMSVoltage")] | None = attribute(0x000B)
    rms_current: Annotated[Int64, Unit("mA"), WireName("RMSCurrent")] | None = attribute(0x000C)
    rms_power: Annotated[Int64, Unit("mW"), WireName("RMSPower")] | None = attribute(0x000D)
    frequency: Annotated[int, Number(0, 1_000_000), Unit("mHz")] | None = attribute(0x000E)
    harmonic_currents: Sequence[HarmonicMeasurement] | None = attribute(0x000F)
    harmonic_phases: Sequence[HarmonicMeasurement] | None = attribute(0x0010)
    power_factor: Annotated[int, Number(-10_000, 10_000), Unit("0.01 %")] | None = attribute(0x0011)
    neutral_current: Annotated[Int64, Unit("mA")] | None = attribute(0x0012)


class ElectricalEnergyMeasurement(Capability):
    """Electrical energy, in milliwatt-hours."""

    id = "matter.ElectricalEnergyMeasurement@1.4"
    name = "Electrical Energy Measurement"
    version = "1"
    number = 0x0091
    events: ClassVar[Events] = ReadOnlyMap(
        {"CumulativeEnergyMeasured": 0x00, "PeriodicEnergyMeasured": 0x01}
    )

    accuracy: MeasurementAccuracy | None = attribute(0x0000)
    cumulative_energy_imported: EnergyMeasurement | None = attribute(0x0001)
    cumulative_energy_exported: EnergyMeasurement | None = attribute(0x0002)
    periodic_energy_imported: EnergyMeasurement | None = attribute(0x0003)
    periodic_energy_exported: EnergyMeasurement | None = attribute(0x0004)
    cumulative_energy_reset: CumulativeEnergyReset | None = attribute(0x0005)
