"""What the contracts work with: example records, and threads that start at once."""

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

from beautyspot.core.model import FunctionSummary, TaskRecord

__all__ = ["at_once", "record", "same_summary"]


def record(n: int = 0, **changes: object) -> TaskRecord:
    """Answer the n-th of as many different records as one likes; every field is set.

    Args:
        n: at least 0; a later one is newer.
        changes: fields to set otherwise.
    """
    payload = f"payload {n}".encode()
    fields: dict[str, object] = {
        "cache_key": f"{n:032x}",
        "func_name": "app.tasks.summarise",
        "input_id": f"input {n}",
        "version": f"v{n}",
        "content_type": "text/plain",
        "result_data": payload,
        "updated_at": 1_700_000_000_000_000 + n,
        "expires_at": 1_800_000_000_000_000 + n,
        "size": len(payload),
        "checksum": f"{n:016d}".encode(),
        "elapsed": n + 0.5,
        "cost": n + 0.25,
        "fingerprint": f"code {n}",
        "arguments": f'{{"n": {n}}}',
    }
    return TaskRecord(**{**fields, **changes})  # type: ignore[arg-type]  # names of the fields


def same_summary(one: tuple[FunctionSummary, ...], other: tuple[FunctionSummary, ...]) -> bool:
    """Tell whether two summaries agree; sums of seconds depend on the order of adding."""
    return len(one) == len(other) and all(
        replace(a, elapsed=0.0) == replace(b, elapsed=0.0)
        and math.isclose(a.elapsed, b.elapsed, rel_tol=1e-9)
        for a, b in zip(one, other, strict=True)
    )


def at_once(*work: Callable[[], object]) -> list[object]:
    """Run all at the same time, each in a thread; raise what the first failing one raised."""
    start = Barrier(len(work))

    def run(job: Callable[[], object]) -> object:
        start.wait()
        return job()

    with ThreadPoolExecutor(len(work)) as threads:
        return [future.result() for future in [threads.submit(run, job) for job in work]]
