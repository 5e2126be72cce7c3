"""The same cases, found by what they reach: atheris mutates octets and watches iotmi's code.

``python -m tests.fuzz.answers --engine atheris`` starts it in a process of its own, which
atheris ends when it is done, and in which it sees iotmi being imported.
"""

import shlex
import shutil
import subprocess
import sys
import tempfile
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import Any, Final

MISSING: Final = "the engine atheris needs atheris: python -m pip install 'iotmi[fuzz]'\n"

_LONGEST: Final = 4096
"""Octets of a case. What is longer is for the other engine."""

_ITSELF: Final = shlex.join([sys.executable, "-m", "tests.fuzz.answers_guided"])


def guided(*, inputs: int, seed: int, corpus: Path, keep: bool) -> int:
    """Read so many cases, beginning with those of *corpus*.

    With *keep* the corpus is made anew afterwards, of as few files as reach what all of them do.
    """
    if find_spec("atheris") is None:
        sys.stderr.write(MISSING)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        found, smallest, broken = (Path(folder, name) for name in ("found", "smallest", "broken-"))
        for place in (found, smallest):
            place.mkdir()
        for file in sorted(corpus.glob("*")):
            shutil.copy(file, found)
        ended = _atheris(
            f"-atheris_runs={inputs}",
            f"-seed={seed}",
            f"-max_len={_LONGEST}",
            f"-artifact_prefix={broken}",
            "-print_final_stats=1",
            "-verbosity=1",
            found,
        )
        _show_broken(sorted(Path(folder).glob("broken-*")))
        if keep and ended == 0:
            ended = _atheris("-merge=1", f"-max_len={_LONGEST}", smallest, found)
            shutil.rmtree(corpus, ignore_errors=True)
            shutil.copytree(smallest, corpus)
            sys.stdout.write(f"{len(list(corpus.glob('*')))} files kept in the corpus\n")
    return ended


def _show_broken(files: list[Path]) -> None:
    for file in files:
        sys.stdout.write(f"broken by: {file.read_bytes()!r}\n")


def _atheris(*options: str | Path) -> int:
    command = [*shlex.split(_ITSELF), *map(str, options)]
    return subprocess.run(command, check=False).returncode


def main() -> None:
    """What atheris drives; it never comes back from here."""
    # Not everywhere installed, and without types.
    atheris: Any = import_module("atheris")
    with atheris.instrument_imports(include=["iotmi"]):
        # The seam between the two engines; it imports iotmi.
        from tests.fuzz.answers_mutation import Mutator
        from tests.fuzz.answers_reading import Reader

    reader, mutator = Reader(), Mutator.of(0)

    def read(data: bytes) -> None:
        reader.read(reader.decode(data))

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        # Now a right answer spoilt at a place, now whatever atheris thinks of.
        pick = Random(seed)
        if pick.random() < 0.3:
            return mutator.case(pick.getrandbits(32)).encode()[:most]
        mutated: bytes = atheris.Mutate(data, most)
        return mutated

    # To merge, it starts itself anew by the first word, in a shell.
    atheris.Setup([_ITSELF, *sys.argv[1:]], read, custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
