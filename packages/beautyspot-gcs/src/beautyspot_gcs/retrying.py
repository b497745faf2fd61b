"""What the SDK tries again by itself: one part of what takes many requests."""

from beautyspot.objects.deadline import Deadline
from beautyspot_gcs.sdk import module

__all__ = ["few_failures"]

_FEW = 3


def few_failures(deadline: Deadline) -> object:
    """Answer the retry of the SDK, for at most three failures in all, until the deadline."""
    default = module("google.cloud.storage.retry").DEFAULT_RETRY
    api = module("google.api_core.retry")
    failed: list[BaseException] = []
    is_passing = default._predicate  # noqa: SLF001  # it has no public name

    def once_more(error: BaseException) -> bool:
        failed.append(error)
        return len(failed) <= _FEW and bool(is_passing(error))

    return api.Retry(
        predicate=once_more, initial=0.1, maximum=1.0, multiplier=2.0, timeout=deadline.left
    )
