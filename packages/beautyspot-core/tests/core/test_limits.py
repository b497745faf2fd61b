"""What users say about limits, and what is made of it."""

import re
from datetime import UTC, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beautyspot.core.costs import Meter
from beautyspot.core.errors import ValidationError
from beautyspot.core.gcra import Admit, Rate, Wait, decide, fresh
from beautyspot.core.limits import Limits, parse_limits, quota, rate
from beautyspot.core.quotas import Quota

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
NO_NUMBERS = [0, -1, 1.0, 0.5, float("nan"), float("inf"), True, False, "1"]


def only(**options) -> Meter:
    """Answer the one meter that is meant."""
    (meter,) = parse_limits(**options).meters
    return meter


def per_minute(rate: Rate) -> Fraction:
    """Answer what comes back in a minute."""
    return Fraction(rate.amount * MINUTE, rate.period_ns)


def test_nothing_said_limits_nothing():
    """As without limits."""
    assert Limits() == parse_limits()


def test_requests_and_tokens_are_counted_by_the_minute():
    """As providers do."""
    limits = parse_limits(tpm=50_000, rpm=500)

    assert {("rpm", "requests"), ("tpm", "tokens")} == {(m.name, m.unit) for m in limits.meters}
    assert {500, 50_000} == {per_minute(meter.rate) for meter in limits.meters}


@pytest.mark.parametrize(
    ("name", "unit", "a_minute"),
    [
        ("rps", "requests", 600),
        ("tps", "tokens", 600),
        ("rph", "requests", Fraction(1, 6)),
        ("itpm", "input_tokens", 10),
        ("otpm", "output_tokens", 10),
    ],
)
def test_names_say_what_is_counted_and_for_how_long(name, unit, a_minute):
    """A letter or two for the unit, and one for the period."""
    meter = only(limits={name: 10})

    assert (unit, a_minute) == (meter.unit, per_minute(meter.rate))


def test_daily_limits_are_quotas():
    """They are counted by calendar, not paced."""
    expected = (Quota("rpd", "requests", 1000), Quota("tpd", "tokens", 2_000_000))

    assert expected == parse_limits(limits={"rpd": 1000, "tpd": 2_000_000}).quotas


def test_a_quota_says_its_zone_and_period():
    """The unit is still that of its name."""
    zone = ZoneInfo("America/Los_Angeles")
    limits = {"tpd": quota(10, zone=zone), "images": quota(5, per="month")}
    expected = (
        Quota("tpd", "tokens", 10, "day", zone),
        Quota("images", "images", 5, "month", UTC),
    )

    assert expected == parse_limits(limits=limits).quotas


def test_other_names_count_in_a_unit_of_their_own():
    """Or in the one that is said."""
    limits = {
        "images": rate(10, per="1h"),
        "audio": rate(7200, per=timedelta(hours=1), unit="seconds"),
    }

    assert ("images", "seconds") == parse_limits(limits=limits).units


def test_costs_may_name_what_only_a_quota_counts():
    """So that a plain number means the right unit."""
    assert ("requests", "tokens") == parse_limits(rpm=5, limits={"tpd": 100}).units


@pytest.mark.parametrize("options", [{"concurrency": 8}, {"limits": {"concurrency": 8}}])
def test_concurrency_is_a_number_of_slots(options):
    """Said either way."""
    assert parse_limits(**options).concurrency == 8


@pytest.mark.parametrize("name", ["tpm", "rpm", "concurrency"])
@pytest.mark.parametrize("number", NO_NUMBERS)
def test_what_is_no_number_is_refused_by_its_name(name, number):
    """Said either way; the error shows what came."""
    for options in ({name: number}, {"limits": {name: number}}):
        with pytest.raises(ValidationError, match=rf"{name}={number!r}.*whole number"):
            parse_limits(**options)


@pytest.mark.parametrize("name", ["tpm", "rpm", "concurrency"])
def test_a_limit_is_said_once(name):
    """By its own argument or among the others."""
    with pytest.raises(ValidationError, match=f"{name}=5.*say it once"):
        parse_limits(**{name: 5}, limits={name: 6})


def test_a_name_that_is_not_known_is_refused_with_those_that_are():
    """A slip of the pen must not switch a limit off."""
    with pytest.raises(ValidationError, match=r"tmp=5.*'tpm'.*rate"):
        parse_limits(limits={"tmp": 5})


