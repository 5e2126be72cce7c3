"""The report of a job: one page in HTML without scripts."""

from os import PathLike, fspath
from pathlib import Path

from iotmi.fleet._store import LedgerStore


def write_report(store: LedgerStore, path: str | PathLike[str]) -> None:
    """Write the report of the job in *store* to *path*."""
    Path(fspath(path)).write_text(f"<!doctype html><title>{store.status()}</title>")
