"""Files of made-up devices, which the emulator would create twice if it were asked twice."""

import json
from pathlib import Path


def code(number: int) -> str:
    """Return a code of a custom protocol. The emulator knows no duplicates of these."""
    return json.dumps({"Name": f"device {number}"})


def name(number: int) -> str:
    """Return the name of a row's thing."""
    return f"row {number}"


def write_csv(path: Path, rows: int) -> Path:
    """Write a CSV file with a good code in each row."""
    with path.open("w") as file:
        file.write("code,name,meta_data.site\n")
        for number in range(1, rows + 1):
            quoted = code(number).replace('"', '""')
            file.write(f'"{quoted}",{name(number)},site {number % 7}\n')
    return path
