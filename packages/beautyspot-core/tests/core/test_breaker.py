"""A store that does not answer is left alone for a while; then one tries."""

import pytest

from beautyspot.core.breaker import CLOSED, FAILURES, REST_NS


def test_everybody_may_ask_a_store_that_answers():
    assert CLOSED == CLOSED.asked(0)
    assert 0.0 == CLOSED.rest(0)


def test_one_operation_that_was_out_of_time_is_enough():
    """For the next thirty seconds."""
    down = CLOSED.failed(1000, spent=1.0)

    assert down.asked(1000) is None
    assert down.asked(1000 + REST_NS - 1) is None
    assert down.asked(1000 + REST_NS) is not None
    assert 30.0 == down.rest(1000)
    assert 0.0 == down.rest(1000 + 2 * REST_NS)


def test_several_quick_failures_in_a_row_are_enough():
    state = CLOSED
    for _ in range(FAILURES - 1):
        state = state.failed(0, spent=0.0)
        assert state.asked(0) is not None

    assert state.failed(0, spent=0.0).asked(0) is None


@pytest.mark.parametrize("each", [0.1875, 0.25, 0.5])
def test_failures_that_took_half_a_budget_together_are_enough(each):
    """A connection that is never taken costs nearly a budget, and is over before it."""
    state, spent = CLOSED, 0.0
    while spent < 0.5:
        assert state.asked(0) is not None
        state, spent = state.failed(0, spent=each), spent + each

    assert state.asked(0) is None


def test_an_answer_forgets_the_failures():
    state = CLOSED
    for _ in range(FAILURES - 1):
        state = state.failed(0, spent=0.0)

    assert CLOSED == state.answered()


def test_after_the_rest_one_tries_and_the_others_wait():
    trying = CLOSED.failed(0, spent=1.0).asked(REST_NS)

    assert trying is not None
    assert trying.asked(REST_NS) is None


@pytest.mark.parametrize("spent", [0.0, 1.0])
def test_a_try_that_fails_begins_the_rest_anew(spent):
    trying = CLOSED.failed(0, spent=1.0).asked(REST_NS)
    assert trying is not None

    again = trying.failed(REST_NS + 5, spent=spent)

    assert again.asked(2 * REST_NS + 4) is None
    assert again.asked(2 * REST_NS + 5) is not None


def test_a_try_that_is_answered_lets_everybody_in():
    trying = CLOSED.failed(0, spent=1.0).asked(REST_NS)

    assert trying is not None
    assert trying.answered().asked(REST_NS) is not None


def test_one_who_never_comes_back_from_his_try_keeps_nobody_out_for_ever():
    trying = CLOSED.failed(0, spent=1.0).asked(REST_NS)

    assert trying is not None
    assert trying.asked(2 * REST_NS) is not None
