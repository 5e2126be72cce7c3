"""Collect the modules that iotmi loads by name, and the service model that botocore reads."""

from PyInstaller.utils.hooks import collect_submodules  # type: ignore[import-untyped]

hiddenimports = collect_submodules(
    "iotmi",
    filter=lambda name: not name.startswith(("iotmi.pytest_plugin", "iotmi._pyinstaller")),
    # The command line and the HTTP server need extras, which a program may do without.
    on_error="ignore",
)

# Large packages that fleets can use. A program that uses them imports them itself.
excludedimports = ["distributed", "pyarrow"]
