"""Choices that are made by a word."""

from typing import Literal, TypeAlias

__all__ = ["CodeChange", "SchemaChange"]

#: What happens when a class has other fields now than when an instance of it was stored.
SchemaChange: TypeAlias = Literal["recompute", "raw", "raise"]
#: What happens to a stored result when the code of its function, or of helpers, has changed.
CodeChange: TypeAlias = Literal["warn", "recompute", "ignore"]
