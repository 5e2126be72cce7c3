"""Every operation gives the same result by boto3, by iotmi and by the AWS CLI.

    python -m tests.parity

makes a virtual environment for the AWS CLI, which pins botocore, runs all steps in each way, and
prints how many operations gave the same result. ``--cli PROGRAM`` uses an installed AWS CLI.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

import boto3
from botocore.config import Config
from botocore.loaders import Loader

import iotmi
from iotmi.emulator import Emulator
from iotmi.emulator.server import serving
from tests.conformance.service import SERVICE, Service, Shape
from tests.parity.runners import Boto3Runner, CliRunner, IotmiRunner, RefusedError, Runner
from tests.parity.steps import STEPS, Json, Step

_VOLATILE: Final = (
    (re.compile(r"-----BEGIN ([A-Z ]+)-----.*-----END \1-----\s*", re.DOTALL), r"<\1>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*(?:Z|\+00:00)"), "<time>"),
    (re.compile(r"[0-9a-f]{15}=_1"), "<trace>"),
    (re.compile(r"[0-9a-f]{32}"), "<id>"),
)


def run(steps: Sequence[Step], runner: Runner, theirs: Service) -> list[str]:
    """Return each step's result as JSON with ids and times replaced, or its error code.

    Raises:
        AssertionError: a step succeeded that had to fail, or failed that had to succeed.
    """
    names: dict[str, str] = {}
    results = []
    for step in steps:
        try:
            document, error = runner(step.operation, step.filled_in(names)), None
        except RefusedError as refused:
            document, error = {}, str(refused)
        assert error == step.error, f"{step} gave {error or 'an answer'}"
        if error is not None:
            results.append(error)
            continue
        names |= {name: document[member] for name, member in step.kept.items()}
        shape = theirs.operations[step.operation].answered
        shown = {} if shape is None else _normal(shape, document)
        results.append(_without(names, json.dumps(shown, sort_keys=True, ensure_ascii=False)))
    return results


def _normal(shape: Shape, value: Json) -> Json:
    """Return a value with one text for every time, and without absent members."""
    match shape.kind:
        case "timestamp":
            assert isinstance(value, datetime | float | int | str)
            return "<time>"
        case "structure":
            known = {each.name: each.shape for each in shape.properties}
            return {name: _normal(known[name], each) for name, each in value.items()}
        case "list":
            return [_normal(shape.item, each) for each in value]
        case "map":
            return {key: _normal(shape.value, each) for key, each in value.items()}
        case "string":
            return _masked(value)
        case _:
            return value


def _masked(text: str) -> str:
    for pattern, name in _VOLATILE:
        text = pattern.sub(name, text)
    return text


def _without(names: Mapping[str, str], text: str) -> str:
    """Return *text* without ids, first by their stored names and then by their form."""
    for name, value in sorted(names.items(), key=lambda item: -len(item[1])):
        text = text.replace(value, f"<{name}>")
    return _masked(text)


def load() -> Service:
    """Return the service model of botocore."""
    return Service(Loader().load_service_model(SERVICE, "service-2"))


def operations_that_agree(theirs: Service, results: Mapping[str, list[str]]) -> set[str]:
    """Return the operations whose steps all gave the same result. Print differences."""
    agreed = set(theirs.operations) & {step.operation for step in STEPS}
    for step, *found in zip(STEPS, *results.values(), strict=True):
        if len(set(found)) > 1 and step.operation in agreed:
            agreed.remove(step.operation)
            for way, each in zip(results, found, strict=True):
                sys.stderr.write(f"{step.operation} by {way}: {each}\n")
    return agreed


@contextmanager
def ways(theirs: Service, *, over_http: bool) -> Iterator[dict[str, Runner]]:
    """Yield boto3 and iotmi, each with its own emulator."""
    with ExitStack() as stack:
        plain, ours = (stack.enter_context(Emulator()) for _ in range(2))
        once = iotmi.RetryPolicy(max_attempts=1)
        if over_http:
            yield {
                "boto3 over HTTP": Boto3Runner(_client(stack.enter_context(serving(plain)))),
                "iotmi over HTTP": IotmiRunner(
                    iotmi.Client(
                        boto3_client=_client(stack.enter_context(serving(ours))), retry=once
                    ),
                    theirs,
                ),
            }
        else:
            yield {
                "boto3": Boto3Runner(plain.boto3_client()),
                "iotmi": IotmiRunner(ours.client(retry=once), theirs),
            }


def _client(address: str) -> Json:
    session = boto3.Session("EXAMPLE", "example", region_name="eu-west-1")
    config = Config(retries={"total_max_attempts": 1})
    return session.client(SERVICE, endpoint_url=address, config=config)


def install_cli(folder: Path) -> Path:
    """Install the AWS CLI into a virtual environment of its own."""
    venv.create(folder, with_pip=True)
    programs = folder / ("Scripts" if sys.platform == "win32" else "bin")
    subprocess.run([programs / "python", "-m", "pip", "install", "-q", "awscli"], check=True)
    return programs / "aws"


def main() -> int:
    """Run all steps in every way."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cli", type=Path, help="an AWS CLI that is installed already")
    program: Path | None = parser.parse_args().cli
    theirs = load()
    results: dict[str, list[str]] = {}
    seconds: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        program = program or install_cli(Path(folder) / "cli")
        runners: dict[str, Runner] = {}
        for over_http in (False, True):
            runners |= stack.enter_context(ways(theirs, over_http=over_http))
        address = stack.enter_context(serving(stack.enter_context(Emulator())))
        runners["AWS CLI over HTTP"] = CliRunner(program, address, Path(folder))
        for way, runner in runners.items():
            began = time.monotonic()
            results[way] = run(STEPS, runner, theirs)
            seconds[way] = time.monotonic() - began
    agreed = operations_that_agree(theirs, results)
    for way, spent in seconds.items():
        sys.stdout.write(f"{way}: {len(STEPS)} steps in {spent:.1f} s\n")
    sys.stdout.write(f"{len(agreed)} of {len(theirs.operations)} operations gave the same\n")
    return 0 if len(agreed) == len(theirs.operations) else 1


if __name__ == "__main__":
    sys.exit(main())
