"""The command `iotmi codes parse`: bar codes and other authentication material."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from iotmi._schema.containers import JsonValue
from iotmi.cli._errors import CliError
from iotmi.cli._lazy import LazyGroup
from iotmi.cli._options import Output, output_options
from iotmi.cli._output import cell, say, say_json
from iotmi.errors import REDACTED, MaterialError

if TYPE_CHECKING:
    from iotmi.materials import Material


@click.group(
    cls=LazyGroup,
    table={"parse": ("iotmi.cli.codes:parse", "Check codes, and name their kind and faults.")},
)
def codes() -> None:
    """Check bar codes and other materials.

    \b
    Example:
      iotmi codes parse - < codes.txt
    """  # noqa: D301 - click's mark for text that is not wrapped


@click.command()
@click.argument("codes", metavar="CODE...", nargs=-1, required=True)
@click.option("--strict", is_flag=True, help="Count a warning as an error.")
@output_options
def parse(*, codes: tuple[str, ...], strict: bool, output: Output) -> None:
    """Check codes, and name their kind and faults.

    CODE is the text of a bar code as a scanner reads it. With -, the command
    reads one code from each line of the standard input, so that no code is in
    the shell's history. The output has no part of a code, unless you add
    --show-secrets.

    The exit code is 1 if a code cannot be parsed. With --strict, this includes
    codes with a wrong checksum or another warning.

    \b
    Examples:
      iotmi codes parse 'SN:123456789012;UPC:036000291452'
      iotmi codes parse --strict - < codes.txt
    """  # noqa: D301
    from iotmi import materials

    failed = count = 0
    for place, text in enumerate(_texts(codes), 1):
        count += 1
        try:
            material = materials.parse(text, strict=strict)
        except MaterialError as error:
            failed += 1
            _show_error(place, error, output)
        else:
            _show(place, material, output)
    if failed:
        raise CliError(f"{failed} of {count} codes cannot be used")


def _texts(codes: tuple[str, ...]) -> Iterator[str]:
    for code in codes:
        if code != "-":
            yield code
            continue
        for line in sys.stdin:
            text = line.rstrip("\r\n")
            if text:
                yield text


def _show_error(place: int, error: MaterialError, output: Output) -> None:
    if output.json:
        say_json({"code": place, "error": error.reason, "kind": error.subject})
    else:
        say(f"{place}  ERROR  {error}")


def _show(place: int, material: "Material", output: Output) -> None:
    kind = type(material).__name__
    members = _members(material, show_secrets=output.show_secrets)
    if output.json:
        found: dict[str, JsonValue] = {
            "code": place,
            "kind": kind,
            "type": str(material.type),
            **members,
            "warnings": [
                {"issue": warning.name, "text": str(warning)} for warning in material.warnings
            ],
        }
        say_json(found)
        return
    warned = "warning" if material.warnings else "ok"
    say(f"{place}  {warned}  {kind}  {material.type}")
    for name, value in members.items():
        say(f"     {name}: {cell(value)}")
    for warning in material.warnings:
        say(f"     warning: {warning}")


def _members(material: "Material", *, show_secrets: bool) -> dict[str, JsonValue]:
    from iotmi.cli._plain_values import members_of

    text = material.text if show_secrets else REDACTED
    return {"text": text, **members_of(material, show_secrets=show_secrets)}
