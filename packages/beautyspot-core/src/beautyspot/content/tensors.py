"""The content of torch tensors: dtype, shape and values, not the device that they are on."""

import sys
from typing import Any

from beautyspot.content.buffers import of_buffers
from beautyspot.content.naming import Naming
from beautyspot.core.content import Content, NoContent

__all__ = ["tensor"]


def tensor(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write a tensor."""
    torch: Any = sys.modules["torch"]
    if value.layout is not torch.strided or value.is_quantized:
        raise NoContent("it is no dense tensor; pass tensor.to_dense()")
    plain = value.detach().cpu().contiguous().resolve_conj().resolve_neg()
    data = memoryview(plain.reshape(-1).view(torch.uint8).numpy())
    labels: dict[str, Any] = {"t": str(value.dtype), "s": list(value.shape)}
    labels |= {"c": naming.of(type(value)), "grad": value.requires_grad}
    return Content("tensor", {**labels, **of_buffers([data], data.nbytes)})
