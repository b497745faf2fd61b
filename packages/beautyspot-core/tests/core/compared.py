"""The texts of calls, and what is shown of their differences."""

from beautyspot.core.difference import differences
from beautyspot.core.plain import plain_text

SHA = "0123456789abcdef" * 4


def rows(wanted: str, stored: str):
    found = differences(wanted, stored)
    assert found is not None
    return [(each.path, each.wanted, each.stored) for each in found.shown]


def tagged(tag: str, **members: object):
    return {"$": tag, **members}


def call(node: object) -> str:
    return plain_text({"x": node})
