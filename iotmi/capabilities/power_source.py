"""Power Source: mains and batteries."""

from collections.abc import Sequence
from typing import Annotated, ClassVar

from iotmi.capabilities._base import (
    Capability,
    ClusterEnum,
    Events,
    Number,
    ReadOnlyMap,
    Size,
    Text,
    UInt8,
    UInt16,
    UInt32,
    Unit,
    WireName,
    attribute,
)


class PowerSourceStatus(ClusterEnum):
    """The status of a power source."""

    UNSPECIFIED = "Unspecified", 0
    ACTIVE = "Active", 1
    STANDBY = "Standby", 2
    UNAVAILABLE = "Unavailable", 3


class WiredCurrentType(ClusterEnum):
    """The type of current."""

    AC = "Ac", 0
    DC = "Dc", 1


class WiredFault(ClusterEnum):
    """A fault of the mains supply."""

    UNSPECIFIED = "Unspecified", 0
    OVER_VOLTAGE = "OverVoltage", 1
    UNDER_VOLTAGE = "UnderVoltage", 2


class BatChargeLevel(ClusterEnum):
    """The charge level of a battery."""

    OK = "Ok", 0
    WARNING = "Warning", 1
    CRITICAL = "Critical", 2


class BatReplaceability(ClusterEnum):
    """The replaceability of a battery."""

    UNSPECIFIED = "Unspecified", 0
    NOT_REPLACEABLE = "NotReplaceable", 1
    USER_REPLACEABLE = "UserReplaceable", 2
    FACTORY_REPLACEABLE = "FactoryReplaceable", 3


class BatFault(ClusterEnum):
    """A fault of a battery."""

    UNSPECIFIED = "Unspecified", 0
    OVER_TEMP = "OverTemp", 1
    UNDER_TEMP = "UnderTemp", 2


class BatCommonDesignation(ClusterEnum):
    """The common designation of a battery size."""

    UNSPECIFIED = "Unspecified", 0
    AAA = "Aaa", 1
    AA = "Aa", 2
    C = "C", 3
    D = "D", 4
    SIZE_4_V5 = "4V5", 5
    SIZE_6_V0 = "6V0", 6
    SIZE_9_V0 = "9V0", 7
    SIZE_12_AA = "12Aa", 8
    AAAA = "Aaaa", 9
    A = "A", 10
    B = "B", 11
    F = "F", 12
    N = "N", 13
    NO6 = "No6", 14
    SUB_C = "SubC", 15
    A23 = "A23", 16
    A27 = "A27", 17
    BA5800 = "Ba5800", 18
    DUPLEX = "Duplex", 19
    SIZE_4_SR44 = "4Sr44", 20
    SIZE_523 = "523", 21
    SIZE_531 = "531", 22
    SIZE_15_V0 = "15V0", 23
    SIZE_22_V5 = "22V5", 24
    SIZE_30_V0 = "30V0", 25
    SIZE_45_V0 = "45V0", 26
    SIZE_67_V5 = "67V5", 27
    J = "J", 28
    CR123_A = "Cr123A", 29
    CR2 = "Cr2", 30
    SIZE_2_CR5 = "2Cr5", 31
    CR_P2 = "CrP2", 32
    CR_V3 = "CrV3", 33
    SR41 = "Sr41", 34
    SR43 = "Sr43", 35
    SR44 = "Sr44", 36
    SR45 = "Sr45", 37
    SR48 = "Sr48", 38
    SR54 = "Sr54", 39
    SR55 = "Sr55", 40
    SR57 = "Sr57", 41
    SR58 = "Sr58", 42
    SR59 = "Sr59", 43
    SR60 = "Sr60", 44
    SR63 = "Sr63", 45
    SR64 = "Sr64", 46
    SR65 = "Sr65", 47
    SR66 = "Sr66", 48
    SR67 = "Sr67", 49
    SR68 = "Sr68", 50
    SR69 = "Sr69", 51
    SR516 = "Sr516", 52
    SR731 = "Sr731", 53
    SR712 = "Sr712", 54
    LR932 = "Lr932", 55
    A5 = "A5", 56
    A10 = "A10", 57
    A13 = "A13", 58
    A312 = "A312", 59
    A675 = "A675", 60
    AC41_E = "Ac41E", 61
    SIZE_10180 = "10180", 62
    SIZE_10280 = "10280", 63
    SIZE_10440 = "10440", 64
    SIZE_14250 = "14250", 65
    SIZE_14430 = "14430", 66
    SIZE_14500 = "14500", 67
    SIZE_14650 = "14650", 68
    SIZE_15270 = "15270", 69
    SIZE_16340 = "16340", 70
    RCR123_A = "Rcr123A", 71
    SIZE_17500 = "17500", 72
    SIZE_17670 = "17670", 73
    SIZE_18350 = "18350", 74
    SIZE_18500 = "18500", 75
    SIZE_18650 = "18650", 76
    SIZE_19670 = "19670", 77
    SIZE_25500 = "25500", 78
    SIZE_26650 = "26650", 79
    SIZE_32600 = "32600", 80


