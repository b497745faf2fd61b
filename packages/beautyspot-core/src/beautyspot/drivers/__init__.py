"""Drivers: they perform what the core asks for, and decide nothing.

``blocking`` and ``awaiting`` drive one and the same plan and differ by ``await``. What both need of
the outside (the database, the blob store, the codec, the user's attention) is in ``results`` and
``reporting``.
"""
