"""The mutation operator of our own, and the filter of mutants that never run."""

import pytest

pytest.importorskip("cosmic_ray", reason="cosmic-ray is in the extra dev only")

from cosmic_ray.mutating import mutate_code

from tests.mutation.operators import DeleteStatement, expression_spans

SOURCE = '''"""Text."""
import os
LIMIT: int = 5
def function(*, a: int | None) -> "str | None":
    b: int
    c = a * LIMIT
    function(a=c)
    if c:
        raise ValueError("text")
    return f"{c}"
'''


def test_statements_are_deleted_one_at_a_time() -> None:
    """Assignments, calls, raise and return become `pass`; imports and declarations stay."""
    deleted: list[str] = []
    while mutated := mutate_code(SOURCE, DeleteStatement(), len(deleted)):
        (change,) = set(SOURCE.splitlines()) - set(mutated.splitlines())
        deleted.append(change.strip())
        compile(mutated, "mutant", "exec")
    assert deleted == [
        "LIMIT: int = 5",
        "c = a * LIMIT",
        "function(a=c)",
        'raise ValueError("text")',
        'return f"{c}"',
    ]


def test_only_operators_that_run_are_in_a_span() -> None:
    """The `*` of a signature and the `|` of annotations are in no span."""
    lines = SOURCE.splitlines()
    assert [lines[begin[0] - 1][begin[1] : end[1]] for begin, end in expression_spans(SOURCE)] == [
        " * "
    ]
