"""Rules of a Spot about how long the results of its functions are kept."""

import pytest

import beautyspot as bs
from beautyspot.testing import MemoryBlobStore, MemoryTaskDB

DAY = 86_400
POLICY = bs.LifecyclePolicy(
    [bs.Rule("square", "7d"), bs.Rule("*.Client.*", "1d")], default_retention="30d"
)


def square(x):
    return x * x


def cube(x):
    return x**3


class Client:
    def ask(self, x):
        return x


def kept(spot, marked, *args):
    """Answer for how many seconds a new result is kept; None is for ever."""
    marked(*args)
    found = spot._db.get(marked.key(*args))
    return None if found.expires_at is None else (found.expires_at - found.updated_at) / 1e6


@pytest.fixture
def spot(monkeypatch):
    monkeypatch.delenv("BEAUTYSPOT_RETENTION", raising=False)
    return bs.Spot("x", db=MemoryTaskDB(), storage=MemoryBlobStore(), retention=POLICY)


def test_a_rule_goes_by_the_name_of_the_function(spot):
    assert 7 * DAY == kept(spot, spot.mark(square), 3)
    assert 1 * DAY == kept(spot, spot.mark(Client.ask), Client(), 3)
    assert 30 * DAY == kept(spot, spot.mark(cube), 3)


def test_what_mark_says_goes_before_the_rules(spot):
    assert 3600 == kept(spot, spot.mark(retention="1h")(square), 3)
    assert kept(spot, spot.mark(retention=bs.Retention.FOREVER)(cube), 3) is None


def test_several_functions_may_have_a_policy_of_their_own(spot):
    policy = bs.LifecyclePolicy([bs.Rule("cube", "2d")])
    with spot.cached_run(square, cube, retention=policy) as (cached_square, cached_cube):
        assert kept(spot, cached_square, 3) is None
        assert 2 * DAY == kept(spot, cached_cube, 3)


def test_a_policy_goes_before_the_environment(spot, monkeypatch):
    monkeypatch.setenv("BEAUTYSPOT_RETENTION", "1h")
    strict = bs.Spot("x", db=MemoryTaskDB(), storage=MemoryBlobStore(), retention=POLICY)

    assert 7 * DAY == kept(strict, strict.mark(square), 3)


def test_the_class_is_no_policy():
    with pytest.raises(bs.ValidationError, match="is not a time to keep results"):
        bs.Spot("x", db=MemoryTaskDB(), retention=bs.LifecyclePolicy)
