"""Adapters that need nothing but the standard library and msgpack.

They import ``beautyspot.core`` and nothing else of ours; ``beautyspot.bootstrap`` names them.
"""
