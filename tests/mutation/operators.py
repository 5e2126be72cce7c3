"""The mutants of a module: each is the module with one small mistake in it.

Owns what counts as a mistake. What a program does not do is never mutated: docstrings, type
annotations, imports, type variables, ``__slots__``, blocks for type checkers, and wording, which
is the text of an f-string around what it shows, of an exception, and of a line in the log.

Of a condition, a constant, a call and a statement, the mutants are those that are hard to see: a
bound is moved by one step or by a tenth, one of two conditions is forgotten, an argument is left to
its default, a statement is not carried out.
"""

import ast
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final, TypeAlias

from attrs import evolve, frozen

_OPERATORS: Final[dict[type[ast.AST], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
}
_BOUNDS: Final[dict[type[ast.AST], type[ast.cmpop]]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
}
_OPPOSITES: Final[dict[type[ast.AST], type[ast.cmpop]]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
}
_FUNCTIONS: Final = {"min": "max", "max": "min", "all": "any", "any": "all"}
_NO_PROGRAM: Final = (
    *(ast.Import, ast.ImportFrom, ast.Pass, ast.Nonlocal, ast.Global),
    *(ast.expr_context, ast.operator, ast.cmpop, ast.boolop, ast.unaryop),
)
_TYPE_LEVEL: Final = ("TypeVar", "ParamSpec", "NewType")
_WIDTH: Final = 88

Replacement: TypeAlias = ast.AST | None
"""What stands in a node's place; None where nothing does."""


@frozen
class Mutant:
    """One mistake.

    Attributes:
        where: the class and function that it is in, or ``module``.
        was: the line of code without it.
        now: the same with it.
    """

    where: str
    was: str
    now: str

    def __str__(self) -> str:
        return f"{self.where}: {self.was}  ->  {self.now}"

    def line(self) -> str:
        """The line that lists it among the survivors."""
        return f"{{ where = '{self.where}', was = '''{self.was}''', now = '''{self.now}''' }},"


def mutants(tree: ast.Module) -> Iterator[Mutant]:
    """Each mutant in turn. While one is looked at, *tree* is that mutant; then it is whole."""
    seen: Counter[Mutant] = Counter()
    above = {
        node.name: node.bases[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and node.bases
    }
    for mutant in _within(tree, tree, (), above):
        seen[mutant] += 1
        times = seen[mutant]
        yield mutant if times == 1 else evolve(mutant, where=f"{mutant.where} ({times})")


@frozen
class _Place:
    """Where a node stands: in a *field* of its *parent*, at an *index* where that is a list."""

    parent: ast.AST
    field: str
    index: int | None
    node: ast.AST

    @classmethod
    def below(cls, parent: ast.AST) -> "Iterator[_Place]":
        """The places of a node's children."""
        for field, value in list(ast.iter_fields(parent)):
            if isinstance(value, ast.AST):
                yield cls(parent, field, None, value)
            elif isinstance(value, list):
                for index, node in enumerate(value):
                    if isinstance(node, ast.AST):
                        yield cls(parent, field, index, node)

    @contextmanager
    def taken_by(self, replacement: Replacement) -> Iterator[None]:
        """Within the block something else stands here."""
        whole = getattr(self.parent, self.field)
        if self.index is None:
            setattr(self.parent, self.field, replacement)
        else:
            rest = [] if replacement is None else [replacement]
            changed = [*whole[: self.index], *rest, *whole[self.index + 1 :]]
            setattr(self.parent, self.field, changed)
        ast.fix_missing_locations(self.parent)
        try:
            yield
        finally:
            setattr(self.parent, self.field, whole)


def _within(
    node: ast.AST, unit: ast.AST, where: tuple[str, ...], above: Mapping[str, ast.expr]
) -> Iterator[Mutant]:
    """The mutants below *node*; *unit* is the statement that each is shown in.

    Of each class in the module, *above* has the first base.
    """
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        where = (*where, node.name)
    if isinstance(node, ast.stmt | ast.ExceptHandler):
        unit = node
    declared = isinstance(node, ast.Module | ast.ClassDef)
    for place in _Place.below(node):
        if _is_no_program(place):
            continue
        child = place.node
        own = isinstance(child, ast.stmt | ast.ExceptHandler)
        before = ast.unparse(child if own else unit)
        for replacement in _replacements(place, above):
            with place.taken_by(replacement):
                after = ast.unparse(replacement if own and replacement else unit)
                yield Mutant(".".join(where) or "module", *_difference(before, after))
        if declared and isinstance(child, ast.AnnAssign) and isinstance(child.target, ast.Name):
            yield from _within(child, unit, (*where, child.target.id), above)
        else:
            yield from _within(child, unit, where, above)


def _difference(before: str, after: str) -> tuple[str, str]:
    """The first line that differs, in both; of a long line, what is around the difference."""
    lines = zip([*before.splitlines(), ""], [*after.splitlines(), ""], strict=False)
    was, now = next((one.strip(), other.strip()) for one, other in lines if one != other)
    if len(was) <= _WIDTH:
        return was, now
    same = next((i for i, (a, b) in enumerate(zip(was, now, strict=False)) if a != b), len(now))
    begin = max(0, same - _WIDTH // 2)
    return _cut(was, begin, begin + _WIDTH), _cut(now, begin, begin + _WIDTH)


def _cut(text: str, begin: int, end: int) -> str:
    before, after = "…" if begin else "", "…" if end < len(text) else ""
    return f"{before}{text[begin:end].strip()}{after}"


def _is_no_program(place: _Place) -> bool:
    node, parent = place.node, place.parent
    if isinstance(node, _NO_PROGRAM) or place.field in {"annotation", "returns"}:
        return True
    if place.field == "bases":
        # Those of errors say what is caught with them, others are mostly a matter of types.
        return not (isinstance(parent, ast.ClassDef) and parent.name.endswith("Error"))
    match node:
        case ast.Assign(value=ast.Call(func=ast.Name(id=name))):
            return name in _TYPE_LEVEL
        case (
            ast.Expr(value=ast.Constant())
            | ast.If(test=ast.Name(id="TYPE_CHECKING"))
            | ast.Assign(targets=[ast.Name(id="__slots__")])
            | ast.AnnAssign(annotation=ast.Name(id="TypeAlias"))
        ):
            return True
        case _:
            return False


def _replacements(place: _Place, above: Mapping[str, ast.expr]) -> Iterator[Replacement]:
    """What may stand in a place by mistake."""
    node, parent = place.node, place.parent
    if isinstance(node, ast.stmt):
        yield from _statements(node)
    elif isinstance(node, ast.ExceptHandler):
        if not _raises_only(node.body):
            yield ast.ExceptHandler(node.type, node.name, [ast.Raise()])
    elif isinstance(node, ast.keyword) or place.field == "cause":
        # An argument that is left to its default; an error without its cause.
        yield None
    elif isinstance(node, ast.expr):
        if place.field == "bases":
            yield from _bases(node, parent, above)
        elif place.field == "test" and isinstance(parent, ast.If | ast.While):
            yield from _tests(node, parent)
        elif not _is_wording(parent, place.field):
            yield from _expressions(node, parent)


def _statements(node: ast.stmt) -> Iterator[Replacement]:
    match node:
        case ast.Expr() | ast.AugAssign() | ast.Raise() | ast.Delete() | ast.Continue():
            yield ast.Pass()
        case ast.Break():
            yield ast.Pass()
        case ast.Assign(targets=targets) if all(_is_lasting(target) for target in targets):
            yield ast.Pass()
        case ast.AnnAssign(target=ast.Attribute(), value=ast.expr()):
            yield ast.Pass()
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            yield ast.Return(ast.Constant(None))
        case ast.With(items=items, body=body) if not any(item.optional_vars for item in items):
            yield ast.If(ast.Constant(True), body, [])
        case _:
            pass
    if isinstance(node, ast.AugAssign):
        yield ast.Assign([node.target], node.value)
        if type(node.op) in _OPERATORS:
            yield ast.AugAssign(node.target, _OPERATORS[type(node.op)](), node.value)


def _is_lasting(target: ast.expr) -> bool:
    return isinstance(target, ast.Attribute | ast.Subscript)


def _raises_only(body: Sequence[ast.stmt]) -> bool:
    return len(body) == 1 and isinstance(body[0], ast.Raise) and body[0].exc is None


def _tests(node: ast.expr, parent: ast.AST) -> Iterator[Replacement]:
    """A condition that is always so, or never. A loop that never ends finds its end too easily."""
    if not isinstance(node, ast.Constant):
        yield ast.Constant(False)
        if isinstance(parent, ast.If):
            yield ast.Constant(True)
    if isinstance(node, ast.Compare | ast.BoolOp):
        yield from _expressions(node, parent)


def _bases(node: ast.expr, parent: ast.AST, above: Mapping[str, ast.expr]) -> Iterator[Replacement]:
    """One base less, or one that is too far up."""
    if isinstance(parent, ast.ClassDef) and len(parent.bases) > 1:
        yield None
    elif isinstance(node, ast.Name) and node.id in above:
        yield above[node.id]


def _is_wording(parent: ast.AST, field: str) -> bool:
    match parent:
        case ast.JoinedStr():
            # What it shows is left out of it by the case of JoinedStr below.
            return True
        case ast.Raise():
            return field == "exc"
        case _:
            return False


def _expressions(node: ast.expr, parent: ast.AST) -> Iterator[Replacement]:
    if isinstance(node, ast.Constant):
        yield from _constants(node.value, parent)
    yield from _conditions(node, parent)
    yield from _calculations(node)
    yield from _compositions(node)


def _constants(value: object, parent: ast.AST) -> Iterator[ast.expr]:
    match value:
        case bool():
            yield ast.Constant(not value)
        case int():
            yield ast.Constant(value + 1)
        case float():
            yield ast.Constant(round(value * 1.1, 6) if value else 1.0)
        case str() if not _is_said(parent):
            yield ast.Constant("XX")
        case None if not isinstance(parent, ast.Compare | ast.Return | ast.BinOp):
            yield ast.Constant("XX")
        case _:
            pass


def _is_said(parent: ast.AST) -> bool:
    """Whether a text in *parent* is the wording of an exception or of a line in the log."""
    match parent:
        case ast.Call(func=ast.Name(id=name)):
            return name.endswith("Error")
        case ast.Call(func=ast.Attribute(value=ast.Name(id="_log"))):
            return True
        case _:
            return False


def _conditions(node: ast.expr, parent: ast.AST) -> Iterator[ast.expr]:
    match node:
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            kinds = [_BOUNDS.get(type(op))]
            if not isinstance(parent, ast.If | ast.While):
                kinds.append(_OPPOSITES[type(op)])
            yield from (ast.Compare(left, [kind()], [right]) for kind in kinds if kind)
        case ast.BoolOp(op=op, values=values):
            for forgotten in range(len(values)):
                rest = values[:forgotten] + values[forgotten + 1 :]
                yield ast.BoolOp(op, rest) if len(rest) > 1 else rest[0]
        case ast.IfExp(body=body, orelse=orelse):
            yield from (body, orelse)
        case _:
            pass


def _calculations(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            yield from (left, right)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            yield ast.BinOp(left, _OPERATORS[type(op)](), right)
        case ast.UnaryOp(operand=operand):
            yield operand
        case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords) if name in _FUNCTIONS:
            yield ast.Call(ast.Name(_FUNCTIONS[name], ast.Load()), args, keywords)
        case _:
            pass


def _compositions(node: ast.expr) -> Iterator[ast.expr]:
    """A text that does not show all that it should; an entry with what belongs to another one."""
    match node:
        case ast.JoinedStr(values=values):
            for part in values:
                if isinstance(part, ast.FormattedValue):
                    yield ast.JoinedStr([other for other in values if other is not part])
        case ast.Dict(keys=keys, values=values):
            for place, value in enumerate(values):
                others = [other for other in values if ast.dump(other) != ast.dump(value)]
                if keys[place] is not None and others:
                    yield ast.Dict(keys, [*values[:place], others[0], *values[place + 1 :]])
        case _:
            pass
