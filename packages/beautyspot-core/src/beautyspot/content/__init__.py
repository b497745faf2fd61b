"""What values are made of that the canonical text does not know: their content, for keys."""

from beautyspot.content.callables import code_of, unlimited
from beautyspot.content.describer import Describer, KeyFunctions

__all__ = ["Describer", "KeyFunctions", "code_of", "unlimited"]
