"""What of a call's arguments counts for its key: all of each, nothing, or what a file holds.

The policies that ``mark(key=...)`` and ``mark(ignore=...)`` take are made here, and turned into a
step between binding the arguments and writing their canonical text.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from inspect import Parameter, Signature
from types import MappingProxyType
from typing import Any, Final, TypeAlias, cast

from beautyspot.content import Describer
from beautyspot.core.content import Content
from beautyspot.core.encoding import canonical_text
from beautyspot.core.errors import ConfigurationError, UncacheableArgument
from beautyspot.core.keys import SCHEME, Bind, digest
from beautyspot.fileprint import content_of, stat_of

__all__ = ["KeyGen", "KeyGenPolicy", "Strategy", "custom", "narrowed"]


class Strategy(Enum):
    """What counts of one argument."""

    DEFAULT = "default"  #: its content
    IGNORE = "ignore"  #: nothing: calls that differ only there are the same call
    FILE_CONTENT = "file_content"  #: it is a path, or some; what the file holds, and its suffix
    PATH_STAT = "path_stat"  #: it is a path, or some; where the file is, its size and its times


#: A strategy, or a function that answers what counts of the argument.
Rule: TypeAlias = Strategy | Callable[[Any], object]

_IGNORED: Final = Content("ignored")
_HEAD: Final = f'{{"$k":{SCHEME},"a":'
#: Kept, because it finds out once for each type what its values are made of.
_DESCRIBE: Final = Describer().describe
_READS_FILES: Final = frozenset({Strategy.FILE_CONTENT, Strategy.PATH_STAT})


@dataclass(frozen=True, slots=True)
class KeyGenPolicy:
    """What counts of each argument of a function."""

    #: by the argument's name; ``args`` for ``*args``
    strategies: Mapping[str, Rule] = field(default_factory=lambda: MappingProxyType({}))
    default_strategy: Strategy = Strategy.DEFAULT  #: of the arguments that are not named

    def __post_init__(self) -> None:
        """Check the rules.

        Raises:
            ConfigurationError: one is neither a ``Strategy`` nor a function.
        """
        object.__setattr__(self, "strategies", MappingProxyType(dict(self.strategies)))
        for name, rule in {**self.strategies, "default_strategy": self.default_strategy}.items():
            if not isinstance(rule, Strategy) and not callable(rule):
                msg = (
                    f"{name}={rule!r} says nothing about an argument: expected a Strategy, for "
                    f"example Strategy.IGNORE, or a function of the argument"
                )
                raise ConfigurationError(msg)

    @property
    def reads_files(self) -> bool:
        """Whether making a key waits for the file system."""
        return not _READS_FILES.isdisjoint(
            rule for rule in (*self.strategies.values(), self.default_strategy)
        )

    def ignoring(self, names: Iterable[str]) -> "KeyGenPolicy":
        """Answer the policy that leaves these arguments out, too."""
        ignored = dict.fromkeys(names, Strategy.IGNORE)
        return KeyGenPolicy({**self.strategies, **ignored}, self.default_strategy)


class KeyGen:
    """Keys, and policies about what counts for them.

    A policy names arguments as the function does; one with ``**options`` has every name.
    """

    @staticmethod
    def default(args: tuple[object, ...], kwargs: Mapping[str, object]) -> str:
        """Answer the key of arguments alone, of no function: 32 hexadecimal digits.

        Position and name count as they are given, for there is no signature to bind them to.

        Raises:
            UncacheableArgument: an argument has no stable content.
        """
        return _key({"args": list(args), "kwargs": dict(kwargs)})

    @staticmethod
    def from_file_content(path: object) -> str:
        """Answer the key of what a file holds, and of its suffix: 32 hexadecimal digits.

        Args:
            path: ``str``, ``bytes`` or a path object; a list or tuple is each of its paths.

        Raises:
            OSError: the file cannot be read; ``FileNotFoundError`` when there is none.
            TypeError: it is no path.
        """
        return _key({"path": content_of(path)})

    @staticmethod
    def from_path_stat(path: object) -> str:
        """Answer the key of where a file is, its size, its inode and when it was changed.

        A file that is changed twice within one tick of the file system's clock (some milliseconds)
        and keeps its size looks unchanged; ``from_file_content`` notices that too.

        Args:
            path: ``str``, ``bytes`` or a path object; a list or tuple is each of its paths.

        Raises:
            OSError: the file cannot be asked; ``FileNotFoundError`` when there is none.
            TypeError: it is no path.
        """
        return _key({"path": stat_of(path)})

    @staticmethod
    def ignore(*names: str) -> KeyGenPolicy:
        """Answer the policy that leaves the named arguments out.

        A name that the function does not have is a ``ConfigurationError`` when it is marked.
        """
        return KeyGenPolicy(dict.fromkeys(names, Strategy.IGNORE))

    @staticmethod
    def file_content(*names: str) -> KeyGenPolicy:
        """Answer the policy that takes the named arguments as paths, and counts what is there.

        A call with a file that cannot be read has no key, and runs uncached. A name that the
        function does not have is a ``ConfigurationError`` when it is marked.
        """
        return KeyGenPolicy(dict.fromkeys(names, Strategy.FILE_CONTENT))

    @staticmethod
    def path_stat(*names: str) -> KeyGenPolicy:
        """Answer the policy that takes the named arguments as paths, and counts their stat.

        A call with a file that cannot be read has no key, and runs uncached. A name that the
        function does not have is a ``ConfigurationError`` when it is marked.
        """
        return KeyGenPolicy(dict.fromkeys(names, Strategy.PATH_STAT))

    @staticmethod
    def map(**strategies: Rule) -> KeyGenPolicy:
        """Answer the policy with a strategy, or a function of the argument, for each name.

        A call on which such a function fails has no key, and runs uncached. A name that the marked
        function does not have is a ``ConfigurationError`` when it is marked.

        Raises:
            ConfigurationError: a rule is neither a ``Strategy`` nor a function.
        """
        return KeyGenPolicy(strategies)


def _key(arguments: dict[str, object]) -> str:
    text = canonical_text(arguments, _DESCRIBE)
    return digest(f"{_HEAD}{text}}}")


def narrowed(bind: Bind, policy: KeyGenPolicy, signature: Signature) -> Bind:
    """Answer ``bind`` with a policy behind it.

    Raises:
        ConfigurationError: the policy names an argument that the function does not have.
    """
    places = _places(policy, signature)
    others = policy.default_strategy
    parameters = signature.parameters
    #: A name of a parameter can be that of an option too, where the parameter cannot be named.
    options = {name: rule for name, rule in policy.strategies.items() if name not in parameters}
    swallows = next((n for n, p in parameters.items() if p.kind is p.VAR_KEYWORD), None)

    def bound(args: tuple[object, ...], kwargs: Mapping[str, object]) -> dict[str, object]:
        arguments = bind(args, kwargs)
        for name, value in arguments.items():
            rule = places.get(name, others)
            if name == f"**{swallows}" and rule is others:
                arguments[name] = _each(cast("dict[str, object]", value), options, others)
            elif rule is not Strategy.DEFAULT:
                arguments[name] = _counted(rule, name, value)
        return arguments

    return bound


def custom(bind: Bind, key: Callable[..., object], always: object = None) -> Bind:
    """Answer a binder that names a call by what the user's function makes of its arguments.

    Args:
        bind: of the function, which decides whether a call fits it.
        key: the user's function.
        always: what the function is always given beside the arguments; None is nothing.
    """

    def bound(args: tuple[object, ...], kwargs: Mapping[str, object]) -> dict[str, object]:
        bind(args, kwargs)  # a call that does not fit the function has no key
        try:
            named = key(*args, **kwargs)
        except Exception as error:
            reason = f"it failed to name the call ({type(error).__name__}: {error})"
            raise UncacheableArgument("key", "function", reason) from error
        if named is None:
            reason = "it answered None, which would make one entry of all such calls"
            raise UncacheableArgument("key", "function", reason)
        return {"key()": named} if always is None else {"key()": named, "bound()": always}

    return bound


def _places(policy: KeyGenPolicy, signature: Signature) -> dict[str, Rule]:
    """Answer the rules by the names under which arguments are bound."""
    stars: dict[object, str] = {Parameter.VAR_POSITIONAL: "*", Parameter.VAR_KEYWORD: "**"}
    bound = {n: stars.get(p.kind, "") + n for n, p in signature.parameters.items()}
    open_ended = any(p.kind is p.VAR_KEYWORD for p in signature.parameters.values())
    unknown = [name for name in policy.strategies if name not in bound]
    if unknown and not open_ended:
        msg = (
            f"{unknown[0]!r} is no argument of the function: expected some of "
            f"{', '.join(bound) or 'none, it has no arguments'}"
        )
        raise ConfigurationError(msg)
    return {bound[n]: rule for n, rule in policy.strategies.items() if n in bound}


def _each(
    values: dict[str, object], rules: Mapping[str, Rule], others: Strategy
) -> dict[str, object]:
    """Answer what counts of each of ``**options``; what is ignored may as well not be given."""
    counted = {name: rules.get(name, others) for name in values}
    return {
        name: _counted(rule, name, values[name])
        for name, rule in counted.items()
        if rule is not Strategy.IGNORE
    }


def _counted(rule: Rule, name: str, value: object) -> object:
    """Answer what counts of an argument, for the canonical text."""
    try:
        match rule:
            case Strategy.DEFAULT:
                return value
            case Strategy.IGNORE:
                return _IGNORED
            case Strategy.FILE_CONTENT:
                return content_of(value)
            case Strategy.PATH_STAT:
                return stat_of(value)
            case _:
                return Content("rule", value=rule(value))
    except Exception as error:  # the user's function, or the file system
        kind = f"{type(value).__module__}.{type(value).__qualname__}"
        reason = f"what counts of it could not be found out ({type(error).__name__}: {error})"
        raise UncacheableArgument(name, kind, reason) from error