@pytest.mark.parametrize(
    "limits",
    [5, [("rpm", 5)], {"rpm": quota(5)}, {"rpd": rate(5)}, {"": rate(5)}, {1: rate(5)}],
)
def test_limits_that_contradict_themselves_are_refused(limits):
    """A quota is no paced limit; a name is text."""
    with pytest.raises(ValidationError):
        parse_limits(limits=limits)


@pytest.mark.parametrize(
    "options",
    [
        {"amount": 0},
        {"amount": True},
        {"amount": float("nan")},
        {"burst": -1},
        {"burst": 1.0},
        {"burst": True},
        {"max_cost": 0},
        {"max_cost": float("inf")},
        {"per": 0},
        {"per": -1},
        {"per": float("nan")},
        {"per": float("inf")},
        {"per": True},
        {"per": "soon"},
        {"per": "forever"},
        {"per": timedelta(0)},
        {"provider": "leaky"},
        {"provider": None, "unit": ""},
        {"unit": 5},
        {"burst": 5, "max_cost": 5},
    ],
)
def test_what_is_said_of_a_rate_is_checked_at_once(options):
    """The error shows what came."""
    shown = next(value for name, value in reversed(options.items()) if value is not None)
    with pytest.raises(ValidationError, match=re.escape(repr(shown))):
        rate(**{"amount": 10, **options})


@pytest.mark.parametrize("options", [{"amount": 0}, {"per": "year"}, {"zone": "UTC"}, {"unit": ""}])
def test_what_is_said_of_a_quota_is_checked_at_once(options):
    """The error shows what came."""
    with pytest.raises(ValidationError, match=re.escape(repr(next(iter(options.values()))))):
        quota(**{"amount": 10, **options})


@pytest.mark.parametrize("per", ["1s", 1, 1.0, timedelta(seconds=1)])
def test_a_period_is_spelt_in_any_way(per):
    """Text, seconds or a timedelta."""
    assert per_minute(only(limits={"images": rate(10, per=per)}).rate) == 600


def test_a_period_may_be_a_part_of_a_second():
    """It is not rounded to whole ones."""
    assert per_minute(only(limits={"images": rate(10, per=1.2)}).rate) == 500


def test_a_burst_is_that_of_the_weighted_limit():
    """Requests go on one at a time."""
    limits = parse_limits(rpm=500, tpm=50_000, burst=4000)

    assert {"rpm": 0, "tpm": 4000} == {meter.name: meter.rate.burst for meter in limits.meters}


def test_a_burst_of_requests_alone_is_theirs():
    """There is nothing else that it could be meant for."""
    assert only(rpm=500, burst=10).rate.burst == 10


def test_a_burst_keeps_what_else_is_said_of_its_limit():
    """Its period and its share."""
    meter = only(limits={"tpm": rate(100, per="1s", share=0.5)}, burst=10)

    assert (3000, 5) == (per_minute(meter.rate), meter.rate.burst)


@pytest.mark.parametrize(
    "options",
    [
        {"burst": 10},
        {"burst": 10, "limits": {"itpm": 50, "otpm": 50}},
        {"burst": 10, "limits": {"tpm": rate(50, burst=5)}},
        {"burst": 10, "limits": {"tpm": rate(50, max_cost=5)}},
        {"burst": -1, "tpm": 50},
        {"burst": 1.5, "tpm": 50},
    ],
)
def test_a_burst_that_is_meant_for_no_limit_or_for_several_is_refused(options):
    """Or that is said twice, or is no number."""
    with pytest.raises(ValidationError, match="burst"):
        parse_limits(**options)


@pytest.mark.parametrize("share", [0, -0.5, 1.01, 2, float("nan"), float("inf"), True, "1/4"])
def test_what_is_no_share_is_refused(share):
    """For all limits and for one."""
    for said in (lambda: parse_limits(tpm=100, share=share), lambda: rate(100, share=share)):
        with pytest.raises(ValidationError, match=re.escape(f"share={share!r}")):
            said()


@given(st.integers(1, 10_000), st.integers(1, 10**9), st.booleans())
def test_processes_that_share_a_limit_have_exactly_all_of_it(processes, amount, exact):
    """Also when a float can only be near the part that is meant."""
    share = Fraction(1, processes) if exact else 1 / processes
    meter = only(tpm=amount, share=share)

    assert amount == processes * per_minute(meter.rate)


