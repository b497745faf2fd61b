"""The commands, as one cyclopts app."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Annotated, Final

from cyclopts import App, CycloptsError, Parameter

from beautyspot import plugins as registry

__all__ = ["build"]

_PURPOSE: Final = "See and tend what beautyspot remembers."

_EPILOGUE: Final = """\
Examples:

  beautyspot plugins --json
  beautyspot --debug plugins     (shows the traceback of an unexpected error)

Exit codes: 0 ok, 1 a problem, 2 wrong usage, 130 interrupted.
"""

_PLUGINS_EPILOGUE: Final = """\
Examples:

  beautyspot plugins
  beautyspot plugins --json
  beautyspot plugins | grep blob_stores

Exit codes: 0 all load, 1 one does not load, 2 wrong usage, 130 interrupted.
"""

_FLAG: Final = Parameter(negative="", show_default=False)


def build(tokens: Sequence[str]) -> App:
    """Answer the app for one command line.

    Only the command that is asked for is loaded; the overview lists the commands of plugins
    without importing any, so that a broken one is in nobody's way.

    Raises:
        CycloptsError: the first word is no command.
        PluginBroken: the command comes from a plugin that does not load.
    """
    app = App(
        name="beautyspot",
        help=_PURPOSE,
        help_epilogue=_EPILOGUE,
        help_format="plaintext",
        version=_version,
        suppress_keyboard_interrupt=False,
    )
    app.command(_plugins, name="plugins", help_epilogue=_PLUGINS_EPILOGUE)
    wanted = next(iter(tokens), None)
    if wanted is None or wanted in app.help_flags:
        _list_commands(app)
    elif not wanted.startswith("-") and wanted not in app:
        _mount(app, wanted)
    return app


def _version() -> str:
    from importlib.metadata import version  # noqa: PLC0415  # only --version needs it

    return f"beautyspot {version('beautyspot')} (beautyspot-core {version('beautyspot-core')})"


def _list_commands(app: App) -> None:
    """Name the commands of plugins, with who brings them."""
    owners: dict[str, str] = {}
    for plugin in registry.installed("commands"):
        owner = plugin.distribution or "an unknown distribution"
        owners[plugin.name] = f"{owners.get(plugin.name, 'From')} {owner}"
    for name, owner in owners.items():
        if name not in app:  # ours is the one that runs; `plugins` says that another is hidden
            app.command(App(name=name, help=f"{owner}."))


def _mount(app: App, wanted: str) -> None:
    known = {plugin.name for plugin in registry.installed("commands")}
    if wanted not in known:
        close = get_close_matches(wanted, {*known, "plugins"}, n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        raise CycloptsError(msg=f"There is no command {wanted!r}.{hint}")
    command = registry.find("commands", wanted).load()
    app.command(command, name=wanted)  # type: ignore[call-overload]  # what a plugin registers


def _plugins(
    *,
    json: Annotated[bool, _FLAG] = False,
    no_color: Annotated[bool, _FLAG] = False,
) -> int:
    """List what is installed and whether it loads.

    A terminal gets a table, a pipe gets tab-separated values.
    What does not load is explained on stderr.

    Args:
        json: One JSON document instead of a table.
        no_color: No colours; the environment variable NO_COLOR does the same.
    """
    from beautyspot_cli.inventory import take  # noqa: PLC0415  # keeps --help fast
    from beautyspot_cli.output import complain, write  # noqa: PLC0415

    rows = take(reserved={"plugins"})
    for lost in registry.unreadable():
        complain(f"{lost}: if it brings plugins, they are not found. Install it again")
    write(rows, name="plugins", as_json=json, color=not no_color)
    broken = [row for row in rows if row.error is not None]
    for row in broken:
        complain(f"{row.group} {row.name!r} does not load: {row.error}")
    return 1 if broken else 0
