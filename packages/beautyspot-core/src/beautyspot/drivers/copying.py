"""An exception for each of those who waited for the same call."""

import copy
from typing import cast

__all__ = ["copied"]


def copied(error: Exception) -> Exception:
    """Answer an exception like this one, which several callers can raise at once.

    Raising changes an exception: its traceback grows, its context is set. One that cannot be copied
    as it is (its class takes other arguments than it keeps) is answered itself.
    """
    try:
        twin = copy.copy(error)
        alike = type(twin) is type(error) and twin.args == error.args and str(twin) == str(error)
    except Exception:  # noqa: BLE001  # classes of the user, which can do anything
        return error
    if not alike or twin is error:
        return error
    if isinstance(notes := twin.__dict__.get("__notes__"), list):
        twin.__notes__ = list(cast("list[str]", notes))  # who adds one adds it to his own
    twin.__cause__, twin.__context__ = error.__cause__, error.__context__
    twin.__suppress_context__ = error.__suppress_context__
    return twin.with_traceback(error.__traceback__)
