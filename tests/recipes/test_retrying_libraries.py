"""stamina and tenacity inside of marked functions: recipes of ``docs/how-to/retry-calls.md``."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import stamina
import tenacity

import beautyspot as bs


class Refused(Exception):
    """As a client raises it, with what the server says of when to come back."""

    def __init__(self, retry_after: float | None = None) -> None:
        super().__init__("slow down")
        self.retry_after = retry_after


class Server:
    """Refuses the first calls, and counts all of them."""

    def __init__(self, refusals: int) -> None:
        self.calls = 0
        self.refusals = refusals

    def ask(self, prompt: str) -> str:
        self.calls += 1
        if self.calls <= self.refusals:
            raise Refused(0.0)
        return prompt.upper()


def after(error: Exception) -> bool | float:
    """The recipe: the server's own delay, where it names one."""
    if not isinstance(error, Refused):
        return False
    return True if error.retry_after is None else error.retry_after


@pytest.fixture
def spot(tmp_path) -> Iterator[bs.Spot]:
    with bs.Spot("recipes", db=tmp_path / "recipes.db") as spot:
        yield spot


def by_stamina(server: Server) -> Callable[[str], str]:
    @stamina.retry(on=after, attempts=3)
    def send(prompt: str) -> str:
        return server.ask(prompt)

    return send


def by_stamina_in_a_loop(server: Server) -> Callable[[str], str]:
    def send(prompt: str) -> str:
        for attempt in stamina.retry_context(on=after, attempts=3):
            with attempt:
                return server.ask(prompt)
        raise AssertionError

    return send


def by_tenacity(server: Server) -> Callable[[str], str]:
    @tenacity.retry(
        retry=tenacity.retry_if_exception_type(Refused),
        stop=tenacity.stop_after_attempt(3),
        wait=tenacity.wait_exception(lambda error: float(after(error))),
        reraise=True,
    )
    def send(prompt: str) -> str:
        return server.ask(prompt)

    return send


RECIPES = pytest.mark.parametrize("recipe", [by_stamina, by_stamina_in_a_loop, by_tenacity])


def marked(spot: bs.Spot, send: Callable[[str], str]) -> bs.Marked[[str], str]:
    """Mark a function that calls the one that tries again, and finds it as it finds a global."""
    senders["send"] = send

    @spot.mark
    def ask(prompt: str) -> str:
        return senders["send"](prompt)

    return ask


senders: dict[str, Callable[[str], Any]] = {}


@RECIPES
def test_attempts_of_a_library_are_one_run(spot, recipe):
    """The result of the attempt that succeeds is kept, and the next call is a hit."""
    server = Server(refusals=2)
    ask = marked(spot, recipe(server))
    answers = [ask("why?"), ask("why?")]

    assert ["WHY?", "WHY?"] == answers
    assert (3, 1, 1) == (server.calls, ask.counts.runs, ask.counts.hits)


@RECIPES
def test_the_last_exception_is_the_callers_and_nothing_is_kept(spot, recipe):
    """It is the server's own, and the next call asks again."""
    server = Server(refusals=4)
    ask = marked(spot, recipe(server))
    with pytest.raises(Refused):
        ask("why?")

    assert "WHY?" == ask("why?")
    assert 5 == server.calls


def test_coroutine_functions_are_retried_alike(spot):
    """stamina waits on the event loop."""
    server = Server(refusals=2)

    @stamina.retry(on=after, attempts=3)
    async def send(prompt: str) -> str:
        return server.ask(prompt)

    senders["send"] = send

    @spot.mark
    async def ask(prompt: str) -> str:
        return await senders["send"](prompt)

    async def main() -> list[str]:
        return [await ask("why?"), await ask("why?")]

    assert ["WHY?", "WHY?"] == asyncio.run(main())
    assert (3, 1, 1) == (server.calls, ask.counts.runs, ask.counts.hits)


def test_what_the_decorator_of_tenacity_answers_has_its_settings_in_its_keys(spot):
    """So the recipes mark a function of the user's own, which calls it."""
    keys = []
    for attempts in (3, 4):

        @tenacity.retry(stop=tenacity.stop_after_attempt(attempts))
        def send(prompt: str) -> str:
            return prompt

        keys.append(spot.mark(send).key("why?"))

    assert 2 == len(set(keys))


def test_what_the_decorator_of_stamina_answers_has_no_key(spot):
    """So the recipes mark a function of the user's own, which calls it."""

    @stamina.retry(on=Refused)
    def send(prompt: str) -> str:
        return prompt

    with pytest.raises(bs.UncacheableArgument, match="retry_ctx"):
        spot.mark(send).key("why?")


@pytest.mark.parametrize(
    ("answer", "expected"), [(False, None), (2, 2.0), (timedelta(seconds=3), 3.0)]
)
def test_what_stamina_is_told_means_the_same_to_retry(answer, expected):
    """A backoff hook of stamina can be given as ``on=``."""
    from datetime import UTC, datetime

    from beautyspot.core.retrying import Again, GiveUp, decide

    moment = datetime(2026, 3, 1, tzinfo=UTC)
    decision = decide(bs.Retry(on=lambda error: answer), 1, Refused(), 0, moment, 0.5)
    unnamed = GiveUp("unnamed")

    assert decision == (unnamed if expected is None else Again(int(expected * 1e9)))
