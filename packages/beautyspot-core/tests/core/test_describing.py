"""What others say about the content of values: written with their tag, refused by its path."""

from dataclasses import dataclass, field

import pytest

from beautyspot.core.content import Content, NoContent
from beautyspot.core.encoding import canonical_text
from beautyspot.core.errors import UncacheableArgument
from beautyspot.core.plain import DEPTH_LIMIT


@dataclass(eq=False)
class Thing:
    """Something that is described by what it holds."""

    tag: str = "thing"
    labels: dict = field(default_factory=dict)
    attributes: dict = field(default_factory=dict)


class Bare:
    """Something that has no content."""


class Odd:
    """Something that cannot be described."""


class Mute(Exception):
    def __str__(self):
        raise LookupError("not telling")


def describe(value):
    match value:
        case Thing():
            return Content(value.tag, value.labels, value.attributes)
        case Bare():
            raise NoContent("it is bare")
        case range():
            return Content("range", value=list(value))
        case Odd():
            raise Mute
        case _:
            raise LookupError(f"nobody knows {value!r}")


def text(value):
    return canonical_text({"x": value}, describe)


def refusal(value):
    with pytest.raises(UncacheableArgument) as caught:
        text(value)
    return caught.value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Thing(), '{"$":"thing"}'),
        (Thing(labels={"n": 1}), '{"$":"thing","n":1}'),
        (Thing("t", {}, {"b": (1,), "a": 2}), '{"$":"t","a":{"a":2,"b":{"$":"tuple","v":[1]}}}'),
        ([range(2)], '[{"$":"range","v":[0,1]}]'),
        (Content("ignored"), '{"$":"ignored"}'),
        (Content("file", {"n": 1}, {"p": 1}, None), '{"$":"file","a":{"p":1},"n":1,"v":null}'),
        ({"a": [Content("q", value=range(0))]}, '{"a":[{"$":"q","v":{"$":"range","v":[]}}]}'),
        ({Thing("q"): 1}, '{"$":"dict","v":[[{"$":"q"},1]]}'),
    ],
)  # fmt: skip
def test_content_is_written_with_its_tag_labels_attributes_and_value(value, expected):
    """A Content that stands for a value is written as one that describes it."""
    assert text(value) == f'{{"x":{expected}}}'


@pytest.mark.parametrize("name", ["$", "a", "v"])
@pytest.mark.parametrize("attributes", [{}, {"b": 1}])
def test_no_label_takes_the_place_of_the_tag_the_attributes_or_the_value(name, attributes):
    """Two contents would be written alike: one of them without what the label says."""
    labelled = Thing(labels={"n": 1, name: "tuple"}, attributes=attributes)

    refused = refusal([labelled])

    assert refused.path == "x[0]"
    assert f"label {name!r}" in refused.reason


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (Bare(), "x"),
        ([Bare()], "x[0]"),
        (Thing(attributes={"a": 1, "lock": Bare()}), "x.lock"),
        ({"client": [Thing(attributes={"lock": Bare()})]}, "x['client'][0].lock"),
        (Content("file", value=[0, Bare()]), "x[1]"),
        (Thing(attributes={"a": Thing(attributes={"b": {"c": Bare()}})}), "x.a.b['c']"),
    ],
)
def test_what_has_no_content_is_named_by_its_path(value, path):
    """The path goes through attributes as one would write it; a value continues it directly."""
    refused = refusal(value)

    assert (path, "it is bare") == (refused.path, refused.reason)


def test_an_error_in_describing_is_a_refusal_with_the_error_as_its_cause():
    """Foreign code may go wrong in every way, and the function is called all the same."""
    refused = refusal([1, Thing(attributes={"a": 1j, "b": Ellipsis})])

    assert refused.path == "x[1].b"
    assert "LookupError: nobody knows Ellipsis" in refused.reason
    assert isinstance(refused.__cause__, LookupError)


def test_an_error_that_cannot_be_told_is_a_refusal():
    """The kind of the error is told instead."""
    assert "Mute" in refusal(Odd()).reason


@pytest.mark.parametrize("name", [1, None, "$", type("Name", (str,), {})("a")])
def test_names_of_attributes_are_text(name):
    """JSON would write 1 and "1" alike."""
    refused = refusal([Thing(attributes={name: 1})])

    assert refused.path == "x[0]"
    assert "name" in refused.reason


def test_a_cycle_through_attributes_is_written():
    """Who knows its parent has content."""
    parent, child = Thing(), Thing()
    parent.attributes["child"] = [child]
    child.attributes["parent"] = parent

    assert text(parent) == (
        '{"x":{"$":"thing","a":{"child":[{"$":"thing","a":{"parent":{"$":"cycle","up":3}}}]}}}'
    )


def test_content_that_is_the_value_itself_is_none():
    """All who say so would have one key."""

    class Self: ...

    with pytest.raises(UncacheableArgument, match="its content is itself"):
        canonical_text({"x": [Self()]}, lambda value: Content("key", value=value))


def test_content_that_never_ends_is_refused():
    """Attributes that are made anew each time are no cycle, but have no end."""
    with pytest.raises(UncacheableArgument, match="nested more than 150 deep"):
        canonical_text({"x": object()}, lambda _: Content("endless", value=object()))


def nested(depth):
    value = Thing()
    for _ in range(depth - 1):
        value = Thing(attributes={"inner": value})
    return value


def test_described_values_count_as_containers():
    """The limit of depth is theirs as well."""
    assert text(nested(DEPTH_LIMIT)).count("thing") == DEPTH_LIMIT
    assert "nested more than 150 deep" in refusal(nested(DEPTH_LIMIT + 1)).reason


def test_many_values_in_described_ones_are_refused():
    """What would be a thousand million values when written out is refused."""
    value = Thing(attributes={f"a{n}": None for n in range(100_000)})
    for _ in range(30):
        value = Thing(attributes={"one": value, "two": value})

    assert "more than 5,000,000 values" in refusal(value).reason


def test_described_members_of_sets_are_in_the_order_of_their_texts():
    """The order of a set is no content, whatever it holds."""
    one, two = ({Thing("b"), Thing("a", {"n": n}), 3} for n in (1, 2))

    assert text(one) == '{"x":{"$":"set","v":[3,{"$":"a","n":1},{"$":"b"}]}}'
    assert text(one) != text(two)
