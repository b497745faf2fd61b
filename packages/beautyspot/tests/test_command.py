"""What holds for every command: help, wrong use, exit codes, commands of plugins."""

import re
import signal
import subprocess
import sys

import pytest

TRACEBACK = "Traceback (most recent call last)"


def test_version_names_both_packages(beautyspot):
    said = beautyspot("--version")

    assert re.fullmatch(r"beautyspot \d+\.\d+\.\d+ \(beautyspot-core \d+\.\d+\.\d+\)\n", said.out)
    assert ("", 0) == (said.err, said.code)


@pytest.mark.parametrize("args", [[], ["--help"], ["-h"], ["plugins", "--help"]])
def test_help_gives_examples_and_exit_codes(beautyspot, args):
    said = beautyspot(*args)

    assert ("", 0) == (said.err, said.code)
    assert "Examples:" in said.out
    assert "Exit codes: 0 " in said.out


def test_help_of_a_pipe_has_no_escapes(beautyspot):
    assert "\x1b" not in beautyspot("--help").out


def test_module_is_the_command(beautyspot):
    done = subprocess.run(
        [sys.executable, "-m", "beautyspot_cli", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert beautyspot("--version").out == done.stdout


@pytest.mark.parametrize(
    ("args", "part"),
    [
        (["plugns"], "no command 'plugns'. Did you mean 'plugins'?"),
        (["zzz"], "no command 'zzz'. See: beautyspot --help"),
        (["--bogus"], "--bogus"),
        (["plugins", "--jsn"], "--jsn. Did you mean --json? See: beautyspot plugins --help"),
        (["plugins", "extra"], "extra"),
    ],
)
def test_wrong_use_is_one_line_and_exit_2(beautyspot, args, part):
    said = beautyspot(*args)

    assert ("", 2) == (said.out, said.code)
    assert part in said.err
    assert said.err.startswith("beautyspot: ")
    assert said.err.count("\n") == 1


def test_help_imports_nothing_of_plugins_nor_tables(beautyspot, install):
    """Help stays quick, whatever is installed."""
    install("loud", {"commands": {"loud": "loud:run"}}, "raise SystemExit('imported')")
    probe = (
        "import sys; from beautyspot_cli.main import run; run(['--version']);"
        "print(*[m for m in ('loud', 'rich.table', 'sqlite3', 'msgpack', 'dependency_injector')"
        " if m in sys.modules])"
    )

    done = subprocess.run(
        [sys.executable, "-c", probe],
        env=beautyspot.environment(),
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.splitlines()[1:] == [""]


def test_a_plugin_command_runs_with_its_arguments(beautyspot, install):
    install(
        "greeter",
        {"commands": {"hello": "greeter:hello"}},
        "def hello(name: str, *, loud: bool = False) -> int:\n"
        "    print('HELLO' if loud else 'hello', name)\n"
        "    return 1\n",
    )

    said = beautyspot("hello", "you", "--loud")

    assert ("HELLO you\n", "", 1) == (said.out, said.err, said.code)


def test_a_plugin_command_may_be_an_app(beautyspot, install):
    install(
        "greeter",
        {"commands": {"hello": "greeter:app"}},
        "from cyclopts import App\n"
        "app = App(name='other')\n"
        "@app.command\n"
        "def world():\n"
        "    print('hello world')\n",
    )

    said = beautyspot("hello", "world")

    assert ("hello world\n", "", 0) == (said.out, said.err, said.code)


def test_help_lists_plugin_commands_with_their_owner(beautyspot, install):
    install("greeter", {"commands": {"hello": "greeter:hello"}}, "raise SystemExit('imported')")

    said = beautyspot("--help")

    assert re.search(r"hello +From greeter\.", said.out)
    assert said.code == 0


@pytest.mark.parametrize("args", [["--help"], ["--version"], ["hello"]])
def test_a_broken_command_does_not_break_the_others(beautyspot, install, args):
    install("bad", {"commands": {"broken": "bad:run"}}, "import not_there")
    install("good", {"commands": {"hello": "good:run"}}, "def run(): print('hello')")

    said = beautyspot(*args)

    assert ("", 0) == (said.err, said.code)


def test_a_broken_command_names_its_distribution(beautyspot, install):
    install("bad-one", {"commands": {"broken": "bad_one:run"}}, "import not_there")

    said = beautyspot("broken")

    assert ("", 1) == (said.out, said.code)
    assert "bad-one" in said.err
    assert "not_there" in said.err
    assert TRACEBACK not in said.err


def test_a_command_of_two_distributions_is_refused(beautyspot, install):
    for name in ("one", "two"):
        install(name, {"commands": {"hello": f"{name}:run"}}, "def run(): print('hello')")

    said = beautyspot("hello")

    assert ("", 1) == (said.out, said.code)
    assert "one" in said.err
    assert "two" in said.err


def test_tracebacks_are_for_debug(beautyspot, install):
    install("bad", {"commands": {"boom": "bad:boom"}}, "def boom(): raise RuntimeError('oops')")

    plain = beautyspot("boom")
    debug = beautyspot("--debug", "boom")

    assert plain.code == 1
    assert plain.err.startswith("beautyspot: RuntimeError: oops (")
    assert plain.err.count("\n") == 1
    assert TRACEBACK in debug.err


def test_ctrl_c_is_130_without_a_traceback(beautyspot, install):
    install(
        "slow",
        {"commands": {"wait": "slow:wait"}},
        "import os, signal\ndef wait(): os.kill(os.getpid(), signal.SIGINT)\n",
    )

    said = beautyspot("wait")

    assert ("", "", 128 + signal.SIGINT) == (said.out, said.err, said.code)


def test_a_reader_that_leaves_early_gets_no_complaint(beautyspot, install):
    """`beautyspot ... | head -1`."""
    install(
        "long",
        {"commands": {"talk": "long:talk"}},
        "def talk():\n    for number in range(100_000): print(number)\n",
    )

    done = subprocess.run(
        ["bash", "-c", '{ beautyspot talk; echo "code $?" >&2; } | head -1'],
        env=beautyspot.environment(PATH=f"{sys.exec_prefix}/bin:/usr/bin:/bin"),
        capture_output=True,
        text=True,
        check=True,
    )

    assert ("0\n", "code 1\n") == (done.stdout, done.stderr)
