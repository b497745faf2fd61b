"""Which stored call is the nearest."""

from beautyspot.core.difference import nearest
from beautyspot.core.encoding import canonical_text
from beautyspot.core.kept_arguments import kept_arguments
from beautyspot.core.model import TaskRecord

from .compared import rows


def record(arguments: str | None, key: str = "k") -> TaskRecord:
    return TaskRecord(cache_key=key, func_name="f", input_id="", updated_at=0, arguments=arguments)


def test_a_large_argument_is_named_when_it_differs():
    """Of what was kept as a digest type and size are known."""
    stored = kept_arguments(canonical_text({"x": list(range(9_999)), "y": 1}))
    same = canonical_text({"x": list(range(9_999)), "y": 2})
    other = canonical_text({"x": list(range(10_000)), "y": 1})

    assert stored is not None
    assert rows(same, stored) == [("y", "2", "1")]
    assert rows(other, stored) == [
        ("x", "<list of 10,000 items, sha256 a74675bf>", "<list of 9,999 items, sha256 240fbc93>")
    ]
    assert rows(other, canonical_text({"x": [0, 0], "y": 1})) == [
        ("x", "<list of 10,000 items, sha256 a74675bf>", "[0, 0]")
    ]


def nearest_of(wanted: dict[str, object], *stored: dict[str, object]) -> str | None:
    records = [record(canonical_text(each), str(n)) for n, each in enumerate(stored)]
    found = nearest(canonical_text(wanted), records)
    return None if found is None else found.cache_key


def test_the_nearest_call_differs_in_the_fewest_arguments():
    """However much differs in one of them."""
    wanted = {"a": 1, "b": 2, "c": [0] * 9}

    assert "1" == nearest_of(wanted, {**wanted, "a": 0, "b": 0}, {**wanted, "c": [1] * 9})


def test_among_those_the_fewest_places_decide():
    """Inside the arguments."""
    assert "1" == nearest_of({"c": [0] * 9}, {"c": [1] * 9}, {"c": [0] * 8 + [1]}, {"c": [1] * 8})


def test_of_equally_near_calls_the_first_is_taken():
    """The candidates come newest first."""
    assert "0" == nearest_of({"a": 1}, {"a": 2}, {"a": 3})


def test_calls_that_cannot_be_compared_are_passed_over():
    """Without arguments, with foreign ones, with such as only look like ours."""
    others = [None, "", "{", '{"x":1}x', '{"x":1e5,"y":2}', "[" * 100_000]
    records = [record(each, "no") for each in others] + [record('{"x":1,"y":3}', "yes")]
    found = nearest('{"x":1,"y":2}', records)

    assert found is not None
    assert "yes" == found.cache_key


def test_without_a_call_that_can_be_compared_there_is_none():
    """And none for a text that is none."""
    assert nearest('{"x":1}', [record(None), record("")]) is None
    assert nearest('{"x":1}', []) is None
    assert nearest("{", [record('{"x":1}')]) is None


def test_large_arguments_are_compared_by_digest():
    """The nearest call is the one with the same large argument."""
    large, other = list(range(5_000)), list(range(5_001))
    stored = [{"x": other, "y": 2}, {"x": large, "y": 2}]
    texts = [kept_arguments(canonical_text(each)) for each in stored]
    records = [record(kept, str(n)) for n, kept in enumerate(texts)]
    found = nearest(canonical_text({"x": large, "y": 1}), records)

    assert found is not None
    assert "1" == found.cache_key
