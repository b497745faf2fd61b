"""What is kept of the arguments of a call, next to its result."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beautyspot.core.encoding import canonical_text
from beautyspot.core.kept_arguments import KEPT_LIMIT, digest_of, kept_arguments, parts_of
from beautyspot.core.plain import plain_text
from beautyspot.testing.serializers import plain_values


def text(**arguments: object) -> str:
    return canonical_text(arguments)


def nodes(kept: str | None):
    parts = parts_of(kept or "")
    return None if parts is None else {name: part.node for name, part in parts.items()}


@given(st.dictionaries(st.text(max_size=5), plain_values(), max_size=4))
def test_a_text_is_taken_apart_by_argument(arguments: dict[str, object]):
    """Each part is the text of its argument, as it would be alone, and what that says."""
    parts = parts_of(canonical_text(arguments))

    assert parts is not None
    assert arguments.keys() == parts.keys()
    for name, part in parts.items():
        assert canonical_text({"x": arguments[name]}) == f'{{"x":{part.text}}}'
        assert part.text == plain_text(part.node)


@pytest.mark.parametrize(
    "foreign",
    ["", "{", "}", "x", "null", "[]", "[1}", '{"a"}', '{"a":1', '{"a":1,}', '{"a":1}}', '{"a":1}x',
     '{"a" :1}', ' {"a":1}', '{"a":1 }', '{1:2}', '{"a":1,"a":2}', '{"a":1"b":2}', "{,}",
     '{"a";1}', '{"a":' + "[" * 100_000, '{"a":' + "[" * 100_000 + "]" * 100_000 + "}",
     '{"a":' + "1" * 5_000 + "}", '{"\\ud8'],
)  # fmt: skip
def test_what_is_no_text_of_ours_has_no_parts(foreign: str):
    """A database can hold anything; none of it is an error."""
    assert parts_of(foreign) is None


@given(st.text(alphabet='{}[]":,\\$av1e-. nul', max_size=30))
def test_garbage_is_read_without_an_error(garbage: str):
    """It has parts or none."""
    parts = parts_of(garbage)

    assert parts is None or garbage[0] + garbage[-1] == "{}"


def test_a_short_text_is_kept_as_it_is():
    """Up to the limit, which is included."""
    exact = text(x=["a" * 1_000] * 4, y="b" * (KEPT_LIMIT - 4_026))

    assert KEPT_LIMIT == len(exact)
    assert exact == kept_arguments(exact)


def test_in_a_longer_text_the_largest_arguments_stand_as_digests():
    """As many as it takes; the others stay readable."""
    large, medium = list(range(5_000)), ["m" * 100] * 30
    kept = kept_arguments(text(medium=medium, large=large, small=(1, "a")))
    digest = sha256(f"[{','.join(map(str, large))}]".encode()).hexdigest()

    assert nodes(kept) == {
        "large": {"$": "digest", "n": 5_000, "t": "list", "v": digest[:16]},
        "medium": medium,
        "small": {"$": "tuple", "v": [1, "a"]},
    }


def test_a_digest_says_type_and_size():
    """What stands in a tag is meant, not the tag's own form."""
    whole = text(a=tuple(range(3_000)), b=set(range(3_000)), c=dict.fromkeys(range(3_000)))
    kept = nodes(kept_arguments(whole))

    assert kept is not None
    assert [("tuple", 3_000), ("set", 3_000), ("dict", 3_000)] == [
        (node["t"], node["n"]) for node in kept.values()
    ]


def test_a_digest_depends_on_the_content_alone():
    """Equal for equal arguments, whatever stands beside them."""
    one = nodes(kept_arguments(text(x=list(range(5_000)), y=1)))
    two = nodes(kept_arguments(text(x=list(range(5_000)), z=[2] * 5_000)))
    other = nodes(kept_arguments(text(x=[*range(4_999), 0], y=1)))

    assert one is not None
    assert two is not None
    assert other is not None
    assert one["x"] == two["x"]
    assert one["x"] != other["x"]


def test_a_digest_stands_for_itself():
    """What is kept can be shortened again."""
    kept = kept_arguments(text(x=list(range(5_000))))
    parts = parts_of(kept or "")

    assert parts is not None
    assert parts["x"].node == digest_of(parts["x"])


@given(st.dictionaries(st.text(max_size=5), plain_values(), max_size=60), st.integers(0, 2_000))
def test_what_is_kept_is_short_and_names_every_argument(arguments: dict[str, object], more: int):
    """Or nothing is kept."""
    arguments["more"] = [0] * more
    kept = kept_arguments(canonical_text(arguments))

    assert kept is None or len(kept) <= KEPT_LIMIT
    assert kept is None or arguments.keys() == nodes(kept).keys()


@given(st.dictionaries(st.text(max_size=5), plain_values(), max_size=4))
def test_what_is_kept_is_canonical_itself(arguments: dict[str, object]):
    """It is compared as such."""
    kept = kept_arguments(canonical_text({**arguments, "more": list(range(5_000))}))

    assert kept is None or kept == plain_text(nodes(kept))


@pytest.mark.parametrize("value", ["\ud83d", ["\udc00"] * 3_000])
def test_of_half_a_character_nothing_is_kept(value: object):
    """No database takes it as text."""
    assert kept_arguments(text(x=value)) is None


def test_of_more_names_than_there_is_room_for_nothing_is_kept():
    """Even as digests they are too long."""
    assert kept_arguments(canonical_text({f"argument_{n}": n for n in range(300)})) is None


def test_of_a_huge_text_nothing_is_kept():
    """To take it apart would take longer than it is worth."""
    assert kept_arguments('{"x":"' + "a" * 8_400_000 + '"}') is None
