"""The ``beautyspot`` command. It is a thin shell: what it does, the library can do."""

__all__: list[str] = []
