"""What a plugin makes of a URL is an adapter, or is refused when the Spot is made."""

import pytest

import beautyspot as bs
from beautyspot import adapters
from beautyspot.core.errors import ConfigurationError, PluginBroken, StoreUnavailable

STORE = """
class Tape:
    @classmethod
    def from_url(cls, url, **options):
        tape = cls()
        tape.said = (url, options)
        return tape

    def save(self, key, data): ...
    def load(self, location): ...
    def delete(self, location): ...
"""


def made_of(url: str, **options: object) -> bs.Spot:
    return bs.Spot("s", storage=url, **options)


def test_a_url_makes_the_adapter(plugin):
    """It is given the URL as it was written; options only where there are any."""
    url = plugin(STORE)

    assert (url, {}) == made_of(url)._blobs.said
    assert (url, {"durable": True}) == made_of(url, durable=True)._blobs.said


def test_the_scheme_is_found_in_any_case(plugin):
    """As everywhere with URLs; the adapter is given it as it was written."""
    plugin(STORE)

    assert "TAPE://reel" == made_of("TAPE://reel")._blobs.said[0]


@pytest.mark.parametrize(
    ("from_url", "match"),
    [
        ("", "has no from_url"),
        ("from_url = 'tape'", "has no from_url"),
        ("def from_url(self, url, **options): ...", "cannot be called with a URL alone.*class"),
        ("@classmethod\n    def from_url(cls): ...", "cannot be called with a URL alone"),
        ("@classmethod\n    def from_url(cls, url, bucket): ...", "missing .*'bucket'"),
        (
            "@classmethod\n    def from_url(cls, url): raise ValueError('no reel')",
            r"cannot make a blob store of its URL \(ValueError: no reel\)",
        ),
        (
            "@classmethod\n    def from_url(cls, url): raise SystemExit(3)",
            r"cannot make a blob store of its URL \(SystemExit: 3\)",
        ),
        ("@classmethod\n    def from_url(cls, url): ...", "made a NoneType .*save, load, delete"),
        ("@classmethod\n    def from_url(cls, url): return cls", "made a type .*a class"),
        (
            "@classmethod\n    async def from_url(cls, url): return cls()",
            "made a coroutine .*without save, load, delete",
        ),
        (
            "@classmethod\n    def from_url(cls, url): return cls()\n    def load(self, l): ...",
            r"made a Tape .*no blob store \(without save, delete\)",
        ),
        (
            "@classmethod\n    def from_url(cls, url): return cls()\n"
            "    async def save(self, key, data): ...\n"
            "    async def load(self, location): ...\n"
            "    def delete(self, location): ...",
            "save, load have to block, not to be awaited",
        ),
    ],
)
def test_what_makes_no_adapter_is_refused_at_once(plugin, from_url: str, match: str):
    """The error names the plugin and its distribution, what is wrong, and no secret of the URL."""
    url = plugin(f"class Tape:\n    {from_url or 'pass'}\n")

    with pytest.raises(PluginBroken, match=match) as caught:
        made_of(url)

    assert "'tape' (spot_tape:Tape) of spot-tape 1.2" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_an_option_that_it_does_not_know_is_named(plugin):
    """As an error of whoever asked for it, and not as one of Python."""
    url = plugin(STORE.replace(", **options", "").replace("url, options", "url, {}"))

    with pytest.raises(
        ConfigurationError, match=r"cannot be given durable=True .*'durable'.*leave"
    ):
        made_of(url, durable=True)
    assert (url, {}) == made_of(url)._blobs.said


@pytest.mark.parametrize(
    "error", ["ConfigurationError('no reel 7')", "StoreUnavailable('no reel 7')"]
)
def test_what_an_adapter_says_in_our_words_is_passed_on(plugin, error: str):
    """It knows best; a store that has to be there says so in its own way."""
    url = plugin(
        "from beautyspot import *\n"
        f"class Tape:\n    @classmethod\n    def from_url(cls, url): raise {error}\n"
    )

    with pytest.raises((ConfigurationError, StoreUnavailable), match=r"^no reel 7$"):
        made_of(url)


def test_a_factory_without_a_signature_is_called(plugin):
    """What is made in C does not always tell its parameters."""
    url = plugin("class Tape:\n    from_url = type\n")

    with pytest.raises(PluginBroken, match="made a type of its URL"):
        made_of(url)


@pytest.mark.parametrize(
    ("group", "option", "missing"),
    [("task_dbs", "db", "init_schema, get, save, delete"), ("serializers", "serializer", "dumps")],
)
def test_every_option_with_urls_is_held_to_its_port(plugin, group, option, missing):
    plugin("class Tape:\n    @classmethod\n    def from_url(cls, url): return cls()\n", group)

    with pytest.raises(PluginBroken, match=f"without {missing}"):
        bs.Spot("s", **{option: "tape:7"})


def test_a_serializer_is_found_when_a_function_is_marked(plugin):
    """Not by its first result."""
    plugin("import not_there", "serializers")

    with pytest.raises(PluginBroken, match="not_there"):
        bs.Spot("s").mark(serializer="tape")(len)


def test_limiters_are_made_by_the_same_door(plugin):
    """Three methods that block, and one to be awaited."""
    methods = "acquire_async", "acquire", "try_acquire", "tighten"
    plugin(
        "class Tape:\n    @classmethod\n    def from_url(cls, url): return cls()\n"
        + "".join(f"    def {name}(self, *args, **named): ...\n" for name in methods[:3]),
        "limiters",
    )

    with pytest.raises(PluginBroken, match=r"no limiter \(without tighten\)"):
        adapters.made("limiters", "tape", "tape:7", {})
