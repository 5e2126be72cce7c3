"""A mutation operator that cosmic-ray lacks, and a filter for mutants that change no behaviour."""

import ast
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeAlias

from cosmic_ray.operators.operator import Example, Operator
from parso.python.tree import Name, PythonNode
from parso.tree import NodeOrLeaf

Position: TypeAlias = tuple[int, int]

_DELETED: Final = frozenset({"expr_stmt", "raise_stmt", "return_stmt", "atom_expr", "yield_expr"})


# pyright: reportIncompatibleMethodOverride=false
# cosmic-ray has no types, and pyright infers None from its abstract methods.
class DeleteStatement(Operator):  # type: ignore[misc]
    """Replaces an assignment, a call, a `raise` or a `return` by `pass`."""

    def mutation_positions(self, node: NodeOrLeaf) -> Iterator[tuple[Position, Position]]:
        """Yield the position of a statement that can go."""
        if isinstance(node, PythonNode) and node.type == "simple_stmt":
            statement = node.children[0]
            # A declaration without a value does nothing.
            declares = statement.type == "expr_stmt" and "=" not in statement.get_code()
            if statement.type in _DELETED and not declares:
                yield node.start_pos, node.end_pos

    def mutate(self, node: PythonNode, index: int) -> PythonNode:
        """Return the line with `pass` instead of the statement."""
        del index
        statement = node.children[0]
        prefix = statement.get_first_leaf().prefix
        node.children[0] = Name("pass", statement.start_pos, prefix=prefix)
        return node

    @classmethod
    def examples(cls) -> Sequence[Example]:
        """Return an example for cosmic-ray's documentation."""
        return (Example("x = 1\n", "pass\n"),)


class Provider:
    """The operators of this module, as cosmic-ray finds them."""

    def __iter__(self) -> Iterator[str]:
        return iter((DeleteStatement.__name__,))

    def __getitem__(self, name: str) -> type[Operator]:
        return {DeleteStatement.__name__: DeleteStatement}[name]


def expression_spans(source: str) -> Iterable[tuple[Position, Position]]:
    """Return the spans between the operands of each binary operator that runs.

    cosmic-ray also replaces the `|` of annotations and the `*` of signatures, which never run.
    """
    tree = ast.parse(source)
    for node in list(ast.walk(tree)):
        for annotation in {"annotation", "returns"} & set(node._fields):
            setattr(node, annotation, None)
    return [
        (
            (node.left.end_lineno or 0, node.left.end_col_offset or 0),
            (node.right.lineno, node.right.col_offset),
        )
        for node in ast.walk(tree)
        if isinstance(node, ast.BinOp)
    ]
