"""What type checkers see of every form of ``mark``. Checked by mypy and pyright, never run."""

# mypy: disable-error-code="empty-body"

import functools
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any, assert_type

import beautyspot as bs
from beautyspot import db as bs_db

spot = bs.Spot("typing")


@spot.mark
def bare(x: int, *, scale: float = 1.0) -> str: ...


assert_type(bare(1), str)
assert_type(bare(1, scale=2.0), str)
assert_type(bare.key(1, scale=2.0), str)
assert_type(bare.counts, bs.Counts)
assert_type(bare.counts.hits, int)
bare("1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
bare(1, scael=2.0)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
bare.key()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


@spot.mark()
def empty(x: int) -> str: ...


assert_type(empty(1), str)


@spot.mark(
    version="v2",
    retention="7d",
    save_blob=True,
    save_sync=True,
    content_type="text/plain",
    strict=True,
)
def options(x: int, /, *rest: str) -> list[int]: ...


assert_type(options(1, "a", "b"), list[int])
options(x=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


@spot.mark(verison="v2")  # type: ignore[call-overload, untyped-decorator, unused-ignore]  # pyright: ignore[reportCallIssue]
def misspelt(x: int) -> str: ...


assert_type(bs.Spot.from_profile("ci", name="typing", retention="7d", strict=True), bs.Spot)
assert_type(bs.Project.from_profile("ci"), bs.Project)
bs.Spot.from_profile("ci", retenton="7d")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
bs.Spot("typing", retention=bs.LifecyclePolicy([bs.Rule("llm.*", "30d")], bs.Retention.FOREVER))
bs.Spot("typing", retention=bs.Retention.INDEFINITE)
bs.Spot("typing", storage=["file:./cache", "s3://bucket/prefix"])
bs.Spot("typing", storage=("cache", Path("results")))
bs.Spot("typing", storage=["cache", 1])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
project = bs.Project("typing", storage_path="blobs", retention="7d")


@project.task
def task(x: int) -> str: ...


@project.task(input_key_fn=str, save_blob=True)
def task_options(x: int) -> str: ...


assert_type(task(1), str)
assert_type(task_options(1), str)
task("1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


class Rows(bs_db.TaskDB):
    def init_schema(self) -> None: ...
    def get(self, cache_key: str) -> dict[str, Any] | None: ...
    def save(
        self,
        cache_key: str,
        func_name: str,
        input_id: str,
        version: str | None,
        result_type: str,
        content_type: str | None,
        result_value: str,
    ) -> None: ...
    def get_history(self, limit: int = 1000) -> list[str]: ...


bs.Spot("typing", db=Rows())


@spot.mark
async def coroutine(x: int) -> bytes: ...


@spot.mark(version="v2")
async def coroutine_options(x: int) -> bytes: ...


async def awaits() -> None:
    assert_type(await coroutine(1), bytes)
    assert_type(await coroutine_options(x=1), bytes)
    assert_type(coroutine.key(1), str)


@spot.mark
def generator(n: int) -> Iterator[int]: ...


@spot.mark
def async_generator(n: int) -> AsyncIterator[int]: ...


assert_type(generator(3), Iterator[int])
assert_type(async_generator(3), AsyncIterator[int])


@spot.mark
def returning(n: int) -> Generator[bytes, None, str]: ...


@spot.mark(version="v2")
def async_returning(n: int) -> AsyncGenerator[bytes, None]: ...


assert_type(returning(3), Generator[bytes, None, str])
assert_type(returning.refresh(3), Generator[bytes, None, str])
assert_type(async_returning(n=3), AsyncGenerator[bytes, None])
returning("3")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


class Scraper:
    @spot.mark
    def method(self, url: str) -> bytes: ...

    @spot.mark(version="v2")
    async def coroutine_method(self, url: str) -> bytes: ...

    @staticmethod
    @spot.mark
    def static(url: str) -> bytes: ...


assert_type(Scraper().method("u"), bytes)
assert_type(Scraper().method.key("u"), str)
assert_type(Scraper.method(Scraper(), "u"), bytes)
assert_type(Scraper.static("u"), bytes)
Scraper().method(1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


async def awaits_method() -> None:
    assert_type(await Scraper().coroutine_method("u"), bytes)


def plain(x: int, /) -> str: ...
def other(x: bytes) -> int: ...


assert_type(spot.mark(plain), bs.Marked[[int], str])
assert_type(spot.mark(plain, version="v2")(1), str)
assert_type(spot.cached_run(plain), AbstractContextManager[bs.Marked[[int], str], bool | None])
with spot.cached_run(plain, version="v2") as one:
    assert_type(one(1), str)
with spot.cached_run(plain, other) as several:
    assert_type(several, tuple[bs.Marked[..., Any], ...])
assert_type(spot.delete("key"), bool)
assert_type(spot.flush(), bool)
with spot as same:
    assert_type(same, bs.Spot)


@spot.mark(
    key=bs.KeyGen.map(path=bs.Strategy.FILE_CONTENT, n=lambda n: n + 1),
    ignore=("verbose",),
    on_code_change="recompute",
    on_schema_change="raw",
    explain=False,
)
def counted(path: str, n: int, verbose: bool = False) -> int: ...


assert_type(counted("p", 1), int)
assert_type(counted.explain("p", 1), bs.Explanation)
assert_type(counted.explain("p", 1).verdict, bs.Verdict)
assert_type(counted.explain("p", 1).differences, tuple[bs.Difference, ...])
assert_type(counted.accept(), int)
assert_type(spot.accept(counted), int)
counted.explain(1, 1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
spot.mark(on_code_change="sometimes")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]

assert_type(bs.KeyGen.default((1,), {"a": 2}), str)
assert_type(bs.KeyGen.from_file_content("p"), str)
assert_type(bs.KeyGen.ignore("a", "b"), bs.KeyGenPolicy)
assert_type(spot.mark(functools.partial(plain))(1), str)
assert_type(spot.mark(lambda: 1)(), int)


@spot.register(code=3, encoder=str, decoder=int)
class Registered: ...


assert_type(Registered(), Registered)
spot.register_type(
    Registered, code=3, encoder=lambda value: [value], decoder=lambda _: Registered()
)
spot.register_type(Registered, 3, str, lambda _: 1)  # type: ignore[arg-type, return-value]  # pyright: ignore[reportArgumentType]
spot.register_key(Registered, lambda value: [value])


def passing(error: Exception) -> bool | float: ...


assert_type(bs.Retry(on=OSError), bs.Retry)
bs.Retry(5, on=(OSError, KeyError), wait=0.5, deadline=timedelta(minutes=1))
bs.Retry(None, on=passing, wait=bs.Backoff(first=2, jitter="none"), deadline=30)
bs.Retry(on=OSError, wait=lambda attempt: attempt * 2, retry_after=lambda error: None)
bs.Retry(on=OSError, retry_after=False)
bs.Retry(3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
bs.Retry(on=KeyboardInterrupt)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
bs.Retry(on=OSError, retry_after=True)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
bs.Backoff(jitter="half")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


class Attempts(bs.HookBase):
    def on_attempt(self, context: bs.AttemptContext) -> None:
        assert_type(context.attempt, int)
        assert_type(context.error, Exception | None)
        assert_type(context.delay, float | None)


bucket = bs.TokenBucket(50_000, burst=4_000)
assert_type(bucket.rate, float)
assert_type(bucket.max_cost, int)
assert_type(bucket.tat, float)
assert_type(bucket.acquire(812).waited_ns, int)
if ticket := bucket.try_acquire({"tokens": 812}):
    ticket.settle(700)
bucket.consume("812")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
bucket.tat = 0.0  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
bs.rate(50_000, per="1m", burst=10, share=1 / 4, provider="sliding", unit="images")
bs.rate(50_000, provider="leaky")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
bs.quota(1000, per="month")


limiting = bs.Spot("limits", tpm=50_000, rpm=500, limits={"rpd": 1000}, concurrency=8, share=1 / 4)


@limiting.mark
@limiting.limiter(cost=len, settle=len, key="account", max_wait=30)
def limited(text: str) -> str: ...


assert_type(limited("a"), str)
limited(1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


@limiting.limiter(cost={"tokens": 3})
@limiting.mark
def limited_above(text: str) -> str: ...


assert_type(limited_above("a"), str)
assert_type(limited_above.counts, bs.Counts)


@limiting.limiter
async def unmarked(text: str) -> str: ...


async def awaits_unmarked() -> None:
    assert_type(await unmarked("a"), str)


@limiting.mark(retry=bs.Retry(on=ConnectionError), cost=3, limited=True, max_wait=3.0)
def tried(text: str) -> str: ...


assert_type(tried("a"), str)


@limiting.retry(on=(ConnectionError, TimeoutError), attempts=5, deadline=timedelta(minutes=2))
def tried_unmarked(text: str) -> str: ...


assert_type(tried_unmarked("a"), str)
limiting.retry(attempts=3)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
