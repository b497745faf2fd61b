"""How values of one type are taken apart into values that the format knows, and put together."""

from collections.abc import Callable
from typing import Any, NamedTuple

__all__ = ["Codec"]


class Codec(NamedTuple):
    """A pair of functions for one exact type.

    ``encode`` answers the parts that stand behind the type's name in the bytes: any storable
    values. A ``memoryview`` (C-contiguous, one dimension, format ``B``) among them is a buffer,
    written without a copy in between. ``decode`` is given the parts as they come back, each buffer
    as a read-only ``memoryview`` of the payload, and must survive whatever hostile bytes make of
    them: it raises ValueError or TypeError, and allocates no more than what the parts hold.
    """

    name: str  #: in the bytes, for ever: ``datetime.date``, ``numpy.ndarray``
    encode: Callable[[Any], list[object]]  #: raises SerializationError when it cannot be exact
    decode: Callable[[list[Any]], object]
    buffers: bool = True  #: False: the parts are the user's own values, where a view is no buffer
    unread: bool = False  #: True: a buffer may come as ``Unread``, and ``decode`` reads it
