"""Rules about how long results are kept."""

from datetime import timedelta

import pytest

from beautyspot.core.errors import ValidationError
from beautyspot.core.lifecycle import LifecyclePolicy, Rule
from beautyspot.core.retention import FOREVER, Retention, parse_retention


@pytest.mark.parametrize(
    ("pattern", "func_name", "expected"),
    [
        ("app.llm.summarise", "app.llm.summarise", True),
        ("app.llm.*", "app.llm.summarise", True),
        ("app.llm.*", "app.llm.Client.ask", True),
        ("app.*", "happy.llm.ask", False),
        ("*.ask", "app.llm.Client.ask", True),
        ("ask", "app.llm.Client.ask", True),
        ("as?", "app.llm.ask", True),
        ("[ab]sk", "app.llm.ask", True),
        ("Client.ask", "app.llm.Client.ask", False),
        ("llm.*", "app.llm.ask", False),
        ("ASK", "app.llm.ask", False),
        ("inner", "app.outer.<locals>.inner", True),
        ("*", "f", True),
        ("f", "f", True),
        ("要約*", "モジュール.要約する", True),
    ],
)
def test_a_pattern_is_matched_with_the_whole_name_or_its_last_part(pattern, func_name, expected):
    assert expected == Rule(pattern, "1d").matches(func_name)


def test_the_first_rule_that_matches_says_it():
    """By either name: a catch-all at the end takes nothing from the rules before it."""
    policy = LifecyclePolicy([Rule("ask", "30d"), Rule("app.*", "7d"), Rule("*", FOREVER)])

    assert "30d" == policy.retention_of("app.llm.ask")
    assert "7d" == policy.retention_of("app.llm.tell")
    assert FOREVER == policy.retention_of("other.tell")


def test_without_a_rule_that_matches_the_default_counts():
    assert "1h" == LifecyclePolicy([Rule("ask", "30d")], default_retention="1h").retention_of("f")
    assert LifecyclePolicy([Rule("ask", "30d")]).retention_of("f") is None
    assert "1h" == LifecyclePolicy(default_retention="1h").retention_of("f")


def test_a_rule_may_say_for_ever():
    """None in a rule is an answer, and does not lead on to the next one."""
    policy = LifecyclePolicy([Rule("ask", None), Rule("*", "1d")])

    assert policy.retention_of("ask") is None


def test_a_list_that_is_changed_later_changes_no_policy():
    rules = [Rule("*", "1d")]
    policy = LifecyclePolicy(rules)
    rules.clear()

    assert "1d" == policy.retention_of("f")


@pytest.mark.parametrize(
    ("pattern", "retention", "message"),
    [
        ("", "1d", "pattern='' matches no function"),
        (" ", "1d", "matches no function"),
        (None, "1d", "pattern=None matches no function"),
        ("app.llm:ask", "1d", "'app.llm.ask'"),
        ("ask", "soon", "retention='soon'"),
        ("ask", 0, "retention=0 is not"),
        ("ask", timedelta(0), "is not a time to keep results"),
        ("ask", True, "retention=True"),
    ],
)
def test_a_bad_rule_is_refused(pattern, retention, message):
    with pytest.raises(ValidationError, match=message):
        Rule(pattern, retention)


@pytest.mark.parametrize("rules", [None, 3, "ask", {"ask": "1d"}, [("ask", "1d")], Rule("a", "1d")])
def test_what_are_no_rules_is_refused(rules):
    with pytest.raises(ValidationError, match=r"expected \[Rule\("):
        LifecyclePolicy(rules)


def test_a_bad_default_is_refused():
    with pytest.raises(ValidationError, match="retention='soon'"):
        LifecyclePolicy(default_retention="soon")


def test_retentions_without_an_end_have_names():
    """All of them mean the same, and are the text that a profile would say."""
    assert parse_retention(Retention.FOREVER) is parse_retention(Retention.INDEFINITE) is None
    assert Retention.INDEFINITE is Retention.FOREVER
    assert "forever" == f"{Retention.FOREVER}"
