"""Adapters as the ports want them: made of a URL by a plugin, or handed over by the user.

What cannot work is refused when the Spot is made, and not by the first call.
"""

import inspect
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, TypeVar

from beautyspot import metadata, plugins
from beautyspot.core.errors import BeautySpotError, ConfigurationError, PluginBroken

__all__ = ["checked", "made"]

T = TypeVar("T")

#: What an adapter of each group is called.
_WORDS: Final = MappingProxyType(
    {
        "task_dbs": "task database",
        "blob_stores": "blob store",
        "serializers": "serializer",
        "limiters": "limiter",
    }
)
#: The methods of each port that block; without one of them nothing works.
_METHODS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "task_dbs": ("init_schema", "get", "save", "delete"),
        "blob_stores": ("save", "load", "delete"),
        "serializers": ("dumps", "loads"),
        "limiters": ("acquire", "try_acquire", "tighten"),
    }
)
#: And those that a coroutine function waits for.
_AWAITED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({"limiters": ("acquire_async",)})


def made(group: str, scheme: str, url: str, options: Mapping[str, object]) -> object:
    """Answer the adapter that an installed plugin makes of a URL. No error shows the URL.

    Args:
        group: of ``plugins.GROUPS``; not ``commands``.
        scheme: of the URL, the name of the plugin.
        url: as the user wrote it.
        options: passed on by name.

    Raises:
        ConfigurationError: the plugin refuses the URL or an option.
        PluginNotFound: nothing installed has that name.
        PluginBroken: it does not load, several have the name, or what it makes is no adapter.
    """
    plugin = plugins.find(group, scheme)
    factory = plugin.factory()
    _check_call(plugin, factory, url, options)
    try:
        adapter = factory(url, **options)
    except BeautySpotError:
        raise
    except (Exception, SystemExit) as error:  # foreign code, which can raise anything
        msg = (
            f"{plugin} cannot make a {_WORDS[group]} of its URL ({metadata.said(error)}): "
            "check the URL, then ask the plugin's authors"
        )
        raise PluginBroken(msg) from error
    if inspect.iscoroutine(adapter):
        adapter.close()  # else Python warns that nobody awaited it
    if wrong := _shortcoming(group, adapter):
        kind = type(adapter).__name__
        msg = (
            f"{plugin} made a {kind} of its URL, which is no {_WORDS[group]} ({wrong}): "
            "ask the plugin's authors, or use another version"
        )
        raise PluginBroken(msg)
    return adapter


def checked(group: str, option: str, adapter: T) -> T:
    """Answer the adapter that the user handed over.

    Raises:
        ConfigurationError: it lacks methods of the port.
    """
    wrong = _shortcoming(group, adapter)
    if not wrong:
        return adapter
    msg = (
        f"{option}={adapter!r} cannot be used ({wrong}): expected a path, a URL such as "
        f"'sqlite:///results.db', or an instance with {', '.join(_all_methods(group))}"
    )
    raise ConfigurationError(msg)


def _check_call(
    plugin: plugins.Plugin,
    factory: Callable[..., object],
    url: str,
    options: Mapping[str, object],
) -> None:
    """Refuse a ``from_url`` that cannot be called so, in better words than Python has for it."""
    try:
        signature = inspect.signature(factory)
    except (TypeError, ValueError):  # made in C: the call itself will tell
        return
    try:
        signature.bind(url)
    except TypeError as error:
        msg = (
            f"{plugin} cannot be called with a URL alone ({error}): its authors have to write "
            "a class method from_url(cls, url, **options)"
        )
        raise PluginBroken(msg) from error
    try:
        signature.bind(url, **options)
    except TypeError as error:
        said = ", ".join(f"{name}={value!r}" for name, value in options.items())
        msg = (
            f"{plugin} cannot be given {said} ({error}): leave that out, or ask its authors "
            "for from_url(cls, url, **options)"
        )
        raise PluginBroken(msg) from error


def _all_methods(group: str) -> tuple[str, ...]:
    return (*_METHODS[group], *_AWAITED.get(group, ()))


def _shortcoming(group: str, adapter: object) -> str:
    """Say in a few words why this is no adapter of a group; nothing: it is one."""
    if isinstance(adapter, type):
        return "a class"
    methods = {name: getattr(adapter, name, None) for name in _all_methods(group)}
    if missing := [name for name, method in methods.items() if not callable(method)]:
        return f"without {', '.join(missing)}"
    blocking = {name: methods[name] for name in _METHODS[group]}
    awaited = [name for name, method in blocking.items() if inspect.iscoroutinefunction(method)]
    return f"{', '.join(awaited)} have to block, not to be awaited" if awaited else ""
