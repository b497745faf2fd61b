"""Instances of the user's classes: how they are taken apart and put together.

No code of the class runs, neither to read an instance nor to make one: no ``__init__``,
``__new__`` or ``__post_init__``, no ``__setattr__``, property or validator. Attributes are read and
set through the descriptors that Python itself has put into the class.
"""

from beautyspot.embedded.msgpack.instances.finding import shape_of
from beautyspot.embedded.msgpack.instances.shape import Shape, raw_state

__all__ = ["Shape", "raw_state", "shape_of"]
