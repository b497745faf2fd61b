"""The fingerprint of a function's code, as it runs now: its body, and what of the user's it uses.

``sources`` finds where running code stands in its source, ``canonical`` writes it so that every
version of Python writes it alike, ``reaching`` finds what else belongs to it, and ``running`` keeps
the fingerprint up to date while the program runs.
"""

from beautyspot.codeprint.running import RunningCode, fingerprint_of
from beautyspot.codeprint.sessions import session_of
from beautyspot.codeprint.sources import NoSource

__all__ = ["NoSource", "RunningCode", "fingerprint_of", "session_of"]
