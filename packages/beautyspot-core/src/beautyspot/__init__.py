"""beautyspot remembers what your functions returned.

One decorator on a slow or paid function; every result is kept, a stopped batch goes on where it
stopped::

    import beautyspot as bs

    spot = bs.Spot("my_experiment")

    @spot.mark
    def slow(text: str) -> str: ...

Importing this package loads nothing heavy: each name is loaded when it is first used (PEP 562).
"""

# As type checkers read it; importing it from typing would cost more than all the rest of this.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from beautyspot.bucket import TokenBucket
    from beautyspot.core.backoff import Backoff
    from beautyspot.core.comparing import Difference
    from beautyspot.core.errors import (
        BeautySpotError,
        BlobNotFound,
        BlobRefused,
        BlobUnavailable,
        CacheCorruptedError,
        CacheMiss,
        CodeChanged,
        CodeError,
        ConfigurationError,
        DataError,
        LimitError,
        LimitImpossible,
        LimitTimeout,
        PluginBroken,
        PluginNotFound,
        QuotaExceeded,
        SchemaChanged,
        SerializationError,
        SourceNotFound,
        StoreBusy,
        StoreError,
        StoreUnavailable,
        UncacheableArgument,
        ValidationError,
    )
    from beautyspot.core.explanation import Explanation, Verdict
    from beautyspot.core.hooks import (
        AttemptContext,
        CacheHitContext,
        CacheMissContext,
        HookBase,
        PreExecuteContext,
        SaveContext,
        TroubleContext,
    )
    from beautyspot.core.lifecycle import LifecyclePolicy, Rule
    from beautyspot.core.limits import quota, rate
    from beautyspot.core.retention import FOREVER, Retention
    from beautyspot.core.retry import Retry
    from beautyspot.core.trouble import TroubleKind
    from beautyspot.drivers.hooks import ThreadSafeHookBase
    from beautyspot.drivers.reporting import BeautySpotWarning
    from beautyspot.drivers.tally import Counts
    from beautyspot.keygen import KeyGen, KeyGenPolicy, Strategy
    from beautyspot.marked import Marked
    from beautyspot.project import Project
    from beautyspot.spot import Spot

    __version__: str

__all__ = [
    "FOREVER",
    "AttemptContext",
    "Backoff",
    "BeautySpotError",
    "BeautySpotWarning",
    "BlobNotFound",
    "BlobRefused",
    "BlobUnavailable",
    "CacheCorruptedError",
    "CacheHitContext",
    "CacheMiss",
    "CacheMissContext",
    "CodeChanged",
    "CodeError",
    "ConfigurationError",
    "Counts",
    "DataError",
    "Difference",
    "Explanation",
    "HookBase",
    "KeyGen",
    "KeyGenPolicy",
    "LifecyclePolicy",
    "LimitError",
    "LimitImpossible",
    "LimitTimeout",
    "Marked",
    "PluginBroken",
    "PluginNotFound",
    "PreExecuteContext",
    "Project",
    "QuotaExceeded",
    "Retention",
    "Retry",
    "Rule",
    "SaveContext",
    "SchemaChanged",
    "SerializationError",
    "SourceNotFound",
    "Spot",
    "StoreBusy",
    "StoreError",
    "StoreUnavailable",
    "Strategy",
    "ThreadSafeHookBase",
    "TokenBucket",
    "TroubleContext",
    "TroubleKind",
    "UncacheableArgument",
    "ValidationError",
    "Verdict",
    "__version__",
    "quota",
    "rate",
]

_HOMES = {
    "FOREVER": "core.retention",
    "AttemptContext": "core.hooks",
    "Backoff": "core.backoff",
    "BeautySpotWarning": "drivers.reporting",
    "CacheHitContext": "core.hooks",
    "CacheMissContext": "core.hooks",
    "Counts": "drivers.tally",
    "Difference": "core.comparing",
    "Explanation": "core.explanation",
    "HookBase": "core.hooks",
    "KeyGen": "keygen",
    "KeyGenPolicy": "keygen",
    "LifecyclePolicy": "core.lifecycle",
    "Marked": "marked",
    "PreExecuteContext": "core.hooks",
    "Project": "project",
    "Retention": "core.retention",
    "Retry": "core.retry",
    "Rule": "core.lifecycle",
    "SaveContext": "core.hooks",
    "Spot": "spot",
    "Strategy": "keygen",
    "ThreadSafeHookBase": "drivers.hooks",
    "TokenBucket": "bucket",
    "TroubleContext": "core.hooks",
    "TroubleKind": "core.trouble",
    "Verdict": "core.explanation",
    "quota": "core.limits",
    "rate": "core.limits",
}


def __getattr__(name: str) -> object:
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415  # 20 ms that few programs need

        return version("beautyspot-core")
    if name not in __all__:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    from importlib import import_module  # noqa: PLC0415  # only when something is used

    value: object = getattr(import_module(f"{__name__}.{_HOMES.get(name, 'core.errors')}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
