"""`beautyspot plugins` tells what is installed and whether it loads."""

import json
import re

import pytest

from beautyspot import plugins

#: Every plugin that is installed beside these tests.
OURS = [(plugin.group, plugin.name, plugin.value) for plugin in plugins.installed()]
HEADER = "group\tname\tloads\tdistribution\tversion\tvalue\tseconds\tfile\terror"


def test_json_is_one_document(beautyspot):
    said = beautyspot("plugins", "--json")

    document = json.loads(said.out)
    assert ("", 0) == (said.err, said.code)
    assert document["schema"] == 1
    assert OURS == [(row["group"], row["name"], row["value"]) for row in document["plugins"]]
    assert {(True, None)} == {(row["loads"], row["error"]) for row in document["plugins"]}
    assert "beautyspot-core" in {row["distribution"] for row in document["plugins"]}


def test_a_pipe_gets_tab_separated_values(beautyspot):
    said = beautyspot("plugins")

    header, *rows = said.out.splitlines()
    assert ("", 0) == (said.err, said.code)
    assert header == HEADER
    assert [[group, name, "yes"] for group, name, _ in OURS] == [
        row.split("\t")[:3] for row in rows
    ]
    assert "\x1b" not in said.out


def test_a_plugin_that_does_not_load_is_told_and_is_exit_1(beautyspot, install):
    install("bad-store", {"blob_stores": {"bad": "bad_store:Store"}}, "import not_there")

    said = beautyspot("plugins", "--json")

    (bad,) = [row for row in json.loads(said.out)["plugins"] if not row["loads"]]
    assert said.code == 1
    assert ("bad-store", "1.2", "bad") == (bad["distribution"], bad["version"], bad["name"])
    assert "not_there" in bad["error"]
    assert said.err.startswith("beautyspot: blob_stores 'bad' does not load: ")
    assert said.err.count("\n") == 1


def test_a_row_is_one_line_whatever_the_error_says(beautyspot, install):
    install("bad", {"limiters": {"x": "bad:X"}}, "raise ValueError('one\\ttwo\\nthree')")

    said = beautyspot("plugins")

    assert {HEADER.count("\t")} == {line.count("\t") for line in said.out.splitlines()}
    assert "one two three" in said.out


def test_what_a_plugin_prints_stays_out_of_the_data(beautyspot, install):
    install(
        "loud",
        {"limiters": {"x": "loud:X"}},
        "import os, subprocess, sys\n"
        "print('hello from loud')\n"
        "os.write(1, b'hello from C\\n')\n"
        "subprocess.run([sys.executable, '-c', 'print(\"hello from a process\")'])\n"
        "sys.stdout.write('no line end')\n"
        "class X: from_url = print\n",
    )

    said = beautyspot("plugins", "--json")

    json.loads(said.out)
    for part in ("hello from loud", "hello from C", "hello from a process", "no line end"):
        assert part in said.err
    assert said.code == 0


def test_warnings_of_a_plugin_stay_out_of_the_data(beautyspot, install):
    install(
        "old",
        {"limiters": {"x": "old:X"}},
        "import warnings\nwarnings.warn('made of wood')\nclass X: from_url = print\n",
    )

    said = beautyspot("plugins", "--json")

    json.loads(said.out)
    assert "made of wood" in said.err
    assert said.code == 0


@pytest.mark.parametrize(
    ("module", "part"),
    [
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("class X: ...", "has no from_url(url, **options)"),
        ("", "has no attribute 'X'"),
    ],
)
def test_what_is_no_adapter_does_not_load(beautyspot, install, module, part):
    install("bad", {"limiters": {"x": "bad:X"}}, module)

    said = beautyspot("plugins", "--json")

    (bad,) = [row for row in json.loads(said.out)["plugins"] if not row["loads"]]
    assert part in bad["error"]
    assert (1, None) == (said.code, bad["file"])


def test_a_command_needs_no_url(beautyspot, install):
    install("polite", {"commands": {"greet": "polite:greet"}}, "def greet(): ...")

    said = beautyspot("plugins", "--json")

    assert (0, "") == (said.code, said.err)


