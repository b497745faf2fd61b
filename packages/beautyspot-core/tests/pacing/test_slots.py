"""So many calls at the same time."""

import asyncio
import gc
import os
import threading
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import ExitStack, suppress

import pytest

from beautyspot.core.errors import LimitTimeout, ValidationError
from beautyspot.embedded.clock import SystemClock
from beautyspot.embedded.pacing import Slots
from beautyspot.testing import ManualClock
from beautyspot.testing.crowds import Crowd, until

from .interrupting import interrupted_while

SECOND = 1_000_000_000


class _Takes:
    """Slots, asked as a limiter is, so that a crowd can wait for them."""

    def __init__(self, slots):
        self._slots = slots

    def acquire(self, cost, **options):
        return self._slots.take(**options)

    async def acquire_async(self, cost, **options):
        return await self._slots.take_async(**options)


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def slots(clock):
    return Slots(2, clock)


@pytest.fixture
def crowd(slots, clock):
    with Crowd(_Takes(slots), clock) as crowd:
        yield crowd


def waiting(slots):
    return len(slots.line.places)


def fill(crowd, slots):
    """Let two strangers have the slots."""
    for name in ("a", "b"):
        crowd.thread(name, 0)
    crowd.until_granted(2)


@pytest.mark.parametrize("number", [0, -1, 1.0, float("nan"), float("inf"), True, None, "8"])
def test_what_is_no_number_of_slots_is_refused(number, clock):
    """With what came and what is expected."""
    with pytest.raises(ValidationError, match=rf"{number!r}.*whole number, at least 1"):
        Slots(number, clock)


@pytest.mark.parametrize("wait", [-1, 1.5, float("nan"), True, "1"])
def test_what_is_no_time_to_wait_is_refused(slots, wait):
    """Even when there is a free slot; none is taken."""
    with pytest.raises(ValidationError, match="max_wait_ns"):
        slots.take(wait)

    assert not slots.held


def test_threads_and_tasks_are_served_as_they_came(crowd, slots):
    """In one line; each gets the slot of the one who leaves."""
    fill(crowd, slots)
    for name in range(8):
        (crowd.task if name % 2 else crowd.thread)(name, 0)
        until(lambda name=name: waiting(slots) == name + 1)
    for number, name in enumerate(["a", "b", *range(6)]):
        crowd.tickets[name].release()
        crowd.until_granted(number + 3)

    assert ["a", "b", *range(8)] == [*sorted(crowd.granted[:2]), *crowd.granted[2:]]
    assert len(slots.held) == 2


def test_no_more_run_than_there_are_slots():
    """Fifty threads and fifty tasks, by the real clock."""
    slots, running, most = Slots(3, SystemClock()), [], []

    def work():
        running.append(None)
        most.append(len(running))
        running.pop()

    def thread():
        slot = slots.take()
        work()
        slot.release()

    async def task():
        slot = await slots.take_async()
        running.append(None)
        await asyncio.sleep(0)
        most.append(len(running))
        running.pop()
        slot.release()

    async def tasks():
        await asyncio.gather(*(task() for _ in range(50)))

    with ThreadPoolExecutor(51) as pool:
        done = [pool.submit(thread) for _ in range(50)]
        asyncio.run(tasks())
        for future in done:
            future.result()

    assert len(most) == 100
    assert max(most) <= 3
    assert not slots.held
    assert not slots.line.places


def test_releasing_twice_is_the_same_as_once(crowd, slots):
    """It frees one slot, not two."""
    fill(crowd, slots)
    crowd.thread("c", 0)
    crowd.thread("d", 0)
    until(lambda: waiting(slots) == 2)
    crowd.tickets["a"].release()
    crowd.tickets["a"].release()
    crowd.until_granted(3)

    assert waiting(slots) == 1


def test_a_slot_that_is_forgotten_is_free(crowd, slots):
    """Whoever was interrupted before he could keep it leaves nothing behind."""
    fill(crowd, slots)
    crowd.tickets.clear()
    gc.collect()

    assert not slots.held


@pytest.mark.parametrize("way", ["thread", "task"])
def test_who_may_not_wait_that_long_is_told_so(crowd, slots, clock, way):
    """And is no longer in line."""
    fill(crowd, slots)
    outcome = getattr(crowd, way)("late", 0, max_wait_ns=2 * SECOND)
    until(lambda: clock.sleepers == 1)
    clock.advance(2)
    with pytest.raises(LimitTimeout) as caught:
        outcome.result(20)

    assert (caught.value.needed, caught.value.allowed) == (2.0, 2.0)
    assert not waiting(slots)


def test_who_may_not_wait_at_all_is_told_so_at_once(crowd, slots):
    """And takes what is free."""
    fill(crowd, slots)
    with pytest.raises(LimitTimeout):
        slots.take(0)
    crowd.tickets["a"].release()

    slots.take(0).release()


def test_a_cancelled_waiter_lets_the_next_one_go(crowd, slots):
    """Also one that has just been woken."""
    fill(crowd, slots)
    first = crowd.task("first", 0)
    until(lambda: waiting(slots) == 1)
    crowd.thread("second", 0)
    until(lambda: waiting(slots) == 2)
    gate = threading.Event()
    crowd.call(gate.wait)
    crowd.tickets["a"].release()
    first.cancel()
    gate.set()
    with suppress(CancelledError):
        first.result(20)
    crowd.tickets["b"].release()
    until(lambda: "second" in crowd.granted)

    assert not waiting(slots)


def test_an_interrupted_waiter_leaves_nothing_behind(crowd, slots):
    """The next one goes on."""
    fill(crowd, slots)
    with pytest.raises(KeyboardInterrupt), interrupted_while(lambda: waiting(slots)):
        slots.take()

    assert not waiting(slots)
    assert len(slots.held) == 2


