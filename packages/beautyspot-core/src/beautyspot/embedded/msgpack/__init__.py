"""Values as MessagePack, exactly.

``serializer`` is the adapter, and its docstring the format; ``layout`` has the codes and limits.
``packing`` and ``unpacking`` are the two directions. What is not plain is taken ``apart`` into
``pieces`` and put ``together`` again: by a ``codec`` for types of the ``standard`` library and of
``foreign`` ones, as ``instances`` of the user's classes (``schema`` says how these have changed),
or by ``registrations``, whose work ``verification`` checks. ``refusals`` says where in a value
something stands that cannot be kept.
"""

from beautyspot.embedded.msgpack.serializer import MsgpackSerializer

__all__ = ["MsgpackSerializer"]
