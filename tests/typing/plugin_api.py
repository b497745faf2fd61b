"""What ``beautyspot.plugins`` promises to type checkers. mypy and pyright read this."""

from collections.abc import Callable, Mapping
from typing import assert_type

from beautyspot import plugins

assert_type(plugins.GROUPS, Mapping[str, str])
assert_type(plugins.installed(), tuple[plugins.Plugin, ...])
assert_type(plugins.installed("task_dbs"), tuple[plugins.Plugin, ...])
assert_type(plugins.find("task_dbs", "sqlite"), plugins.Plugin)
assert_type(plugins.find("task_dbs", "sqlite").load(), object)
assert_type(plugins.find("task_dbs", "sqlite").distribution, str | None)
assert_type(plugins.find("task_dbs", "sqlite").owner, str)
assert_type(plugins.find("task_dbs", "sqlite").factory(), Callable[..., object])
assert_type(plugins.unreadable(), tuple[str, ...])
