"""From a call to its cache key.

The key is the first 32 hexadecimal digits (128 bits) of the SHA-256 of the call's canonical text:
the scheme, the function, its version, its closure and its arguments by name.
"""

from collections.abc import Callable, Mapping
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeAlias

from beautyspot.core.content import Describe
from beautyspot.core.encoding import canonical_text, no_content, walked_text
from beautyspot.core.errors import UncacheableArgument
from beautyspot.core.plain import plain_text, small_text

__all__ = ["SCHEME", "Bind", "KeyMaker", "Keyed", "digest"]

#: Gives the arguments of a call their names; raises TypeError when they do not fit.
Bind: TypeAlias = Callable[[tuple[object, ...], Mapping[str, object]], dict[str, object]]

#: The number of the grammar of call texts; another number is another key for every call.
SCHEME: Final = 1

_KEY_DIGITS: Final = 32
_CLOSURE_ADVICE: Final = (
    "It is a variable of an enclosing function: give the function its value as an argument; make "
    "it a global of the module, which does not count; or say what counts of its type with "
    "spot.register_key(type, function) or a method __cache_key__"
)


def digest(text: str) -> str:
    """Answer 32 hexadecimal digits that stand for a text."""
    try:
        data = text.encode()  # half the time of naming the error handler, which few texts need
    except UnicodeEncodeError:
        data = text.encode("utf-8", "surrogatepass")
    return sha256(data).hexdigest()[:_KEY_DIGITS]


class Keyed(NamedTuple):
    """A call with its key."""

    cache_key: str
    arguments: str  #: the canonical text of the arguments


#: ``Keyed._make`` without its Python frame: every call pays for it.
_new_keyed: Final[Any] = getattr(tuple, "__new__")  # noqa: B009  # pyright cannot name its type


class KeyMaker:
    """Makes the keys of one function: all that is the same for every call is done once."""

    __slots__ = ("_bind", "_code", "_describe", "_head", "_refusal", "may_block")

    def __init__(  # noqa: PLR0913  # named, and all of one moment
        self,
        *,
        func_name: str,
        version: str | None,
        bind: Bind,
        closure: Mapping[str, object] = MappingProxyType({}),
        describe: Describe = no_content,
        code: Callable[[], str | None] | None = None,
        may_block: bool = False,
    ) -> None:
        """Take what identifies the function, and what reads its arguments.

        Args:
            func_name: dotted module, a colon, and the qualified name.
            version: what the user calls this version of the code; None is no version.
            bind: answers the arguments that count, by name.
            closure: what else tells the function from others of its name: the variables of the
                enclosing functions that it uses. Empty when there are none.
            describe: answers the content of values that are not plain; by default of none.
            code: answers the digest of the code as it runs now, when that is part of the key.
            may_block: whether making a key waits for a file.
        """
        self.may_block: Final = may_block
        self._bind = bind
        self._describe = describe
        self._code = code
        self._refusal: tuple[str, str, str, str] | None = None
        variables = ""
        try:
            if closure:
                variables = f',"c":{canonical_text(dict(closure), describe)}'
        except UncacheableArgument as refusal:
            self._refusal = (refusal.path, refusal.kind, refusal.reason, _CLOSURE_ADVICE)
        identity = f'"f":{plain_text(func_name)},"v":{plain_text(version)}{variables}'
        self._head = f'{{"$k":{SCHEME},{identity},"a":'

    @property
    def code_counts(self) -> bool:
        """Whether the code of the function is part of its keys."""
        return self._code is not None

    def key(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> Keyed:
        """Answer the key of a call, and the text of its arguments.

        Raises:
            TypeError: the arguments do not fit the signature.
            UncacheableArgument: an argument or a closure variable has no stable content.
        """
        bound = self._bind(args, kwargs)
        arguments = small_text(bound) or walked_text(bound, self._describe)
        if self._refusal is not None:
            raise UncacheableArgument(*self._refusal)
        code = "" if self._code is None else f',"s":"{self._code()}"'
        key = digest(f"{self._head}{arguments}{code}}}")
        keyed: Keyed = _new_keyed(Keyed, (key, arguments))
        return keyed
