"""Types that users register: how their values are written, under which code, and read again."""

from collections.abc import Callable
from threading import Lock
from types import NoneType
from typing import Any, Final, NamedTuple, TypeAlias, cast

from beautyspot.core.errors import ConfigurationError, ValidationError

__all__ = ["Decoder", "DecoderFactory", "Encoder", "Registration", "Registrations"]

Encoder: TypeAlias = Callable[[Any], object]
Decoder: TypeAlias = Callable[[Any], object]
DecoderFactory: TypeAlias = Callable[[type], Decoder]

_CODES: Final = range(128)
#: Kept exactly by themselves, and what encoders answer is made of them.
_PLAIN: Final = frozenset({
    NoneType, bool, bytearray, bytes, complex, dict, float, frozenset, int, list, set, str, tuple,
    memoryview,
})  # fmt: skip


class Registration(NamedTuple):
    """What somebody has said about one type."""

    type_: type
    code: int  #: 0 to 127
    encoder: Encoder  #: answers any storable value
    decoder: Decoder | None  #: is given what the encoder answered
    factory: DecoderFactory | None  #: answers a decoder for the exact class of a value

    def decoder_for(self, class_: type) -> Decoder:
        """Answer what makes values of a class: the registered type, or a subclass of it."""
        if self.factory is not None:
            return self.factory(class_)
        return cast("Decoder", self.decoder)


class Registrations:
    """The registered types of one serializer and all views of it. Threads may register at once."""

    __slots__ = ("_by_code", "_by_type", "_lock")

    def __init__(self) -> None:
        self._by_code: dict[int, Registration] = {}
        self._by_type: dict[type, Registration] = {}
        self._lock = Lock()

    def exactly(self, type_: type) -> Registration | None:
        """Answer the registration of exactly this type."""
        return self._by_type.get(type_)

    def above(self, type_: type) -> Registration | None:
        """Answer the registration of the nearest class that this one is made of."""
        found = self._by_type
        return next((found[base] for base in type_.__mro__ if base in found), None)

    def coded(self, code: int) -> Registration | None:
        """Answer the registration under a code."""
        return self._by_code.get(code)

    def add(self, new: Registration) -> None:
        """Register a type.

        Saying the same again changes nothing. What a notebook's cell or a reloaded module says
        anew, with functions or a class by the same names, takes the place of what it said before.

        Raises:
            ConfigurationError: something is no type, no function, or taken by another type.
        """
        _check(new)
        with self._lock:
            for old in (self._by_code.get(new.code), self._by_type.get(new.type_)):
                if old is not None and not _is_anew(old, new):
                    msg = (
                        f"{_name(new.type_)} cannot be registered with code={new.code!r}: "
                        f"{_name(old.type_)} is registered with code={old.code!r} already. "
                        "Choose a code from 0 to 127 that no other type has, one for each type"
                    )
                    raise ConfigurationError(msg)
            by_type = {type_: old for type_, old in self._by_type.items() if old.code != new.code}
            self._by_type = {**by_type, new.type_: new}
            self._by_code = {**self._by_code, new.code: new}


def _check(new: Registration) -> None:
    if type(cast("object", new.code)) is not int or new.code not in _CODES:
        raise ValidationError(f"code={new.code!r} cannot be used: expected an int from 0 to 127")
    if not isinstance(cast("object", new.type_), type):
        raise ConfigurationError(f"{new.type_!r} cannot be registered: expected a class")
    if new.type_ in _PLAIN:
        msg = f"{new.type_.__name__} cannot be registered: expected a type that is not plain. "
        raise ConfigurationError(msg + "Register the class that you made of it")
    if (new.decoder is None) is (new.factory is None):
        msg = f"{_name(new.type_)} cannot be registered: expected a decoder or a decoder_factory, "
        raise ConfigurationError(msg + "and not both")
    decoder = new.factory if new.decoder is None else new.decoder
    for function in (new.encoder, decoder):
        if not callable(function):
            msg = f"{_name(new.type_)} cannot be registered with {function!r}: expected a function"
            raise ConfigurationError(msg)


def _is_anew(old: Registration, new: Registration) -> bool:
    if old.code != new.code or _name(old.type_) != _name(new.type_):
        return False
    return all(
        one == two or _name(one) == _name(two) for one, two in zip(old[2:], new[2:], strict=True)
    )


def _name(found: object) -> str:
    module = getattr(found, "__module__", None)
    return f"{module}.{getattr(found, '__qualname__', None) or type(found).__qualname__}"
