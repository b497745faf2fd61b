"""The contract of limiters, run against limiters that break one rule each: all are caught."""

import textwrap

import pytest

VIOLATIONS = {
    "what was too much is given back as it is": """
        class Adapter(Pacer):
            def settle(self, ticket, actual):
                ticket.close()
                def after(rate, state, index):
                    refund = (ticket.costs[index] - actual[index]) * rate.period_ns
                    return state._replace(tat=state.tat - refund)
                self.lane(ticket.key, self.now()).change(after)
        """,
    "nothing is given back": """
        class Adapter(Pacer):
            def settle(self, ticket, actual):
                super().settle(ticket, [max(c, a) for c, a in zip(ticket.costs, actual)])
        """,
    "more than the estimate is for free": """
        class Adapter(Pacer):
            def settle(self, ticket, actual):
                super().settle(ticket, [min(c, a) for c, a in zip(ticket.costs, actual)])
        """,
    "a ticket can be settled twice": """
        class Adapter(Pacer):
            def settle(self, ticket, actual):
                super().settle(ticket, actual)
                ticket.pacer = self
        """,
    "who waits is not woken when something is given back": """
        class Adapter(Pacer):
            def settle(self, ticket, actual):
                line = self.lane(ticket.key, self.now()).line
                if (head := line.head()) is not None:
                    head.woken = True
                super().settle(ticket, actual)
        """,
    "a pause loosens what was said before": """
        class Adapter(Pacer):
            def tighten(self, *, key="", retry_after_ns=0, remaining=None):
                change = lambda rate, state, index: state._replace(not_before=0)
                self.lane(key, self.now()).change(change)
                super().tighten(key=key, retry_after_ns=retry_after_ns, remaining=remaining)
        """,
    "what is left at the server loosens": """
        class Adapter(Pacer):
            def tighten(self, *, key="", retry_after_ns=0, remaining=None):
                now = self.now()
                change = lambda rate, state, index: state._replace(tat=now * rate.amount)
                self.lane(key, now).change(change)
                super().tighten(key=key, retry_after_ns=retry_after_ns, remaining=remaining)
        """,
    "keys share one limit": """
        class Adapter(Pacer):
            def lane(self, key, now_ns):
                return super().lane("", now_ns)
            def acquire(self, cost, *, key="", max_wait_ns=None):
                return super().acquire(cost, max_wait_ns=max_wait_ns)
        """,
    "limits are charged one after the other": """
        class Adapter(Pacer):
            def __init__(self, meters, clock):
                super().__init__(meters, clock)
                self.each = [Pacer([meter], clock) for meter in meters]
            def acquire(self, cost, *, key="", max_wait_ns=None):
                if len(self.each) < 2:
                    return super().acquire(cost, key=key, max_wait_ns=max_wait_ns)
                costs = self.tariff.charges(cost)
                for one, part in reversed(list(zip(self.each, costs))):
                    named = {one.tariff.meters[0].unit: part}
                    ticket = one.acquire(named, key=key, max_wait_ns=max_wait_ns)
                return ticket
            def try_acquire(self, cost, *, key=""):
                if len(self.each) < 2:
                    return super().try_acquire(cost, key=key)
                for one, part in zip(self.each, self.tariff.charges(cost)):
                    answer = one.try_acquire({one.tariff.meters[0].unit: part}, key=key)
                    if not answer:
                        return answer
                return answer
        """,
    "small calls overtake": """
        class Adapter(Pacer):
            def try_acquire(self, cost, *, key=""):
                places = self.lane(key, self.now()).line.places
                kept = dict(places)
                places.clear()
                answer = super().try_acquire(cost, key=key)
                places.update(kept)
                return answer
        """,
    "the last one is served first": """
        class Adapter(Pacer):
            def __init__(self, meters, clock):
                super().__init__(meters, clock)
                line.Line.head = lambda self: next(reversed(self.places), None)
        """,
    "a cancelled waiter stays": """
        class Adapter(Pacer):
            def __init__(self, meters, clock):
                super().__init__(meters, clock)
                visit.Visit._abandon = lambda self: None
        """,
    "the future is reserved": """
        class Adapter(Pacer):
            async def acquire_async(self, cost, *, key="", max_wait_ns=None):
                answer = self.try_acquire(cost, key=key)
                if answer:
                    return answer
                lane = self.lane(key, self.now())
                change = lambda rate, state, i: state._replace(
                    tat=state.tat + cost * rate.period_ns)
                lane.change(change)
                await self.clock.sleep_ns_async(answer.ns)
                return QueueTicket(self, key, (0,), (cost,), answer.ns)
        """,
    "a wait that is too long is waited": """
        class Adapter(Pacer):
            def acquire(self, cost, *, key="", max_wait_ns=None):
                if max_wait_ns:
                    max_wait_ns = None
                return super().acquire(cost, key=key, max_wait_ns=max_wait_ns)
        """,
    "who waits before is not counted": """
        class Adapter(Pacer):
            def lane(self, key, now_ns):
                found = super().lane(key, now_ns)
                found._pending = (0,) * len(found._pending)
                found._forecast = None
                return found
        """,
    "an impossible cost waits for ever": """
        class Adapter(Pacer):
            def try_acquire(self, cost, *, key=""):
                if cost in (11, 61):
                    return NotYet(1)
                return super().try_acquire(cost, key=key)
        """,
    "a negative cost is taken": """
        class Adapter(Pacer):
            def try_acquire(self, cost, *, key=""):
                return super().try_acquire(0 if cost == -1 else cost, key=key)
        """,
    "asking in vain is charged": """
        class Adapter(Pacer):
            def try_acquire(self, cost, *, key=""):
                answer = super().try_acquire(cost, key=key)
                if not answer:
                    change = lambda rate, state, i: state._replace(tat=state.tat + 1)
                    self.lane(key, self.now()).change(change)
                return answer
        """,
    "what costs nothing queues": """
        class Adapter(Pacer):
            def acquire(self, cost, *, key="", max_wait_ns=None):
                cost = 1 if cost == 0 else cost
                return super().acquire(cost, key=key, max_wait_ns=max_wait_ns)
        """,
    "a task blocks the plain call on its loop": """
        class Adapter(Pacer):
            def __init__(self, meters, clock):
                super().__init__(meters, clock)
                line.Line.blocked_by = lambda self, place: []
        """,
    "a nanosecond early": """
        class Adapter(Pacer):
            def try_acquire(self, cost, *, key=""):
                answer = super().try_acquire(cost, key=key)
                return answer if answer or answer.ns > 1 else super().try_acquire(0, key=key)
        """,
}

