"""The fingerprint of a function's code, as it runs now: its body, and what of the user's it uses.

``sources`` finds and verifies the syntax tree of a function, ``canonical`` writes one so that every
version of Python writes it alike, ``helpers`` finds what else belongs to the code, and ``running``
keeps the fingerprint up to date while the program runs.
"""

from beautyspot.codeprint.running import RunningCode
from beautyspot.codeprint.sessions import session_of

__all__ = ["RunningCode", "session_of"]
