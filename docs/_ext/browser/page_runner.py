"""Run the blocks of one page, in order, and return what they print.

The reader's browser runs this module in Pyodide; the tests run it in CPython and compare.
"""

import ast
import io
import linecache
from contextlib import redirect_stderr, redirect_stdout
from traceback import TracebackException
from typing import Any

from tests.support.page_home import clear, furnish


class Page:
    """The state that the blocks of a page share."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {"__name__": "__main__"}
        self._blocks = 0
        furnish(self.names)

    def run(self, code: str) -> tuple[bool, str]:
        """Run a block. Return True if it ended well, and its output with the error, if any."""
        self._blocks += 1
        name = f"<block {self._blocks}>"
        # Tracebacks show lines of the block from here.
        linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
        output = io.StringIO()
        with redirect_stdout(output), redirect_stderr(output):
            try:
                self._execute(code, name)
            except BaseException as error:  # noqa: BLE001 - whatever the reader's code raises
                output.write(in_short(error, name))
                return False, output.getvalue()
        return True, output.getvalue()

    def _execute(self, code: str, name: str) -> None:
        """Execute a block, and show the value of an expression at its end, as a console does."""
        tree = ast.parse(code, name)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, name, "exec"), self.names)  # noqa: S102 - the reader asked for it
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), name, "eval"), self.names)  # noqa: S307
            if value is not None:
                print(repr(value))

    def close(self) -> None:
        """Close the emulator of the page."""
        clear(self.names)


def in_short(error: BaseException, name: str) -> str:
    """Return an error with the lines of the block that led to it, without the library's frames."""
    shown = TracebackException.from_exception(error, capture_locals=False)
    lines = [
        f"line {frame.lineno}: {frame.line}" for frame in shown.stack if frame.filename == name
    ]
    text = "".join(shown.format_exception_only()).rstrip()
    return "\n".join([*lines, text]) + "\n"
