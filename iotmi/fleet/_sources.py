"""Sources of rows: files, iterables of mappings, and listings.

A source can be read several times, in the same order, in flat memory. Its identity changes with its
content. This module does not know what a row means.
"""

import csv
import hashlib
import json
import weakref
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from os import PathLike, fspath
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Final, Literal, Protocol, TypeAlias, runtime_checkable

from attrs import field, frozen

from iotmi._schema.schema import is_model
from iotmi._serde.encoder import encode, json_default
from iotmi._serde.plain import to_plain
from iotmi.fleet._errors import SourceError
from iotmi.paging import Pager

Cells: TypeAlias = Mapping[str, object]

SourceLike: TypeAlias = "str | PathLike[str] | Pager[object] | Iterable[object] | Source"
"""A path, a pager, or an iterable of mappings or of this library's values."""


@frozen
class Row:
    """One row of a source.

    Attributes:
        number: from 1.
        cells: the values by column, None where a cell is empty.
        is_text: True if every value is text, as in a CSV file.
        excess: the number of cells beyond the last column.
    """

    number: int
    cells: Cells = field(repr=False)
    is_text: bool = False
    excess: int = 0


@runtime_checkable
class Source(Protocol):
    """Rows that can be read several times."""

    @property
    def label(self) -> str:
        """The name of the source in messages, such as a file name."""
        ...

    @property
    def is_listing(self) -> bool:
        """True if the rows change by themselves, so that the ledger has to keep a copy."""
        ...

    @property
    def columns(self) -> tuple[str, ...] | None:
        """The columns of every row, or None if each row has its own."""
        ...

    def identity(self) -> str:
        """Return a text that changes with the content."""
        ...

    def rows(self) -> Iterator[Row]:
        """Yield the rows in order."""
        ...


def open_source(source: SourceLike) -> Source:
    """Return the source that reads *source*.

    Raises:
        SourceError: the file is missing or of an unknown format.
        TypeError: *source* is none of these.
    """
    if isinstance(source, str | PathLike):
        path = Path(fspath(source))
        reader = _FORMATS.get(path.suffix.lower())
        if reader is None:
            known = ", ".join(sorted(_FORMATS))
            raise SourceError(f"{path.name}: the file name must end in one of {known}")
        if not path.is_file():
            raise SourceError(f"{path}: there is no such file")
        return reader(path)
    if isinstance(source, Source):
        return source
    if isinstance(source, Pager):
        return ListingSource(source)
    if isinstance(source, Iterator):
        return SpooledSource.of(source)
    if isinstance(source, Iterable):
        return IterableSource(source)
    raise TypeError(
        "a source is a path, an iterable of mappings or a pager, not a " + type(source).__name__
    )


@frozen
class _FileSource:
    """The base of the files."""

    path: Path

    @property
    def label(self) -> str:
        return self.path.name

    @property
    def is_listing(self) -> bool:
        return False

    @property
    def columns(self) -> tuple[str, ...] | None:
        return None

    def identity(self) -> str:
        with self._read_errors(), self.path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return f"sha256 {digest}, {file.tell()} bytes"

    def rows(self) -> Iterator[Row]:
        raise NotImplementedError

    def _error(self, reason: str) -> SourceError:
        return SourceError(f"{self.label}: {reason}")

    @contextmanager
    def _read_errors(self) -> Iterator[None]:
        """Raise `SourceError` if the operating system refuses a read in the block."""
        try:
            yield
        except OSError as error:
            raise SourceError(f"{self.path}: cannot be read: {error.strerror}") from error


@frozen
class CsvSource(_FileSource):
    """A CSV file in UTF-8 with a header. Commas, semicolons and tabs separate the cells."""

    @property
    def columns(self) -> tuple[str, ...]:
        try:
            with self._read_errors(), self.path.open(encoding="utf-8-sig", newline="") as file:
                return self._header(file)[0]
        except UnicodeDecodeError as error:
            raise self._error("the text is not UTF-8") from error
        except csv.Error as error:
            raise self._error(f"the first line is not CSV: {error}") from error

    def rows(self) -> Iterator[Row]:
        number = 0
        try:
            with self._read_errors(), self.path.open(encoding="utf-8-sig", newline="") as file:
                columns, delimiter = self._header(file)
                width = len(columns)
                for cells in csv.reader(file, delimiter=delimiter):
                    if not cells:
                        continue
                    number += 1
                    values = {
                        name: text or None for name, text in zip(columns, cells, strict=False)
                    }
                    yield Row(number, values, True, max(0, len(cells) - width))
        except UnicodeDecodeError as error:
            raise self._error(f"the text after row {number} is not UTF-8") from error
        except csv.Error as error:
            raise self._error(f"the text after row {number} is not CSV: {error}") from error

    def _header(self, file: "Iterator[str]") -> tuple[tuple[str, ...], str]:
        first = next(file, "")
        delimiter = max(",;\t", key=first.count)
        columns = tuple(name.strip() for name in next(csv.reader([first], delimiter=delimiter), ()))
        if not any(columns):
            raise self._error("the first line must name the columns")
        twice = sorted({name for name in columns if columns.count(name) > 1})
        if twice:
            raise self._error(f"the header names a column twice: {', '.join(map(repr, twice))}")
        return columns, delimiter


