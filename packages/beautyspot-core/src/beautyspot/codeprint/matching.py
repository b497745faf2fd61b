"""Whether running code is what a source compiles to, wherever in the source it stands."""

import sys
from collections.abc import Iterator
from hashlib import sha256
from types import CodeType
from typing import Final

__all__ = ["code_digest", "codes_in", "is_same", "resembles"]

#: Flags of the code itself. Those above are set by ``from __future__ import ...``.
_OWN_FLAGS: Final = 0xFFFF


def codes_in(code: CodeType) -> Iterator[CodeType]:
    """Answer code, and all that is inside of it."""
    waiting = [code]
    while waiting:
        found = waiting.pop()
        yield found
        waiting.extend(const for const in found.co_consts if isinstance(const, CodeType))


def is_same(one: CodeType, other: CodeType) -> bool:
    """Tell whether two codes do the same under the same names; lines may differ."""
    return (
        _shape(one) == _shape(other)
        and len(one.co_consts) == len(other.co_consts)
        and all(map(_is_same_constant, one.co_consts, other.co_consts))
    )


def resembles(running: CodeType, compiled: CodeType) -> bool:
    """Tell whether running code can be what a tool made of this code when it was imported.

    Such tools (pytest, checkers of types) add to code: all names and constants are still there.
    """
    count = compiled.co_argcount + compiled.co_kwonlyargcount
    return (
        running.co_firstlineno == compiled.co_firstlineno
        and running.co_varnames[:count] == compiled.co_varnames[:count]
        and set(compiled.co_names) - {"AssertionError"} <= set(running.co_names)
        and _plain_constants(compiled) <= _plain_constants(running)
    )


def code_digest(code: CodeType) -> str:
    """Answer a digest of compiled code, for code without source; each Python makes another one."""
    whole = sha256(f"{sys.implementation.cache_tag}".encode())
    for each in codes_in(code):
        constants = [_key(const) for const in each.co_consts if not isinstance(const, CodeType)]
        whole.update(f"{_shape(each)!r}{constants!r};".encode("utf-8", "surrogatepass"))
    return whole.hexdigest()


def _shape(code: CodeType) -> tuple[object, ...]:
    return (
        code.co_name,
        code.co_code,
        code.co_exceptiontable,
        code.co_flags & _OWN_FLAGS,
        (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount),
        (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars),
    )


def _is_same_constant(one: object, other: object) -> bool:
    if isinstance(one, CodeType) and isinstance(other, CodeType):
        return is_same(one, other)
    return _key(one) == _key(other)


def _plain_constants(code: CodeType) -> set[object]:
    return {_key(const) for const in code.co_consts if not isinstance(const, CodeType)}


def _key(constant: object) -> object:
    """Answer what tells constants apart: 1, 1.0 and True, and 0.0 and -0.0 within tuples too."""
    match constant:
        case tuple():
            return ("tuple", *map(_key, constant))  # pyright: ignore[reportUnknownArgumentType]
        case frozenset():
            return ("frozenset", *sorted(map(repr, map(_key, constant))))  # pyright: ignore[reportUnknownArgumentType]
        case int():
            return (type(constant).__name__, hex(constant))
        case _:
            return (type(constant).__name__, repr(constant))
