"""Calls that wait for their turn: paced by limits, or bounded in number."""

from beautyspot.embedded.pacing.pacer import Pacer

__all__ = ["Pacer"]
