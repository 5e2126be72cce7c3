"""Collect the modules that iotmi loads by name, the console, and the model that botocore reads."""

from PyInstaller.utils.hooks import (  # type: ignore[import-untyped]
    collect_data_files,
    collect_submodules,
)

datas = collect_data_files("iotmi", includes=["emulator/console/*"])

hiddenimports = collect_submodules(
    "iotmi",
    filter=lambda name: not name.startswith(("iotmi.pytest_plugin", "iotmi._pyinstaller")),
    # The command line and the HTTP server need extras, which a program may do without.
    on_error="ignore",
)

# Large packages that fleets can use. A program that uses them imports them itself.
excludedimports = ["distributed", "pyarrow"]
