"""Calls that wait for their turn: paced by limits, or bounded in number."""

from beautyspot.embedded.pacing.pacer import Pacer
from beautyspot.embedded.pacing.slots import Slot, Slots

__all__ = ["Pacer", "Slot", "Slots"]
