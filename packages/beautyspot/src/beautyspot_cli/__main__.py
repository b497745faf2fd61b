"""``python -m beautyspot_cli`` is the ``beautyspot`` command."""

from beautyspot_cli.main import main

main()
