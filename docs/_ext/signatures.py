"""Write signatures and annotations with the public names of types.

Constraints are left out of them: the descriptions of parameters have those in words.
"""

import inspect
import types
from collections.abc import Callable
from typing import (
    Annotated,
    ForwardRef,
    Literal,
    ParamSpec,
    TypeVar,
    Union,
    get_args,
    get_origin,
)

from names import canonical, name_of


def signature_of(function: Callable[..., object], *, bound: bool = False) -> str:
    """Return the parameters and the return type of a callable, or () if it shows none."""
    try:
        signature = inspect.signature(function)
    except (ValueError, TypeError):
        return "()"
    parameters = list(signature.parameters.values())
    if bound and parameters and parameters[0].name in {"self", "cls"}:
        parameters = parameters[1:]
    words: list[str] = []
    starred = slash = False
    for parameter in parameters:
        if slash and parameter.kind is not parameter.POSITIONAL_ONLY:
            words.append("/")
        slash = parameter.kind is parameter.POSITIONAL_ONLY
        if parameter.kind is parameter.KEYWORD_ONLY and not starred:
            words.append("*")
            starred = True
        starred = starred or parameter.kind is parameter.VAR_POSITIONAL
        words.append(_parameter(parameter))
    if slash:
        words.append("/")
    returns = ""
    if not isinstance(function, type) and signature.return_annotation is not signature.empty:
        returns = f" -> {text_of(signature.return_annotation)}"
    return f"({', '.join(words)}){returns}"


def _parameter(parameter: inspect.Parameter) -> str:
    text = parameter.name
    if parameter.kind is parameter.VAR_POSITIONAL:
        text = f"*{text}"
    elif parameter.kind is parameter.VAR_KEYWORD:
        text = f"**{text}"
    if parameter.annotation is not parameter.empty:
        text += f": {text_of(parameter.annotation)}"
    if parameter.default is not parameter.empty:
        text += f" = {_default(parameter.default)}"
    return text


def _default(value: object) -> str:
    if isinstance(value, str) and type(value) is not str:
        return f"{type(value).__name__}.{getattr(value, 'name', value)}"
    if isinstance(value, bool | int | float | str | None | tuple):
        return repr(value)
    if type(value).__name__ == "RetryPolicy":
        return "RetryPolicy()"
    return "..."


def text_of(annotation: object) -> str:  # noqa: C901, PLR0911 - a case for each annotation
    """Return an annotation as Python writes it, with public names."""
    if id(annotation) in canonical():
        return name_of(annotation)
    if isinstance(annotation, str | ForwardRef):
        text = annotation if isinstance(annotation, str) else annotation.__forward_arg__
        return text.removeprefix("botocore_client.")
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return text_of(arguments[0])
    if origin in (Union, types.UnionType):
        return " | ".join(map(text_of, arguments))
    if origin is Literal:
        return f"Literal[{', '.join(map(repr, arguments))}]"
    if annotation is Ellipsis:
        return "..."
    if isinstance(annotation, list):
        return f"[{', '.join(map(text_of, annotation))}]"
    if isinstance(annotation, TypeVar | ParamSpec):
        return annotation.__name__
    if origin is not None:
        inner = list(arguments)
        if getattr(origin, "__name__", "") == "Callable" and len(inner) == 2:
            return f"Callable[{', '.join(map(text_of, inner))}]"
        return f"{text_of(origin)}[{', '.join(map(text_of, inner))}]"
    return name_of(annotation).removeprefix("collections.abc.").removeprefix("typing.")