def test_a_call_within_a_call_has_its_slot(clock):
    """Both would wait for each other otherwise; others wait for both."""
    slots = Slots(1, clock)
    outer = slots.take()
    inner = slots.take()
    innermost = slots.take()

    with Crowd(_Takes(slots), clock) as crowd:
        crowd.thread("other", 0)
        until(lambda: waiting(slots) == 1)
        for slot in (innermost, inner):
            slot.release()
        assert waiting(slots) == 1
        outer.release()
        crowd.until_granted(1)


def test_who_has_borrowed_a_slot_keeps_it_when_the_lender_leaves(clock):
    """It is free when both have left, in either order."""
    slots = Slots(1, clock)
    outer, inner = slots.take(), slots.take()
    outer.release()
    assert len(slots.held) == 1
    inner.release()

    assert not slots.held


def test_the_tasks_of_one_call_share_its_slot_and_what_is_free(clock):
    """One after the other when nothing is free; none hangs."""
    slots, running, most = Slots(2, clock), [], []

    async def inner():
        slot = await slots.take_async()
        running.append(None)
        most.append(len(running))
        await asyncio.sleep(0)
        running.pop()
        slot.release()

    async def outer():
        slot = await slots.take_async()
        await asyncio.gather(*(inner() for _ in range(20)))
        slot.release()

    async def main():
        await asyncio.gather(outer(), outer(), outer())

    asyncio.run(asyncio.wait_for(main(), 20))

    assert len(most) == 60
    assert max(most) <= 2
    assert not slots.held


def test_tasks_that_outlive_their_call_go_on(clock):
    """They borrow from the call around that one, or stand in line as others do."""
    slots = Slots(1, clock)

    async def late(gate):
        await gate.wait()
        slot = await slots.take_async()
        slot.release()

    async def waits():
        slot = await slots.take_async()
        slot.release()

    async def middle(gate):
        slot = await slots.take_async()
        blocker = await slots.take_async()
        tasks = [asyncio.create_task(late(gate)), asyncio.create_task(waits())]
        await asyncio.sleep(0)
        slot.release()
        blocker.release()
        return tasks

    async def main():
        slot = await slots.take_async()
        gate = asyncio.Event()
        tasks = await asyncio.create_task(middle(gate))
        gate.set()
        await asyncio.gather(*tasks)
        slot.release()

    asyncio.run(asyncio.wait_for(main(), 20))

    assert not slots.held


def test_a_plain_call_on_the_event_loop_does_not_wait_for_its_tasks(clock):
    """They cannot go on before it is done."""
    slots = Slots(1, clock)

    async def holder(held, done):
        slot = await slots.take_async()
        held.set()
        await done.wait()
        slot.release()

    async def main():
        held, done = asyncio.Event(), asyncio.Event()
        task = asyncio.create_task(holder(held, done))
        await held.wait()
        slots.take().release()
        done.set()
        await task

    asyncio.run(asyncio.wait_for(main(), 20))

    assert not slots.held


def test_a_task_of_another_call_is_no_call_within_it(clock):
    """Tasks beside each other wait for each other."""
    slots, order = Slots(1, clock), []

    async def call(name):
        slot = await slots.take_async()
        order.append(("begins", name))
        for _ in range(3):
            await asyncio.sleep(0)
        order.append(("ends", name))
        slot.release()

    async def main():
        await asyncio.gather(*(call(name) for name in range(3)))

    asyncio.run(asyncio.wait_for(main(), 20))

    assert [(step, name) for name in range(3) for step in ("begins", "ends")] == order


def test_a_signal_handler_may_take_a_slot_at_any_moment(clock):
    """Even while this thread holds the lock, when nobody else could go on."""
    slots = Slots(1, clock)
    with ExitStack() as stack:
        stranger = threading.Thread(target=lambda: stack.callback(slots.take().release))
        stranger.start()
        stranger.join()
        with slots.lock:
            slots.take().release()

    assert not slots.held


def test_the_tasks_of_a_closed_loop_hold_and_wait_for_nothing(crowd, slots):
    """Their loop ended without finishing them."""
    fill(crowd, slots)
    loop = asyncio.new_event_loop()
    task = loop.create_task(slots.take_async())
    loop.run_until_complete(asyncio.sleep(0))
    assert waiting(slots) == 1
    task._log_destroy_pending = False
    loop.close()
    crowd.thread("next", 0)
    until(lambda: waiting(slots) == 1)
    crowd.tickets["a"].release()
    crowd.until_granted(3)

    assert "next" in crowd.granted


def test_ten_thousand_waiters_take_two_wake_ups_each():
    """And leave nothing behind."""
    slots, wake_ups = Slots(1, clock := ManualClock()), []

    class Counting:
        monotonic_ns = clock.monotonic_ns

        def event(self):
            wake_ups.append(None)
            return clock.event()

    slots = Slots(1, Counting())

    async def call():
        (await slots.take_async()).release()

    async def main():
        first = await asyncio.create_task(slots.take_async())
        tasks = [asyncio.create_task(call()) for _ in range(10_000)]
        await asyncio.sleep(0)
        first.release()
        await asyncio.gather(*tasks)

    asyncio.run(main())

    assert len(wake_ups) <= 20_000
    assert not slots.held
    assert not slots.line.places


def test_a_forked_child_begins_with_free_slots(crowd, slots):
    """What the threads of the parent hold is not held there, and cannot be given back twice."""
    fill(crowd, slots)
    child = os.fork()
    if not child:
        first = slots.take(0)
        crowd.tickets["a"].release()
        second = slots.take(0)
        os._exit(0 if first and second and len(slots.held) == 2 else 1)

    assert os.waitpid(child, 0)[1] == 0
    assert len(slots.held) == 2
