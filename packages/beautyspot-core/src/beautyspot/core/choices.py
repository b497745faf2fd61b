"""Choices that are made by a word."""

from typing import Literal, TypeAlias

__all__ = ["CodeChange", "Mode", "SchemaChange"]

#: What happens when a class has other fields now than when an instance of it was stored.
SchemaChange: TypeAlias = Literal["recompute", "raw", "raise"]
#: What happens to a stored result when the code of its function, or of helpers, has changed.
CodeChange: TypeAlias = Literal["warn", "recompute", "ignore"]
#: How a Spot uses its store: ``"normal"``; ``"refresh"`` runs and overwrites; ``"readonly"``
#: answers what is stored and stores nothing; ``"replay"`` answers what is stored, and anything else
#: is a ``CacheMiss``; ``"off"`` runs as if nothing was marked.
Mode: TypeAlias = Literal["normal", "refresh", "readonly", "replay", "off"]
