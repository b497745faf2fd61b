"""Which results are kept for how long: rules about names of functions."""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import cast

from beautyspot.core.errors import ValidationError
from beautyspot.core.retention import RetentionLike, parse_retention

__all__ = ["LifecyclePolicy", "Rule"]


@dataclass(frozen=True, slots=True)
class Rule:
    """How long results of the functions are kept that a pattern matches."""

    pattern: str  #: as in a shell: ``*`` any text, ``?`` one character, ``[ab]`` one of these
    retention: RetentionLike  #: None and ``"forever"`` have no end

    def __post_init__(self) -> None:
        """Check both.

        Raises:
            ValidationError: the pattern matches no name of a function, or the retention is none.
        """
        pattern = cast("object", self.pattern)
        if not isinstance(pattern, str) or not pattern.strip():
            msg = f"pattern={pattern!r} matches no function: expected text such as 'llm.*'"
            raise ValidationError(msg)
        if ":" in pattern:
            msg = (
                f"pattern={pattern!r} matches no function: names are dotted throughout, "
                f"as in {pattern.replace(':', '.')!r}"
            )
            raise ValidationError(msg)
        parse_retention(self.retention)

    def matches(self, func_name: str) -> bool:
        """Answer whether it goes for a function, by its dotted name or the last part of that.

        Capital letters count, on every system.
        """
        short = func_name.rpartition(".")[2]
        return fnmatchcase(func_name, self.pattern) or fnmatchcase(short, self.pattern)


@dataclass(frozen=True, slots=True)
class LifecyclePolicy:
    """How long the results of each function are kept: the first rule that matches says it."""

    rules: Iterable[Rule] = ()  #: a tuple, once the policy is made
    default_retention: RetentionLike = None  #: where no rule matches; None is for ever

    def __post_init__(self) -> None:
        """Check the rules.

        Raises:
            ValidationError: one of them is no ``Rule``, or the default is no retention.
        """
        rules = tuple(self.rules) if isinstance(cast("object", self.rules), Iterable) else None
        if rules is None or not all(isinstance(cast("object", rule), Rule) for rule in rules):
            msg = f"rules={self.rules!r} is no list of rules: expected [Rule('llm.*', '30d'), ...]"
            raise ValidationError(msg)
        object.__setattr__(self, "rules", rules)
        parse_retention(self.default_retention)

    def retention_of(self, func_name: str) -> RetentionLike:
        """Answer how long results of a function are kept; None is for ever.

        Args:
            func_name: dotted, "package.module.function".
        """
        for rule in self.rules:
            if rule.matches(func_name):
                return rule.retention
        return self.default_retention
