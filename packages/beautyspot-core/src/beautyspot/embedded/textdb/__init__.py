"""Records in a database that keeps a row of texts per key.

``adapter`` keeps the promises of the port with what such a class has, ``texts`` writes a record as
one text and reads it back.
"""

from beautyspot.embedded.textdb.adapter import TextTaskDB

__all__ = ["TextTaskDB"]
