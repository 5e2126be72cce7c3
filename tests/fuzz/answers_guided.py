"""The engine atheris: it mutates bytes of cases and measures which code of iotmi they reach.

``python -m tests.fuzz.answers --engine atheris`` starts this module in a process of its own. There
atheris sees the import of iotmi, and ends the process.
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
from typing import TYPE_CHECKING, Any, Final

from hypothesis import Phase, given, settings

if TYPE_CHECKING:
    from tests.fuzz.answers_reading import Case

MISSING: Final = "the engine atheris needs atheris: python -m pip install 'iotmi[fuzz]'\n"

_LONGEST: Final = 4096
"""The maximum size of a case in bytes."""

_DRAWN: Final = 2000
"""The number of new cases that mutation may start from."""

_ITSELF: Final = shlex.join([sys.executable, "-m", "tests.fuzz.answers_guided"])


def guided(*, inputs: int, seed: int, corpus: Path, keep: bool) -> int:
    """Read *inputs* cases, beginning with those of *corpus*.

    With *keep*, replace the corpus by the smallest set of files that reaches the same code.
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
    """Run atheris, which ends the process."""
    # Imported by name, because atheris is optional and has no types.
    atheris: Any = import_module("atheris")
    with atheris.instrument_imports(include=["iotmi"]):
        from tests.fuzz.answers_reading import Reader
        from tests.fuzz.strategies import cases

    reader, drawn = Reader(), list[bytes]()

    @settings(max_examples=_DRAWN, database=None, phases=[Phase.generate])
    @given(cases())
    def draw(case: "Case") -> None:
        drawn.append(case.encode())

    draw()

    def read(data: bytes) -> None:
        reader.read(reader.decode(data))

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        # Three in ten are new cases near the model.
        pick = Random(seed)
        if pick.random() < 0.3:
            return pick.choice(drawn)[:most]
        mutated: bytes = atheris.Mutate(data, most)
        return mutated

    # To merge, atheris starts this program again in a shell.
    atheris.Setup([_ITSELF, *sys.argv[1:]], read, custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