@given(st.integers(1, 50), st.integers(1, 10_000), st.integers(1, 5000))
def test_processes_that_share_a_burst_have_no_more_than_all_of_it(processes, amount, burst):
    """It is rounded down; a part of it that is nothing is an error."""
    if burst < processes:
        with pytest.raises(ValidationError, match="burst"):
            only(tpm=amount, burst=burst, share=1 / processes)
    else:
        meter = only(tpm=amount, burst=burst, share=1 / processes)
        assert burst - processes < processes * meter.rate.burst <= burst


def test_a_limit_may_say_a_share_of_its_own():
    """It goes before what is said for all."""
    assert per_minute(only(limits={"tpm": rate(100, share=0.5)}, share=0.1).rate) == 50


def test_a_quota_is_not_shared():
    """It is counted for all processes together."""
    assert parse_limits(limits={"rpd": 100}, share=0.25).quotas[0].amount == 100


WINDOW = Fraction(101, 100)  # a minute, and by how much one call may be slower than another


def test_tokens_are_paced_so_that_no_window_holds_more():
    """A fiftieth may come at once, and is left free."""
    meter = only(tpm=50_000, provider="sliding")

    assert (49_000 / WINDOW, 1000) == (per_minute(meter.rate), meter.rate.largest)


@pytest.mark.parametrize("provider", ["sliding", "fixed"])
def test_a_burst_or_the_largest_cost_is_left_free(provider):
    """It may come at once."""
    burst = only(tpm=50_000, burst=5000, provider=provider).rate
    largest = only(limits={"tpm": rate(50_000, max_cost=5000)}, provider=provider).rate

    assert (45_000 / WINDOW, 5000) == (per_minute(burst), burst.burst)
    assert burst == largest


@pytest.mark.parametrize("amount", [1, 2, 10, 50, 51, 99, 100, 500, 100_000])
@pytest.mark.parametrize("name", ["rpm", "tpm"])
def test_97_per_cent_of_a_window_can_be_sent(amount, name):
    """Of requests, even one a minute can be said."""
    if name == "tpm" and amount < 50:
        amount *= 50
    meter = only(**{name: amount}, provider="sliding")

    assert per_minute(meter.rate) > amount * Fraction(969, 1000)


@pytest.mark.parametrize(
    "options",
    [{"tpm": 100, "burst": 100}, {"limits": {"tpm": rate(100, max_cost=101)}}, {"tpm": 1}],
)
def test_a_window_without_room_for_a_rate_is_refused(options):
    """With both numbers."""
    with pytest.raises(ValidationError, match=r"may hold 10?0? in a window, and 1"):
        parse_limits(provider="sliding", **options)


def test_a_share_that_leaves_nothing_of_a_window_is_refused():
    """A window cannot hold a part of a request."""
    with pytest.raises(ValidationError, match=r"1/4.*'rpm', 3"):
        parse_limits(rpm=3, share=0.25, provider="sliding")


settings = st.one_of(
    st.builds(lambda n: {"rpm": n}, st.integers(1, 400)),
    st.integers(2, 400).flatmap(
        lambda n: st.builds(lambda b: {"rpm": n, "burst": b}, st.integers(1, n - 1))
    ),
    st.builds(lambda n: {"tpm": n}, st.integers(2, 5000)),
    st.integers(2, 400).flatmap(
        lambda n: st.builds(lambda b: {"tpm": n, "burst": b}, st.integers(1, n - 1))
    ),
    st.integers(2, 400).flatmap(
        lambda n: st.builds(
            lambda m: {"limits": {"tpm": rate(n, max_cost=m)}}, st.integers(1, n - 1)
        )
    ),
)


@given(settings, st.integers(1, 3), st.data())
def test_no_window_holds_more_than_the_server_counts(said, processes, data):
    """Whatever several processes send, wherever it begins, and if some calls come late."""
    amount = said.get("rpm") or said.get("tpm") or said["limits"]["tpm"].amount
    try:
        meter = only(**said, provider="sliding", share=Fraction(1, processes))
    except ValidationError:
        return  # too little to share
    sent = []
    for _ in range(processes):
        state, now = fresh(meter.rate, 0), 0
        costs = st.integers(1, meter.rate.largest) | st.just(meter.rate.largest)
        for cost in data.draw(st.lists(costs, max_size=60)):
            answer = decide(meter.rate, state, now, cost)
            if isinstance(answer, Wait):
                now += answer.ns
                answer = decide(meter.rate, answer.state, now, cost)
            assert isinstance(answer, Admit)
            state = answer.state
            sent.append((now, cost))
    for begins, _ in sent:
        held = sum(cost for at, cost in sent if begins <= at < begins + MINUTE * WINDOW)
        assert held <= amount
