"""Show the programs in `examples/` on a page of the site."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

EXAMPLES: Final = Path(__file__).parents[2] / "examples"
MARKER: Final = "<!-- examples -->"


def fill(page: str) -> str:
    """Return a page with every example in the place of its marker."""
    return page.replace(MARKER, "\n".join(lines())) if MARKER in page else page


def lines() -> Iterator[str]:
    """Yield each example with its name as a heading and its docstring as a sentence."""
    for path in sorted(EXAMPLES.glob("*.py")):
        tree = ast.parse(path.read_text())
        yield f"\n## {path.stem}\n"
        yield f"{(ast.get_docstring(tree) or '').splitlines()[0]}\n"
        yield f"```python\n{path.read_text()}```\n"