class BatApprovedChemistry(ClusterEnum):
    """The chemistry of a battery."""

    UNSPECIFIED = "Unspecified", 0
    ALKALINE = "Alkaline", 1
    LITHIUM_CARBON_FLUORIDE = "LithiumCarbonFluoride", 2
    LITHIUM_CHROMIUM_OXIDE = "LithiumChromiumOxide", 3
    LITHIUM_COPPER_OXIDE = "LithiumCopperOxide", 4
    LITHIUM_IRON_DISULFIDE = "LithiumIronDisulfide", 5
    LITHIUM_MANGANESE_DIOXIDE = "LithiumManganeseDioxide", 6
    LITHIUM_THIONYL_CHLORIDE = "LithiumThionylChloride", 7
    MAGNESIUM = "Magnesium", 8
    MERCURY_OXIDE = "MercuryOxide", 9
    NICKEL_OXYHYDRIDE = "NickelOxyhydride", 10
    SILVER_OXIDE = "SilverOxide", 11
    ZINC_AIR = "ZincAir", 12
    ZINC_CARBON = "ZincCarbon", 13
    ZINC_CHLORIDE = "ZincChloride", 14
    ZINC_MANGANESE_DIOXIDE = "ZincManganeseDioxide", 15
    LEAD_ACID = "LeadAcid", 16
    LITHIUM_COBALT_OXIDE = "LithiumCobaltOxide", 17
    LITHIUM_ION = "LithiumIon", 18
    LITHIUM_ION_POLYMER = "LithiumIonPolymer", 19
    LITHIUM_IRON_PHOSPHATE = "LithiumIronPhosphate", 20
    LITHIUM_SULFUR = "LithiumSulfur", 21
    LITHIUM_TITANATE = "LithiumTitanate", 22
    NICKEL_CADMIUM = "NickelCadmium", 23
    NICKEL_HYDROGEN = "NickelHydrogen", 24
    NICKEL_IRON = "NickelIron", 25
    NICKEL_METAL_HYDRIDE = "NickelMetalHydride", 26
    NICKEL_ZINC = "NickelZinc", 27
    SILVER_ZINC = "SilverZinc", 28
    SODIUM_ION = "SodiumIon", 29
    SODIUM_SULFUR = "SodiumSulfur", 30
    ZINC_BROMIDE = "ZincBromide", 31
    ZINC_CERIUM = "ZincCerium", 32


class BatChargeState(ClusterEnum):
    """The charging state of a battery."""

    UNKNOWN = "Unknown", 0
    IS_CHARGING = "IsCharging", 1
    IS_AT_FULL_CHARGE = "IsAtFullCharge", 2
    IS_NOT_CHARGING = "IsNotCharging", 3


