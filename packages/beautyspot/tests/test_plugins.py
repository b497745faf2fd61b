"""`beautyspot plugins` tells what is installed and whether it loads."""

import json
import re

import pytest

OURS = [
    ("blob_stores", "file", "beautyspot.embedded.files:FileBlobStore"),
    ("serializers", "msgpack", "beautyspot.embedded.msgpack:MsgpackSerializer"),
    ("task_dbs", "sqlite", "beautyspot.embedded.sqlite:SQLiteTaskDB"),
]
HEADER = "group\tname\tloads\tdistribution\tversion\tvalue\terror"


def test_json_is_one_document(beautyspot):
    said = beautyspot("plugins", "--json")

    document = json.loads(said.out)
    assert ("", 0) == (said.err, said.code)
    assert document["schema"] == 1
    assert OURS == [(row["group"], row["name"], row["value"]) for row in document["plugins"]]
    for row in document["plugins"]:
        assert ("beautyspot-core", True, None) == (
            row["distribution"],
            row["loads"],
            row["error"],
        )


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
    install("bad-s3", {"blob_stores": {"s3": "bad_s3:Store"}}, "import not_there")

    said = beautyspot("plugins", "--json")

    (bad,) = [row for row in json.loads(said.out)["plugins"] if not row["loads"]]
    assert said.code == 1
    assert ("bad-s3", "1.2", "s3") == (bad["distribution"], bad["version"], bad["name"])
    assert "not_there" in bad["error"]
    assert said.err.startswith("beautyspot: blob_stores 's3' does not load: ")
    assert said.err.count("\n") == 1


def test_a_row_is_one_line_whatever_the_error_says(beautyspot, install):
    install("bad", {"limiters": {"x": "bad:X"}}, "raise ValueError('one\\ttwo\\nthree')")

    said = beautyspot("plugins")

    assert {HEADER.count("\t")} == {line.count("\t") for line in said.out.splitlines()}
    assert "one two three" in said.out


def test_what_a_plugin_prints_stays_out_of_the_data(beautyspot, install):
    install("loud", {"limiters": {"x": "loud:X"}}, "print('hello from loud')\nX = 1\n")

    said = beautyspot("plugins", "--json")

    json.loads(said.out)
    assert "hello from loud" in said.err
    assert said.code == 0


def test_a_command_that_we_have_ourselves_is_told(beautyspot, install):
    install("rude", {"commands": {"plugins": "rude:run"}}, "def run(): print('mine')")

    said = beautyspot("plugins")

    assert said.code == 1
    assert "rude" in said.err
    assert "mine" not in said.out


def test_a_wide_terminal_shows_every_column(beautyspot):
    said = beautyspot.in_terminal("plugins", columns=140, NO_COLOR="1")

    header, *rows = [re.sub(r"\x1b\[\d*m", "", line).split() for line in said.out.splitlines()]
    assert ["group", "name", "loads", "distribution", "version", "value"] == header
    assert [value for _, _, value in OURS] == [row[-1] for row in rows]


@pytest.mark.parametrize("columns", [30, 50, 80])
def test_a_narrow_terminal_drops_columns_and_squeezes_none(beautyspot, columns):
    said = beautyspot.in_terminal("plugins", columns=columns)

    lines = [re.sub(r"\x1b\[\d*m", "", line).rstrip() for line in said.out.splitlines()]
    assert max(map(len, lines)) <= columns
    assert len(lines) == 1 + len(OURS)
    assert lines[0].startswith("group")
    assert "…" not in said.out


def test_wide_characters_count_as_two(beautyspot, install):
    install("jp", {"limiters": {"日本語の名前": "jp:X"}}, "X = 1")

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