SUITE = """
import pytest
from beautyspot.core.ports import NotYet
from beautyspot.embedded.pacing import Pacer, line, visit
from beautyspot.embedded.pacing.ticket import QueueTicket
from beautyspot.testing import LimiterContract, crowds
{adapter}
@pytest.fixture(autouse=True)
def restored(monkeypatch):
    monkeypatch.setattr(crowds, "_PATIENCE", 0.5)
    monkeypatch.setattr(visit.Visit, "_abandon", visit.Visit._abandon)
    monkeypatch.setattr(line.Line, "blocked_by", line.Line.blocked_by)
    monkeypatch.setattr(line.Line, "head", line.Line.head)

class TestAdapter(LimiterContract):
    @pytest.fixture
    def new_limiter(self, clock):
        return lambda meters: Adapter(meters, clock)
"""


@pytest.mark.filterwarnings("ignore")  # what a broken limiter leaves behind is its own affair
@pytest.mark.parametrize("violation", VIOLATIONS)
def test_a_broken_limiter_fails_its_contract(pytester: pytest.Pytester, violation: str):
    """Each violation is caught by at least one test of the suite."""
    pytester.makepyfile(SUITE.format(adapter=textwrap.dedent(VIOLATIONS[violation])))

    outcome = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-x").parseoutcomes()

    assert outcome.get("failed", 0) == 1
