"""Functions under limits: what is called instead of them, whether they are marked or not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import signature
from types import FunctionType
from typing import Any, Final, cast
from weakref import WeakKeyDictionary

from beautyspot.bootstrap import Container, Gate
from beautyspot.core.binding import Binder
from beautyspot.core.costs import REQUESTS, Cost
from beautyspot.core.errors import ConfigurationError
from beautyspot.core.gcra import checked
from beautyspot.drivers.pacing import Kind, paced
from beautyspot.drivers.teller import Teller
from beautyspot.drivers.turns import Pace
from beautyspot.run_options import RunOptions
from beautyspot.target import Target

__all__ = ["limited", "runner", "taken"]


@dataclass(frozen=True, slots=True)
class _Said:
    """What stands behind a function that is under limits and not marked."""

    function: Callable[..., Any]
    options: RunOptions


#: By what is called instead of them. Their attributes would be copied by ``functools.wraps``.
_LIMITED: Final[WeakKeyDictionary[FunctionType, _Said]] = WeakKeyDictionary()


def taken(function: Any) -> tuple[Any, RunOptions | None]:  # noqa: ANN401  # whatever is decorated
    """Answer the function of the user, and what a decorator of ours has said of how it runs."""
    if type(function) in _WRAPPERS:
        inner, said = taken(_inner(function))
        return (function, None) if said is None else (_wrapped(function, inner), said)
    found = _LIMITED.get(function) if isinstance(function, FunctionType) else None
    return (function, None) if found is None else (found.function, found.options)


def limited(function: Callable[..., Any], call: Callable[..., Any], options: RunOptions) -> Any:  # noqa: ANN401
    """Take note that ``call`` is called instead of a function, and answer it.

    Args:
        function: of the user, as he gave it.
        call: what ``runner`` answers.
        options: what made it that.
    """
    if type(function) in _WRAPPERS:
        return _wrapped(function, limited(_inner(function), call, options))
    if isinstance(call, FunctionType):
        _LIMITED[call] = _Said(function, options)
    return call


#: What stands around a function in a class, and binds it in another way.
_WRAPPERS: Final = (staticmethod, classmethod)


def _inner(wrapper: Any) -> Any:  # noqa: ANN401
    return wrapper.__func__


def _wrapped(wrapper: Any, function: Any) -> Any:  # noqa: ANN401
    """Answer a function with the same around it as another one has."""
    return type(wrapper)(function)


def runner(
    parts: Container,
    target: Target,
    options: RunOptions,
    teller: Teller,
    *,
    strict: bool,
    is_alike: bool = False,
) -> Callable[..., Any]:
    """Answer what runs a function; itself, when nothing limits it and nothing is tried again.

    Args:
        parts: of the Spot that is asked.
        target: the function.
        options: what is said of its runs.
        teller: who hears of trouble.
        strict: whether trouble with a limiter is raised.
        is_alike: whether it is to be seen by others of what kind the function is; it is not marked,
            or not yet.

    Raises:
        ConfigurationError: what is said of limits means nothing here.
        LimitImpossible: the cost, a plain number, is more than a limit ever grants.
    """
    gate = cast("Container", options.by or parts).gate()
    if options.limited is False:
        gate = Gate()
    _check(gate, options)
    cost = _cost(options)
    limiter = gate.limiter
    if (msg := _uncosted(gate, options)) is not None:
        if not is_alike:
            raise ConfigurationError(msg)
        cost = _missing(msg)
    elif gate.tariff is not None:
        if options.cost is None and not gate.tariff.charges_requests:
            limiter = None  # nobody says what the calls cost
        elif not callable(cost):
            gate.tariff.charges(cost)
    elif not callable(cost):
        _check_cost(cost)
    if limiter is None and gate.slots is None and options.retry is None:
        return target.call
    pace = Pace(
        clock=parts.clock(),
        teller=teller,
        limiter=limiter,
        slots=gate.slots,
        cost=cost,
        unit=None if gate.tariff is None else gate.tariff.unit,
        settle=options.settle,
        key=options.key or "",
        max_wait_ns=options.max_wait_ns,
        retry=options.retry,
        strict=strict,
    )
    return paced(target.call, _kind(target), pace, _fits(target.call), is_alike=is_alike)


def _check_cost(cost: Cost) -> None:
    """Check a cost by a limiter whose limits are not known.

    Raises:
        ValidationError: it is none.
    """
    for number in cost.values() if isinstance(cost, Mapping) else [cost]:
        checked(number)


def _cost(options: RunOptions) -> Cost | Callable[..., Cost]:
    return {} if options.cost is None else options.cost


def _check(gate: Gate, options: RunOptions) -> None:
    said = options.about_limits
    if gate.limiter is None and gate.slots is None:
        if options.max_wait is not None and options.retry is None:  # which it bounds as well
            said = [*said, "max_wait"]
        if options.limited is not False and said:
            # Which says limited=True without being asked to.
            what = "@spot.limiter" if said[0] == "limited" and options.by else f"{said[0]}="
            msg = (
                f"{what} is said of a function, and its Spot has no limits: say them where "
                "the Spot is made, as in Spot('name', tpm=50_000, rpm=500, concurrency=8)"
            )
            raise ConfigurationError(msg)
    elif gate.limiter is None and (counted := [name for name in said if name != "limited"]):
        msg = (
            f"{counted[0]}= is said of a function, and its Spot only limits how many calls run at "
            "a time: say tpm=, rpm= or limits= where the Spot is made, or leave it out"
        )
        raise ConfigurationError(msg)


def _uncosted(gate: Gate, options: RunOptions) -> str | None:
    """Answer what to say of a function whose calls lack a cost, so that nothing limits them."""
    tariff = gate.tariff
    if tariff is None or options.cost is not None:
        return None
    weighted = ", ".join(repr(unit) for unit in tariff.units if unit != REQUESTS)
    if options.settle is not None and weighted:
        return (
            f"settle= without cost=: a call that costs nothing waits for nothing. Say cost= as "
            f"well, what it may come to in {weighted}: a number, or a function of the arguments"
        )
    if options.limited and not tariff.charges_requests and gate.slots is None:
        return (
            f"nothing limits a function whose calls cost nothing: say cost=, what they may come to "
            f"in {weighted}, as a number or a function of the arguments; or leave the limiter out"
        )
    return None


def _missing(msg: str) -> Callable[..., Cost]:
    """Answer what refuses to say a cost: ``mark`` around the function may say it yet."""

    def cost(*_: object, **__: object) -> Cost:
        raise ConfigurationError(msg)

    return cost


def _kind(target: Target) -> Kind:
    if target.is_generator_function:
        return "stream"
    if target.is_async_generator_function:
        return "async stream"
    return "awaitable" if target.is_coroutine_function else "value"


def _fits(call: Callable[..., object]) -> Callable[..., object] | None:
    try:
        return Binder(signature(call)).bind
    except (TypeError, ValueError):  # C functions need not have a signature
        return None
