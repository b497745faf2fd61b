"""Why a call is answered from the store, or why it runs."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beautyspot.core.difference import Difference
from beautyspot.core.encoding import canonical_text
from beautyspot.core.errors import (
    CacheCorruptedError,
    SchemaChanged,
    StoreUnavailable,
    UncacheableArgument,
)
from beautyspot.core.explaining import CANDIDATES, Wanted, explain, refused
from beautyspot.core.explanation import Explanation, Verdict
from beautyspot.core.judge import ABSENT, Damaged, Expired, Outdated, Unreachable
from beautyspot.core.keys import digest
from beautyspot.core.model import Entry, Stamp, TaskRecord

NOW = 1_800_000_000_000_000
HOUR = 3_600_000_000
ENTRY = Entry(b"", None, None, None, None, "old code")


def text(**arguments: object) -> str:
    return canonical_text(arguments)


def wanted(arguments: str = text(n=1), **fields) -> Wanted:
    return Wanted(**{"key": "k", "func_name": "app.f", "arguments": arguments, **fields})


def record(said: str, **fields) -> TaskRecord:
    return TaskRecord(
        **{
            "cache_key": "other",
            "func_name": "app.f",
            "input_id": digest(said),
            "updated_at": NOW - HOUR,
            "arguments": said,
            **fields,
        }
    )


def nothing(_fingerprint: str) -> tuple[str, ...]:
    return ()


def changed(fingerprint: str) -> tuple[str, ...]:
    return ("f() itself", "helper parse()") if fingerprint == "old code" else ()


def never() -> list[TaskRecord]:
    raise AssertionError("records were asked for without need")


def explained(*records: TaskRecord, call: Wanted | None = None, found=ABSENT, code=nothing):
    return explain(call or wanted(), found, NOW, lambda: records, code)


# -- the verdict -----------------------------------------------------------------------------------


def test_a_hit_is_a_hit():
    """Nobody looks any further."""
    found = explain(wanted(), ENTRY, NOW, never, nothing)

    assert Explanation(func_name="app.f", verdict=Verdict.HIT, key="k") == found


def test_a_hit_says_what_has_changed_since():
    """A result of other code may well be answered."""
    found = explain(wanted(), ENTRY, NOW, never, changed)

    assert "Changed since it was stored: f() itself, helper parse()" == found.detail


@pytest.mark.parametrize(
    ("miss", "verdict", "detail"),
    [
        (Damaged(CacheCorruptedError("bad")), Verdict.CORRUPT, "CacheCorruptedError: bad"),
        (Outdated(SchemaChanged("new")), Verdict.SCHEMA_CHANGED, "SchemaChanged: new"),
        (Unreachable(StoreUnavailable("no")), Verdict.UNREACHABLE, "StoreUnavailable: no"),
    ],
)
def test_an_error_is_told(miss, verdict: Verdict, detail: str):
    """Nobody looks any further: the store is in trouble."""
    found = explain(wanted(), miss, NOW, never, nothing)

    assert (verdict, detail) == (found.verdict, found.detail)


def test_an_error_that_cannot_be_told_is_named():
    """Errors can be foreign."""

    class Mute(Exception):
        def __str__(self) -> str:
            raise RuntimeError("not telling")

    found = explain(wanted(), Unreachable(Mute()), NOW, never, nothing)

    assert "Mute" == found.detail


def test_without_a_record_nothing_is_stored():
    assert Verdict.NO_ENTRY is explained().verdict


def test_an_expired_result_says_when():
    own = record(text(n=1), cache_key="k", expires_at=NOW - HOUR)
    found = explained(record(text(n=2)), own, found=Expired())

    assert Verdict.EXPIRED is found.verdict
    assert "It counted until 2027-01-15 07:00:00 UTC; it is 2027-01-15 08:00:00 UTC" == found.detail


def test_a_result_can_have_expired_before_all_that_is_looked_at():
    """Then nobody knows when."""
    found = explained(record(text(n=2)), found=Expired())

    assert (Verdict.EXPIRED, "") == (found.verdict, found.detail)


def test_what_is_stored_since_the_look_up_is_seen():
    """The records are asked for later."""
    own = record(text(n=1), cache_key="k")

    assert Verdict.HIT is explained(own).verdict


def test_the_same_arguments_of_another_version():
    """Which one, and how to have it again."""
    other = record(text(n=1), version="1")
    found = explained(record(text(n=2)), other, call=wanted(version="2"))

    assert Verdict.OTHER_VERSION is found.verdict
    assert "1" == found.stored_version
    assert Stamp("other", NOW - HOUR) == found.nearest
    assert "It is version '2' now, and the result is of version '1'" == found.detail
    assert "version='1'" in found.advice


def test_the_same_arguments_of_other_code():
    """What changed, when the code is part of the key."""
    old = record(text(n=1), fingerprint="old code")
    found = explained(old, call=wanted(code_counts=True), code=changed)

    assert Verdict.CODE_CHANGED is found.verdict
    assert "Changed since it was stored: f() itself, helper parse()" == found.detail


@pytest.mark.parametrize(
    ("fingerprint", "code_counts"), [("same", True), (None, True), ("old code", False)]
)
def test_the_same_arguments_under_another_key(fingerprint: str | None, code_counts: bool):
    """Code is no reason when it is the same, unknown, or no part of the key."""
    other = record(text(n=1), fingerprint=fingerprint)
    found = explained(other, call=wanted(code_counts=code_counts), code=changed)

    assert Verdict.OTHER_CLOSURE is found.verdict


def test_the_same_version_says_more_than_another():
    """Even an older result."""
    other, same = record(text(n=1), version="1"), record(text(n=1))

    assert Verdict.OTHER_CLOSURE is explained(other, same).verdict


def test_other_arguments_are_compared_with_the_nearest_call():
    call = wanted(text(n=1, m=1))
    found = explained(record(text(n=2, m=2)), record(text(n=2, m=1), cache_key="near"), call=call)

    assert Verdict.ARGUMENTS is found.verdict
    assert (Difference("n", "1", "2"),) == found.differences
    assert Stamp("near", NOW - HOUR) == found.nearest
    assert "mark(ignore=('n',))" in found.advice


def test_a_call_of_the_same_version_is_preferred():
    """Even where one of another version is nearer."""
    call = wanted(text(a=1, b=2), version="2")
    near, same = record(text(a=1, b=0), version="1"), record(text(a=0, b=0), version="2")

    assert "2" == explained(near, same, call=call).stored_version


def test_a_nearest_call_of_another_version_says_so():
    found = explained(record(text(n=2), version="1"))

    assert "That call is of version '1'" == found.detail
    assert (Difference("n", "1", "2"),) == found.differences


def test_differences_beyond_the_shown_are_counted():
    found = explained(record(text(n=[2] * 50)), call=wanted(text(n=[1] * 50)))

    assert (20, 30) == (len(found.differences), found.more)


@pytest.mark.parametrize("kept", [None, "garbage", '{"n":1e5}', b'{"n":2}', 7])
def test_calls_without_arguments_cannot_be_compared(kept):
    """Not kept, or not ours."""
    other = record(text(n=2), arguments=kept)

    assert Verdict.NOT_COMPARABLE is explained(other).verdict


def test_only_so_many_records_are_looked_at():
    """A source without end is no trouble."""

    def endless():
        while True:
            yield record(text(n=2), arguments=None)

    assert 1_000 == CANDIDATES
    assert Verdict.NOT_COMPARABLE is explain(wanted(), ABSENT, NOW, endless, nothing).verdict


def test_a_refused_argument_is_named():
    """There is no key, and no store is asked."""
    found = refused("app.f", UncacheableArgument("n['a']", "builtins.object", "it is bare"))

    assert (Verdict.UNCACHEABLE, None) == (found.verdict, found.key)
    assert found.detail.startswith("n['a'] is a builtins.object: it is bare. ")


# -- how it reads ----------------------------------------------------------------------------------


def test_an_explanation_reads_as_text():
    found = explained(
        record(text(n=1.0, options={"stop": ["a"]}, prompt="p" * 70 + "!")),
        call=wanted(text(n=1, options={"stop": ("a",)}, prompt="p" * 70 + "?")),
    )

    assert repr(found) == str(found)
    assert str(found) == (
        "app.f runs: it was not called with these arguments before.\n"
        "  n: 1, stored: 1.0\n"
        "  options['stop']: ('a',), stored: ['a']\n"
        "  prompt: ...'pppppppppppppppp?', stored: ...'pppppppppppppppp!'\n"
        "  The nearest stored call was kept at 2027-01-15 07:00:00 UTC.\n"
        "  What does not count can be left out of the key: mark(ignore=('n', 'options', 'prompt'))."
    )


def test_sides_that_do_not_fit_on_a_line_have_their_own():
    found = explained(record(text(n=list(range(-99, 0)))), call=wanted(text(n="a" * 55)))

    assert str(found).splitlines()[1:4] == [
        "  n:",
        f"      '{'a' * 55}'",
        f"      stored: {str(list(range(-99, 0)))[:77]}...",
    ]


EXPLANATIONS = st.builds(
    Explanation,
    func_name=st.text(min_size=1),
    verdict=st.sampled_from(Verdict),
    key=st.none() | st.text(),
    differences=st.lists(
        st.builds(Difference, *([st.from_regex(r"[a-z' \[\]<>&\"]{1,80}", fullmatch=True)] * 3))
    ).map(tuple),
    more=st.integers(0, 1_000),
    nearest=st.none() | st.builds(Stamp, st.text(), st.integers()),
    stored_version=st.none() | st.text(),
    detail=st.text() | st.text(alphabet="ab ", min_size=2_000),
)


@given(EXPLANATIONS)
def test_every_line_fits_in_a_hundred_columns(explanation: Explanation):
    """And moves no cursor, whatever an error or a database says."""
    for line in str(explanation).split("\n"):
        assert len(line) <= 100
        assert line.isprintable()


@pytest.mark.parametrize("at", [10**30, "yesterday", float("nan"), b"\n" * 100])
def test_a_time_that_is_none_is_shown_as_it_is(at):
    """A database can hold it."""
    found = explained(record(text(n=2), updated_at=at))

    assert f"The nearest stored call was kept at {ascii(at)[:37]}" in str(found)


@given(EXPLANATIONS)
def test_in_a_notebook_nothing_of_it_is_markup(explanation: Explanation):
    """The only tags are those of a table and its paragraphs."""
    tags = re.findall(r"<[^>]*>", explanation._repr_html_())

    assert set(tags) <= {
        f"<{slash}{tag}>" for slash in ("", "/") for tag in ("p", "table", "tr", "th", "td", "code")
    }


def test_in_a_notebook_it_is_a_table():
    html = explained(record(text(n="<b>")))._repr_html_()

    assert "<tr><td><code>n</code></td><td><code>1</code></td>" in html
    assert "<td><code>&#x27;&lt;b&gt;&#x27;</code></td></tr>" in html
    assert "ignore=(&#x27;n&#x27;,)" in html


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_says_what_becomes_of_the_call(verdict: Verdict):
    """In a text that has no gaps left to fill."""
    found = Explanation(
        func_name="app.f",
        verdict=verdict,
        key="k",
        differences=(Difference("n", "1", "2"),),
        stored_version="1",
    )

    assert str(found).startswith("app.f ")
    assert "{" not in str(found)


def test_advice_names_arguments_only():
    """What a key function answered cannot be ignored."""
    found = explained(record(text(**{"key()": 2})), call=wanted(text(**{"key()": 1})))

    assert "" == found.advice
