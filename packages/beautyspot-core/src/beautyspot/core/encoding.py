"""The canonical text of a call's arguments: typed JSON, injective and stable.

Two values have the same text only if they have the same types and content all the way down; the
text does not depend on the process, the hash seed, the platform, the Python version or on what is
installed. The text, not its hash, is the identity: it can be read, and compared with another one.

Plain values are plain JSON. Everything else is an object whose key ``"$"`` holds a tag, and a dict
of the user that has such a key is itself written with a tag; so no value can spell another one's
text. ``ensure_ascii`` stays off: with it a surrogate pair and the character it stands for would be
written alike. A container that holds itself is written as a cycle: how many containers up it is.

What is plain all the way down is passed to the encoder as it is, everything else is walked through
and copied. That is a matter of time, not of content: both ways lead to one text.
"""

from typing import Final

from beautyspot.core.content import Content, Describe, NoContent
from beautyspot.core.errors import UncacheableArgument
from beautyspot.core.plain import Node, is_plain, plain_text, small_text
from beautyspot.core.walking import Refused, Walk

__all__ = ["canonical_text", "no_content", "plain_text", "walked_text"]

#: Characters of a path in an error.
_PATH_LIMIT: Final = 100
_MAY_BE_PLAIN: Final = frozenset({list, dict})


def no_content(value: object) -> Content:  # noqa: ARG001  # a Describe takes it
    """Find no content in anything: only what is written without asking has some."""
    raise NoContent("it is not known to have the same content in another process")


def canonical_text(arguments: dict[str, object], describe: Describe = no_content) -> str:
    """Answer the canonical text of arguments, given by name.

    Args:
        arguments: the values by name; a ``Content`` stands for what it describes.
        describe: is asked about every value that cannot be written without it.

    Raises:
        UncacheableArgument: a value has no stable content; the error names it by its path.
    """
    return small_text(arguments) or walked_text(arguments, describe)


def walked_text(arguments: dict[str, object], describe: Describe) -> str:
    """Answer the canonical text of arguments that are not small; else as ``canonical_text``."""
    walk = Walk(describe)
    nodes = {name: _node(name, value, walk) for name, value in arguments.items()}
    try:
        return plain_text(nodes)
    except Exception as error:
        name = _culprit(nodes)
        raise _unreadable(name, arguments[name], error) from error


def _node(name: str, value: object, walk: Walk) -> Node:
    try:
        if type(value) in _MAY_BE_PLAIN and is_plain(value):
            return value
        return walk.argument(value)
    except Refused as refused:
        # No variable for the cause: its traceback holds this frame, which must not hold it.
        raise _refusal(
            name + refused.path, refused.value, _reason(name, refused.reason)
        ) from refused.__cause__
    except Exception as error:
        raise _unreadable(name, value, error) from error


def _culprit(nodes: dict[str, Node]) -> str:
    """Answer the name of the first node that cannot be written."""
    for name, node in nodes.items():
        try:
            plain_text(node)
        except Exception:  # noqa: BLE001  # told in `canonical_text`, with the name found here
            return name
    return next(iter(nodes))


def _unreadable(name: str, value: object, error: Exception) -> UncacheableArgument:
    """Answer the error for what has content that did not come through.

    A stack that is nearly full, a dict that another thread changes: whatever keeps a value from
    being read must not keep the function from being called.
    """
    return _refusal(name, value, f"it could not be read to its end ({error})")


def _reason(name: str, reason: str) -> str:
    if name not in {"self", "cls"}:
        return reason
    return f"{reason}; mark a static method, or a function outside of the class"


def _refusal(path: str, value: object, reason: str) -> UncacheableArgument:
    if len(path) > _PATH_LIMIT:
        path = f"{path[: _PATH_LIMIT // 2]}...{path[-_PATH_LIMIT // 2 :]}"
    return UncacheableArgument(path, _kind(value), reason)


def _kind(value: object) -> str:
    if type(value) is NoContent:
        return "value that is not known"
    try:
        return f"{type(value).__module__}.{type(value).__qualname__}"
    except Exception:  # noqa: BLE001  # a metaclass may answer for its classes, and go wrong
        return "value of a type without a name"
