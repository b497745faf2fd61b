"""What every database promises that lets one process at a time run a call."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Protocol

import pytest

from beautyspot.core.ports import Claims

__all__ = ["ClaimsContract"]

KEY = "0123456789abcdef" * 2
OTHER = "fedcba9876543210" * 2


class Reopen(Protocol):
    """Answers a database over the same store."""

    def __call__(self) -> Claims: ...


class ClaimsContract:
    """The ability to keep others from running the same call.

    Supply a fixture ``reopen`` that answers a function which opens the same store, each time with
    an instance of its own. That processes exclude each other, and that a claim ends with its
    process, is to be tested with processes.
    """

    @pytest.fixture
    def reopen(self) -> Callable[[], Claims]:
        """Answer what opens the store. Override it."""
        raise NotImplementedError

    def test_it_has_the_ability(self, reopen: Reopen) -> None:
        """The drivers ask by ``isinstance``."""
        assert isinstance(reopen(), Claims)

    def test_a_call_is_claimed_once(self, reopen: Reopen) -> None:
        """The second one gets nothing, and does not wait for it."""
        db = reopen()
        claim = db.claim(KEY)

        assert claim is not None
        assert db.claim(KEY) is None

    def test_another_call_can_be_claimed(self, reopen: Reopen) -> None:
        """Only the same call is excluded."""
        db = reopen()
        one, two = db.claim(KEY), db.claim(OTHER)

        assert one is not None
        assert two is not None

    def test_released_is_free(self, reopen: Reopen) -> None:
        """Giving back lets the next one in, as often as one likes."""
        db = reopen()

        for _ in range(3):
            claim = db.claim(KEY)
            assert claim is not None
            db.release(claim)

    def test_who_holds_a_claim_knows_it(self, reopen: Reopen) -> None:
        """While it is claimed, whichever instance of this process has done it."""
        one, two = reopen(), reopen()
        claim = one.claim(KEY)
        refused = two.claim(KEY)
        held = [db.holds(key) for db in (one, two) for key in (KEY, OTHER)]
        assert claim is not None
        one.release(claim)

        assert refused is None
        assert held == [True, False, True, False]
        assert not one.holds(KEY)
        assert not two.holds(KEY)

    def test_releasing_twice_takes_nothing_from_the_next_one(self, reopen: Reopen) -> None:
        """A claim that was given back is over, whoever has the call now."""
        db = reopen()
        first = db.claim(KEY)
        assert first is not None
        db.release(first)
        second = db.claim(KEY)
        db.release(first)

        assert second is not None
        assert db.claim(KEY) is None

    def test_two_instances_exclude_each_other(self, reopen: Reopen) -> None:
        """What counts is the store, not the object."""
        one, two = reopen(), reopen()
        claim = one.claim(KEY)

        assert claim is not None
        assert two.claim(KEY) is None
        one.release(claim)
        assert two.claim(KEY) is not None

    def test_any_text_is_a_key(self, reopen: Reopen) -> None:
        """Also what no key of ours looks like."""
        db = reopen()

        for key in ("", "x", "../../etc", "\0", "\ud800", "ü" * 1000):
            claim = db.claim(key)
            assert claim is not None
            assert db.claim(key) is None
            db.release(claim)

    def test_of_many_threads_one_gets_it(self, reopen: Reopen) -> None:
        """And any thread may give it back."""
        db = reopen()
        start = Barrier(8)

        def claim() -> object | None:
            start.wait()
            return db.claim(KEY)

        with ThreadPoolExecutor(8) as pool:
            for _ in range(20):
                claims = [call.result() for call in [pool.submit(claim) for _ in range(8)]]
                won = [claim for claim in claims if claim is not None]

                assert len(won) == 1
                db.release(won[0])