class BatChargeFault(ClusterEnum):
    """A fault in charging."""

    UNSPECIFIED = "Unspecified", 0
    AMBIENT_TOO_HOT = "AmbientTooHot", 1
    AMBIENT_TOO_COLD = "AmbientTooCold", 2
    BATTERY_TOO_HOT = "BatteryTooHot", 3
    BATTERY_TOO_COLD = "BatteryTooCold", 4
    BATTERY_ABSENT = "BatteryAbsent", 5
    BATTERY_OVER_VOLTAGE = "BatteryOverVoltage", 6
    BATTERY_UNDER_VOLTAGE = "BatteryUnderVoltage", 7
    CHARGER_OVER_VOLTAGE = "ChargerOverVoltage", 8
    CHARGER_UNDER_VOLTAGE = "ChargerUnderVoltage", 9
    SAFETY_TIMEOUT = "SafetyTimeout", 10


class PowerSource(Capability):
    """A power source: mains or a battery."""

    id = "matter.PowerSource@1.4"
    name = "Power Source"
    version = "3"
    number = 0x002F
    events: ClassVar[Events] = ReadOnlyMap(
        {"WiredFaultChange": 0x00, "BatFaultChange": 0x01, "BatChargeFaultChange": 0x02}
    )

    status: PowerSourceStatus | None = attribute(0x0000)
    order: UInt8 | None = attribute(0x0001)
    description: Annotated[str, Text(max=60)] | None = attribute(0x0002)
    wired_assessed_input_voltage: Annotated[UInt32, Unit("mV")] | None = attribute(0x0003)
    wired_assessed_input_frequency: Annotated[UInt16, Unit("Hz")] | None = attribute(0x0004)
    wired_current_type: WiredCurrentType | None = attribute(0x0005)
    wired_assessed_current: Annotated[UInt32, Unit("mA")] | None = attribute(0x0006)
    wired_nominal_voltage: Annotated[UInt32, Unit("mV")] | None = attribute(0x0007)
    wired_maximum_current: Annotated[UInt32, Unit("mA")] | None = attribute(0x0008)
    wired_present: bool | None = attribute(0x0009)
    active_wired_faults: Annotated[Sequence[WiredFault], Size(max=8)] | None = attribute(0x000A)
    bat_voltage: Annotated[UInt32, Unit("mV")] | None = attribute(0x000B)
    bat_percent_remaining: Annotated[int, Number(0, 200), Unit("0.5 %")] | None = attribute(0x000C)
    bat_time_remaining: Annotated[UInt32, Unit("s")] | None = attribute(0x000D)
    bat_charge_level: BatChargeLevel | None = attribute(0x000E)
    bat_replacement_needed: bool | None = attribute(0x000F)
    bat_replaceability: BatReplaceability | None = attribute(0x0010)
    bat_present: bool | None = attribute(0x0011)
    active_bat_faults: Annotated[Sequence[BatFault], Size(max=8)] | None = attribute(0x0012)
    bat_replacement_description: Annotated[str, Text(max=60)] | None = attribute(0x0013)
    bat_common_designation: BatCommonDesignation | None = attribute(0x0014)
    bat_ansi_designation: Annotated[str, Text(max=20), WireName("BatANSIDesignation")] | None = (
        attribute(0x0015)
    )
    bat_iec_designation: Annotated[str, Text(max=20), WireName("BatIECDesignation")] | None = (
        attribute(0x0016)
    )
    bat_approved_chemistry: BatApprovedChemistry | None = attribute(0x0017)
    bat_capacity: Annotated[UInt32, Unit("mAh")] | None = attribute(0x0018)
    bat_quantity: UInt8 | None = attribute(0x0019)
    bat_charge_state: BatChargeState | None = attribute(0x001A)
    bat_time_to_full_charge: Annotated[UInt32, Unit("s")] | None = attribute(0x001B)
    bat_functional_while_charging: bool | None = attribute(0x001C)
    bat_charging_current: Annotated[UInt32, Unit("mA")] | None = attribute(0x001D)
    active_bat_charge_faults: Annotated[Sequence[BatChargeFault], Size(max=16)] | None = attribute(
        0x001E
    )
    endpoint_list: Sequence[UInt16] | None = attribute(0x001F)
