"""Functions to mark, of every kind, alike for whoever calls them."""

import asyncio
import warnings

import beautyspot as bs

SIZE = 300_000


def content(x):
    return bytes([x]) * SIZE


def pieces(x):
    return [bytes([x]) * 50_000 for _ in range(8)]


def plain(x):
    return content(x)


async def coroutine(x):
    await asyncio.sleep(0)
    return content(x)


def stream(x):
    yield from pieces(x)


async def async_stream(x):
    for piece in pieces(x):
        yield piece


async def collected(chunks):
    return [chunk async for chunk in chunks]


#: By name: the function, how its outcome is collected, and what that should be.
KINDS = {
    "plain": (plain, lambda marked, x: marked(x), content),
    "coroutine": (coroutine, lambda marked, x: asyncio.run(marked(x)), content),
    "stream": (stream, lambda marked, x: list(marked(x)), pieces),
    "async stream": (async_stream, lambda marked, x: asyncio.run(collected(marked(x))), pieces),
}


class Called:
    """A marked function of one kind."""

    def __init__(self, kind, spot):
        function, self._call, self.expected = KINDS[kind]
        self.marked = spot.mark(function)

    def __call__(self, x):
        """Answer the outcome, and the warnings that there were."""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            found = self._call(self.marked, x)
        return found, [
            str(w.message) for w in caught if issubclass(w.category, bs.BeautySpotWarning)
        ]

    @property
    def runs(self):
        return self.marked.counts.runs

    @property
    def hits(self):
        return self.marked.counts.hits