@frozen
class JsonLinesSource(_FileSource):
    """A file with one JSON object on each line."""

    def rows(self) -> Iterator[Row]:
        number = 0
        with self._read_errors(), self.path.open("rb") as file:
            for line in file:
                if not line.strip():
                    continue
                number += 1
                yield Row(number, _json_object(line, f"{self.label}: row {number}"))


@frozen
class ParquetSource(_FileSource):
    """A Parquet file. It needs pyarrow."""

    @property
    def columns(self) -> tuple[str, ...]:
        with self._read_errors():
            return tuple(self._open().schema_arrow.names)

    def rows(self) -> Iterator[Row]:
        number = 0
        with self._read_errors():
            for batch in self._open().iter_batches(batch_size=1024):
                for cells in batch.to_pylist():
                    number += 1
                    yield Row(number, cells)

    def _open(self) -> Any:  # noqa: ANN401 - pyarrow has no types
        try:
            from pyarrow import ArrowException, parquet  # type: ignore[import-untyped]
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError(
                "a Parquet file needs pyarrow: python -m pip install 'iotmi[fleet]'",
                name=error.name,
            ) from error
        try:
            return parquet.ParquetFile(self.path)
        except ArrowException as error:
            raise self._error("the file is not Parquet") from error


@frozen
class IterableSource:
    """An iterable that can be iterated several times, such as a list."""

    items: Iterable[object] = field(repr=False)
    label: str = "an iterable"
    is_listing: bool = False
    columns: None = None

    def identity(self) -> str:
        digest, number = hashlib.sha256(), 0
        for row in self.rows():
            number = row.number
            digest.update(_line_of(row.cells))
        return f"sha256 {digest.hexdigest()}, {number} rows"

    def rows(self) -> Iterator[Row]:
        for number, item in enumerate(self.items, 1):
            yield Row(number, cells_of(item))


@frozen
class SpooledSource:
    """An iterator that can be read once, copied to a temporary file."""

    lines: "_Spool" = field(repr=False)
    label: str = "an iterator"
    is_listing: bool = False
    columns: None = None

    @classmethod
    def of(cls, items: Iterator[object]) -> "SpooledSource":
        """Return a source with a copy of *items*."""
        return cls(_Spool(items))

    def identity(self) -> str:
        return self.lines.identity

    def rows(self) -> Iterator[Row]:
        for number, line in enumerate(self.lines, 1):
            yield Row(number, json.loads(line))


class _Spool:
    """The lines of a temporary file that only this process can read."""

    def __init__(self, items: Iterator[object]) -> None:
        digest, number = hashlib.sha256(), 0
        # Kept open, because closing deletes the file.
        self._file = TemporaryFile("w+b")  # noqa: SIM115
        weakref.finalize(self, self._file.close)
        for item in items:
            line = _line_of(cells_of(item))
            digest.update(line)
            self._file.write(line)
            number += 1
        self.identity: Final = f"sha256 {digest.hexdigest()}, {number} rows"

    def __iter__(self) -> Iterator[bytes]:
        position = 0
        while True:
            # Two iterations may alternate.
            self._file.seek(position)
            line = self._file.readline()
            if not line:
                return
            position = self._file.tell()
            yield line


@frozen
class ListingSource:
    """A listing of the service. The ledger keeps the items, because a listing changes."""

    pager: Pager[object] = field(repr=False)
    is_listing: bool = True
    columns: None = None

    @property
    def label(self) -> str:
        return f"the listing {type(self.pager._listing).__name__}"  # noqa: SLF001 - our own pager

    def identity(self) -> str:
        filters = _line_of(encode(self.pager._listing))  # noqa: SLF001 - our own pager
        return f"{self.label}, filters {hashlib.sha256(filters).hexdigest()}"

    def rows(self) -> Iterator[Row]:
        for number, item in enumerate(self.pager, 1):
            yield Row(number, cells_of(item))


def cells_of(item: object, secrets: Literal["show", "hide"] = "show") -> Cells:
    """Return a mapping, or a value of this library as a mapping.

    Args:
        item: the mapping or the value.
        secrets: ``"hide"`` for ``***`` instead of the value's sensitive members.

    Raises:
        SourceError: *item* is neither.
    """
    if is_model(type(item)):
        item = to_plain(item, secrets=secrets)
    if isinstance(item, Mapping):
        return item
    raise SourceError(f"each row must be a mapping, not {type(item).__name__}")


def _json_object(line: bytes, where: str) -> Cells:
    try:
        cells = json.loads(line)
    except ValueError:
        # Not chained to its cause, which holds the line.
        cells = None
    if not isinstance(cells, dict):
        raise SourceError(f"{where} must be a JSON object")
    return cells


def line_of(cells: object) -> bytes:
    """Return the canonical JSON of a row, with a line break."""
    return _line_of(cells)


def _line_of(cells: object) -> bytes:
    try:
        text = json.dumps(cells, sort_keys=True, default=_plain)
    except (TypeError, ValueError) as error:
        raise SourceError(f"a row holds a value that JSON cannot hold: {error}") from None
    return text.encode() + b"\n"


def _plain(value: object) -> object:
    try:
        return json_default(value)
    except TypeError:
        # Times of Parquet files, decimals.
        return str(value)


_FORMATS: Final = {
    ".csv": CsvSource,
    ".tsv": CsvSource,
    ".jsonl": JsonLinesSource,
    ".ndjson": JsonLinesSource,
    ".parquet": ParquetSource,
}
