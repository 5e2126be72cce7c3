"""Writers of rows: CSV, JSON Lines and Parquet files that replace the old file at the end.

A new file is for its owner only (0600). This module does not know what a row means.
"""

import csv
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from os import PathLike, fspath
from pathlib import Path
from typing import Any, Final, TypeAlias

from iotmi.fleet._errors import SourceError

Write: TypeAlias = Callable[[Mapping[str, object]], None]

_BATCH: Final = 1024


@contextmanager
def writer_for(path: str | PathLike[str], columns: Sequence[str]) -> Iterator[Write]:
    """Yield a function that writes a row. The file is in place when the block has ended.

    Raises:
        SourceError: the format is unknown, or the file cannot be written.
    """
    target = Path(fspath(path))
    write = _FORMATS.get(target.suffix.lower())
    if write is None:
        known = ", ".join(sorted(_FORMATS))
        raise SourceError(f"{target.name}: the file name must end in one of {known}")
    new = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        try:
            with write(new, columns) as one:
                yield one
            new.replace(target)
        finally:
            new.unlink(missing_ok=True)
    except OSError as error:
        raise SourceError(f"{target}: cannot be written: {error.strerror}") from error


@contextmanager
def _csv(path: Path, columns: Sequence[str], delimiter: str = ",") -> Iterator[Write]:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(columns)
        yield lambda cells: writer.writerow([_text(cells.get(name)) for name in columns])


@contextmanager
def _tsv(path: Path, columns: Sequence[str]) -> Iterator[Write]:
    with _csv(path, columns, "\t") as write:
        yield write


@contextmanager
def _json_lines(path: Path, _columns: Sequence[str]) -> Iterator[Write]:
    with path.open("w", encoding="utf-8") as file:
        yield lambda cells: print(json.dumps(cells, ensure_ascii=False), file=file)


@contextmanager
def _parquet(path: Path, columns: Sequence[str]) -> Iterator[Write]:
    try:
        import pyarrow as pa  # type: ignore[import-untyped]
        from pyarrow import parquet
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "a Parquet file needs pyarrow: python -m pip install 'iotmi[fleet]'", name=error.name
        ) from error
    schema: Any = pa.schema([(name, pa.string()) for name in columns])
    rows: list[dict[str, str | None]] = []
    with parquet.ParquetWriter(path, schema) as writer:

        def write(cells: Mapping[str, object]) -> None:
            rows.append({name: _text(cells.get(name)) or None for name in columns})
            if len(rows) >= _BATCH:
                flush()

        def flush() -> None:
            writer.write_table(pa.Table.from_pylist(rows, schema=schema))
            rows.clear()

        yield write
        flush()


def _text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


_FORMATS: Final = {
    ".csv": _csv,
    ".tsv": _tsv,
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".parquet": _parquet,
}