def test_where_a_plugin_comes_from_is_told(beautyspot, install):
    """The file that was imported in fact, and how long that took."""
    install("tape", {"limiters": {"x": "tape:X"}}, "class X: from_url = print")

    said = beautyspot("plugins", "--json")

    (tape,) = [row for row in json.loads(said.out)["plugins"] if row["name"] == "x"]
    assert str(beautyspot.site / "tape.py") == tape["file"]
    assert 0 <= tape["seconds"] < 60


def test_two_that_claim_one_name_are_both_listed(beautyspot, install):
    for name in ("one", "two"):
        install(name, {"blob_stores": {"x": f"{name}:X"}}, "class X: from_url = print")

    said = beautyspot("plugins", "--json")

    rows = [row for row in json.loads(said.out)["plugins"] if row["name"] == "x"]
    assert ["one", "two"] == [row["distribution"] for row in rows]
    assert [False, False] == [row["loads"] for row in rows]
    assert "claimed by one 1.2 (one:X) and two 1.2 (two:X): uninstall one" in rows[0]["error"]
    assert 1 == said.code


def test_entry_points_that_cannot_be_read_are_told(beautyspot, install):
    """They may be those of a plugin that somebody misses; the others are listed."""
    install("foreign", {})
    (beautyspot.site / "foreign-1.2.dist-info" / "entry_points.txt").write_bytes(b"\xff")

    said = beautyspot("plugins", "--json")

    assert OURS == [
        (row["group"], row["name"], row["value"]) for row in json.loads(said.out)["plugins"]
    ]
    assert "the entry points of foreign in" in said.err
    assert said.err.count("\n") == 1
    assert 0 == said.code


def test_ctrl_c_names_the_plugin_that_takes_so_long(beautyspot, install):
    install("slow", {"limiters": {"x": "slow:X"}}, "raise KeyboardInterrupt")

    said = beautyspot("plugins")

    assert ("", 130) == (said.out, said.code)
    assert "interrupted while the plugin 'x' (slow:X) of slow 1.2 was imported" in said.err


def test_a_command_that_we_have_ourselves_is_told(beautyspot, install):
    install("rude", {"commands": {"plugins": "rude:run"}}, "def run(): print('mine')")

    said = beautyspot("plugins")

    assert said.code == 1
    assert "rude" in said.err
    assert "mine" not in said.out


def test_a_wide_terminal_shows_every_column(beautyspot):
    said = beautyspot.in_terminal("plugins", columns=400, NO_COLOR="1")

    header, *rows = [re.sub(r"\x1b\[\d*m", "", line).split() for line in said.out.splitlines()]
    assert [*HEADER.split("\t")[:-1]] == header
    assert [value for _, _, value in OURS] == [row[5] for row in rows]


@pytest.mark.parametrize("columns", [30, 50, 80])
def test_a_narrow_terminal_drops_columns_and_squeezes_none(beautyspot, columns):
    said = beautyspot.in_terminal("plugins", columns=columns)

    lines = [re.sub(r"\x1b\[\d*m", "", line).rstrip() for line in said.out.splitlines()]
    assert max(map(len, lines)) <= columns
    assert len(lines) == 1 + len(OURS)
    assert lines[0].startswith("group")
    assert "…" not in said.out


def test_wide_characters_count_as_two(beautyspot, install):
    install("jp", {"limiters": {"日本語の名前": "jp:X"}}, "class X: from_url = print")

    said = beautyspot.in_terminal("plugins", columns=36)

    assert "日本語の名前" in said.out
    assert "…" not in said.out


COLOUR = re.compile(r"\x1b\[(?:[\d;]*;)?3[0-9]")


def test_a_terminal_gets_colour_for_what_does_not_load(beautyspot, install):
    install("bad", {"limiters": {"x": "bad:X"}}, "import not_there")

    assert COLOUR.search(beautyspot.in_terminal("plugins", columns=100).out)


@pytest.mark.parametrize(
    ("args", "extra"), [(["--no-color"], {}), ([], {"NO_COLOR": "1"}), ([], {"TERM": "dumb"})]
)
def test_colour_can_be_declined(beautyspot, install, args, extra):
    install("bad", {"limiters": {"x": "bad:X"}}, "import not_there")

    said = beautyspot.in_terminal("plugins", *args, columns=100, **extra)

    assert not COLOUR.search(said.out)


def test_json_on_a_terminal_is_plain(beautyspot):
    said = beautyspot.in_terminal("plugins", "--json", columns=30)

    assert json.loads(said.out)["schema"] == 1
