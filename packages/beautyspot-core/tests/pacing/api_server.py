"""A local server that limits what it is asked, as those of paid APIs do, and clients of it.

As a program, it is one client: ``python api_server.py PORT SECONDS AMOUNT SHARE``.
"""

import json
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import Any

from beautyspot.core.limits import parse_limits, rate
from beautyspot.core.ports import Limiter
from beautyspot.embedded.clock import SystemClock
from beautyspot.embedded.pacing import limiter_of

#: Seconds: a minute of the real ones.
WINDOW = 2.0


class FixedWindow:
    """So many in each window; all windows have the same length, one begins where another ends."""

    def __init__(self, amount: int) -> None:
        self.amount, self.window, self.used = amount, 0, 0

    def admits(self, now: float, cost: int) -> bool:
        window = int(now / WINDOW)
        if window != self.window:
            self.window, self.used = window, 0
        self.used += cost
        return self.used <= self.amount


class SlidingWindow:
    """So many in the window that ends now."""

    def __init__(self, amount: int) -> None:
        self.amount, self.used = amount, 0
        self.log: deque[tuple[float, int]] = deque()

    def admits(self, now: float, cost: int) -> bool:
        while self.log and self.log[0][0] <= now - WINDOW:
            self.used -= self.log.popleft()[1]
        self.log.append((now, cost))
        self.used += cost
        return self.used <= self.amount


class Bucket:
    """Fills up all the time, and holds a tenth of what a window gives."""

    def __init__(self, amount: int) -> None:
        self.amount, self.level, self.at = amount, amount / 10, time.monotonic()

    def admits(self, now: float, cost: int) -> bool:
        self.level = min(self.amount / 10, self.level + (now - self.at) * self.amount / WINDOW)
        self.at = now
        self.level -= cost
        return self.level >= 0


class Server(ThreadingHTTPServer):
    """Answers 200 or 429, and keeps what it has seen."""

    daemon_threads = True

    def __init__(self, limit: Any) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.limit, self.lock = limit, threading.Lock()
        self.refused = 0
        self.calls: list[tuple[float, int]] = []  # when, and what it cost
        self.delays: list[float] = []  # seconds between the grant and the arrival

    def ask(self, cost: int, granted: float) -> bool:
        """Decide on a call."""
        with self.lock:
            now = time.monotonic()
            self.calls.append((now, cost))
            self.delays.append(now - granted)
            admitted: bool = self.limit.admits(now, cost)
            self.refused += not admitted
            return admitted

    @property
    def jitter(self) -> float:
        """By how many seconds one call took longer to get here than another."""
        return max(self.delays) - min(self.delays)

    def used(self, amount: int) -> float:
        """Answer which part of the allowed rate was used; the first call counts for nothing."""
        first, last = self.calls[0][0], self.calls[-1][0]
        return sum(cost for _, cost in self.calls[1:]) / (amount * (last - first) / WINDOW)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        """Decide on a call by its cost."""
        assert isinstance(self.server, Server)
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        admitted = self.server.ask(body["cost"], body["granted"])
        self.send_response(200 if admitted else 429)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def serving(limit: Any) -> Iterator[Server]:
    """Serve until the block ends."""
    with Server(limit) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def calls(limiter: Limiter, port: int, seconds: float, cost: Callable[[Random], int]) -> None:
    """Call from four threads, each as often as the limiter lets it."""
    end = time.monotonic() + seconds

    def work(seed: int) -> None:
        random, connection = Random(seed), HTTPConnection("127.0.0.1", port)
        connection.connect()
        while time.monotonic() < end:
            wanted = cost(random)
            limiter.acquire(wanted)
            body = json.dumps({"cost": wanted, "granted": time.monotonic()})
            connection.request("POST", "/", body)
            connection.getresponse().read()
        connection.close()

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def limiter_for(unit: str, amount: int, **options: Any) -> Limiter:
    """Answer what a Spot is given by ``limits=`` and further options."""
    limits = {unit: rate(amount, per=WINDOW, unit=unit)}
    limiter = limiter_of(parse_limits(limits=limits, **options), SystemClock(), None)
    assert limiter is not None
    return limiter


if __name__ == "__main__":
    port, seconds, amount, processes = map(int, sys.argv[1:])
    share = 1 / processes
    shared = limiter_for("requests", amount, share=share, provider="sliding")
    calls(shared, port, seconds, lambda _: 1)
