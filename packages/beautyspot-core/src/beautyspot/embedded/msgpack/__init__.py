"""Values as MessagePack, exactly.

``serializer`` is the adapter, and its docstring the format; ``packing`` and ``unpacking`` are its
two directions, and ``refusals`` says where in a value something stands that cannot be kept.
"""

from beautyspot.embedded.msgpack.serializer import MsgpackSerializer

__all__ = ["MsgpackSerializer"]
