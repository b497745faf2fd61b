"""What a call costs by each of several limits."""

import pickle
from datetime import UTC, datetime

import pytest

from beautyspot.core.costs import Meter, Tariff
from beautyspot.core.errors import (
    LimitImpossible,
    LimitTimeout,
    QuotaExceeded,
    ValidationError,
)
from beautyspot.core.gcra import Rate

MINUTE = 60_000_000_000
RPM = Meter("rpm", "requests", Rate(500, MINUTE))
RPS = Meter("rps", "requests", Rate(10, MINUTE // 60))
TPM = Meter("tpm", "tokens", Rate(50_000, MINUTE))
ITPM = Meter("itpm", "input_tokens", Rate(30_000, MINUTE))
OTPM = Meter("otpm", "output_tokens", Rate(8_000, MINUTE))


@pytest.mark.parametrize(
    ("meters", "cost", "expected"),
    [
        ([TPM], 812, (812,)),
        ([TPM], {"tokens": 812}, (812,)),
        ([TPM], {}, (0,)),
        ([RPM], 3, (3,)),
        ([RPM], {}, (1,)),
        ([RPM, TPM], 812, (1, 812)),
        ([RPM, TPM], {"tokens": 5}, (1, 5)),
        ([RPM, TPM], {"requests": 0, "tokens": 5}, (0, 5)),
        ([RPM, RPS, TPM], {"requests": 2}, (2, 2, 0)),
        ([ITPM, OTPM], {"output_tokens": 7}, (0, 7)),
        ([], {}, ()),
    ],
)
def test_a_cost_is_charged_by_each_limit(meters, cost, expected):
    """Units that are not named cost nothing; every call is one request without saying so."""
    assert expected == Tariff(meters).charges(cost)


def test_a_unit_that_only_a_quota_counts_may_be_named():
    """It is charged elsewhere."""
    tariff = Tariff([RPM], ["tokens"])

    assert (1,) == tariff.charges({"tokens": 5})
    assert (1,) == tariff.charges(5)


@pytest.mark.parametrize("cost", [-1, float("nan"), float("inf"), 1.0, True, None, "1", [1]])
@pytest.mark.parametrize("wrap", [False, True])
def test_what_is_no_cost_is_refused_by_its_value(cost, wrap: bool):
    """Alone and named, asked and settled."""
    given = {"tokens": cost} if wrap else cost
    for use in (Tariff([TPM]).charges, lambda cost: Tariff([TPM]).actual((1,), cost)):
        with pytest.raises(ValidationError, match="is no cost") as caught:
            use(given)

        assert repr(cost) in str(caught.value)


@pytest.mark.parametrize(
    ("meters", "cost", "match"),
    [
        ([RPM, TPM], {"token": 1}, r"'token': expected .*'requests': ..., 'tokens': ..."),
        ([ITPM, OTPM], 5, r"5 is meant in which unit\? .*'input_tokens'"),
        ([], 5, "no limit"),
        ([TPM], {5: 1}, "5: expected"),
    ],
)
def test_units_that_are_not_known_are_refused_with_those_that_are(meters, cost, match: str):
    """A slip of the pen must not switch a limit off."""
    with pytest.raises(ValidationError, match=match):
        Tariff(meters).charges(cost)


def test_more_than_a_limit_ever_grants_is_refused_with_both_numbers():
    """By the name of the limit; every other unit may be in order."""
    with pytest.raises(LimitImpossible, match=r"50001 .*'tpm' .*50000") as caught:
        Tariff([RPM, TPM]).charges({"tokens": 50_001})

    assert ("tpm", 50_001, 50_000) == (
        caught.value.limit,
        caught.value.cost,
        caught.value.largest,
    )


def test_what_a_settlement_does_not_name_stays_as_charged():
    """A refused call is one request still, and may have been no tokens; more is no error."""
    tariff = Tariff([RPM, TPM])

    assert (1, 0) == tariff.actual((1, 800), {"tokens": 0})
    assert (1, 0) == tariff.actual((1, 800), 0)
    assert (0, 800) == tariff.actual((1, 800), {"requests": 0})
    assert (1, 90_000) == tariff.actual((1, 800), 90_000)


def test_what_a_server_does_not_mention_is_not_known():
    """None is not nothing."""
    assert (None, 0) == Tariff([RPM, TPM]).left({"tokens": 0})


@pytest.mark.parametrize(
    "error",
    [
        LimitImpossible("tpm", 5, 4),
        LimitTimeout(90.5, 60.0),
        QuotaExceeded("rpd", 1, 0, datetime(2026, 1, 2, tzinfo=UTC)),
    ],
)
def test_errors_of_limits_cross_processes(error):
    """With everything that they say."""
    copy = pickle.loads(pickle.dumps(error))

    assert type(error) is type(copy)
    assert str(error) == str(copy)
    assert vars(error) == vars(copy)
