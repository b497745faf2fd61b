"""What can be said about how results are remembered: for a Spot, or for one marked function."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypedDict, TypeVar, cast, get_args

from beautyspot.core.choices import CodeChange, Mode, SchemaChange
from beautyspot.core.costs import Cost
from beautyspot.core.errors import ValidationError
from beautyspot.core.hooks import EVENTS, HookBase
from beautyspot.core.lifecycle import LifecyclePolicy
from beautyspot.core.ports import Serializer
from beautyspot.core.retention import RetentionLike, parse_retention
from beautyspot.core.retry import Retry
from beautyspot.keygen import KeyGenPolicy
from beautyspot.run_options import RunOptions

__all__ = ["MarkOptions", "Options", "expect"]

T = TypeVar("T")


class MarkOptions(TypedDict, total=False):
    """The options of ``Spot.mark``, for signatures that pass them on."""

    version: str | None
    save_blob: bool | None
    save_sync: bool | None
    content_type: str | None
    retention: RetentionLike | LifecyclePolicy
    serializer: str | Serializer | None
    strict: bool | None
    key: KeyGenPolicy | Callable[..., object] | None
    ignore: Iterable[str]
    on_code_change: CodeChange | None
    on_schema_change: SchemaChange
    explain: bool
    hooks: Iterable[HookBase]
    mode: Mode | None
    cost: Cost | Callable[..., Cost] | None
    settle: Callable[[Any], Cost] | None
    max_wait: float | timedelta | None
    limited: bool | None
    retry: Retry | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Options as the user gave them, checked. None leaves a matter to the Spot, or to us."""

    version: str | None = None
    save_blob: bool | None = None
    save_sync: bool | None = None
    content_type: str | None = None
    retention: RetentionLike | LifecyclePolicy = None
    serializer: str | Serializer | None = None
    strict: bool | None = None
    key: KeyGenPolicy | Callable[..., object] | None = None
    ignore: Iterable[str] = ()
    on_code_change: CodeChange | None = None
    on_schema_change: SchemaChange = "recompute"
    explain: bool = True
    hooks: Iterable[HookBase] = ()
    mode: Mode | None = None
    run: RunOptions = field(default_factory=RunOptions)

    def __post_init__(self) -> None:
        """Check what can be checked without making anything.

        Raises:
            ValidationError: an option has a value that it cannot have.
        """
        expect("version", self.version, str, "a text such as 'v2'")
        expect("content_type", self.content_type, str, "a text such as 'image/png'")
        expect("save_blob", self.save_blob, bool, "True, False, or None to let size decide")
        expect("save_sync", self.save_sync, bool, "True, False, or None for what the Spot says")
        expect("strict", self.strict, bool, "True, False, or None for what the Spot says")
        expect("explain", self.explain, bool, "True or False")
        self.saves_sync()
        if not isinstance(self.retention, LifecyclePolicy):  # which is checked already
            parse_retention(self.retention)
        _expect_one_of("on_code_change", self.on_code_change, (None, *get_args(CodeChange)))
        _expect_one_of("on_schema_change", self.on_schema_change, get_args(SchemaChange))
        _expect_one_of("mode", self.mode, (None, *get_args(Mode)))
        object.__setattr__(self, "hooks", _hooks(self.hooks))
        object.__setattr__(self, "ignore", _names(self.ignore))
        if not isinstance(self.key, KeyGenPolicy | None) and not callable(self.key):
            msg = (
                f"key={self.key!r} cannot name calls: expected a function of the arguments, or a "
                f"policy such as KeyGen.ignore('verbose')"
            )
            raise ValidationError(msg)
        if self.ignore and not isinstance(self.key, KeyGenPolicy | None):
            msg = (
                f"key={self.key!r} and ignore={self.ignore!r} exclude each other: the function "
                f"decides alone what counts; leave ignore= out"
            )
            raise ValidationError(msg)

    def kept_for(
        self, func_name: str, default: RetentionLike | LifecyclePolicy = None
    ) -> int | None:
        """Answer a function's retention in microseconds, None for ever; the default where unsaid.

        Args:
            func_name: dotted; a policy goes by it.
            default: what the Spot says.
        """
        said = default if self.retention is None else self.retention
        if isinstance(said, LifecyclePolicy):
            said = said.retention_of(func_name)
        return parse_retention(said)

    def saves_sync(self, default: bool | None = None, *, strict: bool | None = None) -> bool:
        """Answer whether a result is saved before its caller gets it.

        Args:
            default: where these options do not say it. Strict ones go before it: what fails in the
                background can be raised to nobody.
            strict: where these options do not say it.

        Raises:
            ValidationError: background saves are asked for, and strict ones are in force.
        """
        is_strict = strict if self.strict is None else self.strict
        if self.save_sync is None:
            return bool(is_strict) or default is not False
        if is_strict and not self.save_sync:
            msg = (
                "save_sync=False and strict=True exclude each other: what fails after the call has "
                "returned can be raised to nobody. Leave one of them out, or say strict=False; "
                "flush() answers whether everything is saved"
            )
            raise ValidationError(msg)
        return self.save_sync


def expect(name: str, value: T, kind: type, expected: str) -> T:
    """Answer the value of an option, which is of a kind, or None.

    Raises:
        ValidationError: it is of another kind.
    """
    if value is None or isinstance(value, kind):
        return value
    raise ValidationError(f"{name}={value!r} is not possible: expected {expected}")


def _expect_one_of(name: str, value: object, choices: tuple[object, ...]) -> None:
    if value not in choices:
        expected = ", ".join(map(repr, choices))
        raise ValidationError(f"{name}={value!r} is not possible: expected one of {expected}")


def _hooks(hooks: object) -> tuple[HookBase, ...]:
    try:
        listed = tuple(cast("Iterable[object]", hooks))
    except TypeError:
        listed = (hooks,)
    for hook in listed:
        if isinstance(hook, type) or not any(
            callable(getattr(hook, name, None)) for name in EVENTS
        ):
            what = "a class" if isinstance(hook, type) else f"without {', '.join(EVENTS)}"
            msg = (
                f"hooks={hooks!r} is not possible: {hook!r} is {what}; expected instances of "
                "classes derived from HookBase, as in hooks=[MyHook()]"
            )
            raise ValidationError(msg)
    return cast("tuple[HookBase, ...]", listed)


def _names(names: object) -> tuple[str, ...]:
    if isinstance(names, str):
        msg = (
            f"ignore={names!r} is one text: expected names of arguments, as in ignore=({names!r},)"
        )
        raise ValidationError(msg)
    try:
        listed = tuple(cast("Iterable[object]", names))
    except TypeError:
        listed = (names,)
    if all(isinstance(name, str) for name in listed):
        return cast("tuple[str, ...]", listed)
    msg = (
        f"ignore={names!r} is not possible: expected names of arguments, as in ignore=('verbose',)"
    )
    raise ValidationError(msg)
