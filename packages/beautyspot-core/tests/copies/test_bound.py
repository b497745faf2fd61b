"""A cache stays within its bound, whoever shares it and whatever happens."""

import os
import signal
import subprocess
import sys

import pytest

from beautyspot.embedded.copies import FileBlobCache, eviction, usage

BLOCK = bytes(4096 - 76)  #: a copy of it takes one block


@pytest.fixture
def cache(root):
    """A cache with room for ten copies."""
    return FileBlobCache(root, max_size=10 * 4096)


def keep(cache, location):
    cache.keep(location, len(BLOCK), (BLOCK,))


def has(cache, location):
    file = cache.find(location)
    if file is not None:
        file.close()
    return file is not None


def aged(looking, seconds):
    """Let time pass, as far as the copies that there are can tell."""
    for path in looking.copies():
        at = path.stat().st_mtime_ns - seconds * 1_000_000_000
        os.utime(path, ns=(at, at))


def test_as_many_copies_are_kept_as_there_is_room_for(cache, looking):
    for number in range(10):
        keep(cache, str(number))

    assert 10 * 4096 == looking.size()


def test_the_one_that_was_used_least_recently_goes_first(cache, looking):
    """Also when it was kept later than others."""
    for number in range(10):
        keep(cache, str(number))
        aged(looking, 100)
    assert has(cache, "0")
    keep(cache, "new")

    assert [True, False, True] == [has(cache, name) for name in ("0", "1", "9")]
    assert has(cache, "new")
    assert looking.size() <= 10 * 4096


def test_what_does_not_fit_is_not_kept(cache, looking):
    """It would take the place of all others, and then not have enough."""
    keep(cache, "a")
    cache.keep("large", 10 * 4096, (bytes(10 * 4096),))

    assert has(cache, "a")
    assert not has(cache, "large")


def test_a_large_one_takes_the_place_of_several(cache, looking):
    for number in range(10):
        keep(cache, str(number))
    cache.keep("large", 8 * 4096, (bytes(8 * 4096),))

    assert has(cache, "large")
    assert looking.size() <= 10 * 4096


def test_nothing_is_listed_while_there_is_room(cache, monkeypatch):
    """The cost of a copy does not grow with the number of those that there are."""
    keep(cache, "first")
    monkeypatch.setattr(eviction, "_files", None)
    for number in range(9):
        keep(cache, str(number))
        cache.forget(str(number))

    assert has(cache, "first")


def test_a_copy_that_is_there_counts_once(cache, looking):
    for _ in range(100):
        keep(cache, "a")
    keep(cache, "b")

    assert 2 * 4096 == looking.size()


@pytest.mark.parametrize("damage", [b"", b"\0" * 7, b"\xff" * 80, b"\x7f" * 80, b"x" * 100_000])
def test_a_damaged_count_is_made_anew(cache, root, looking, damage):
    """It is only a sum of what the files say themselves."""
    for number in range(8):
        keep(cache, str(number))
    (root / usage.USAGE).write_bytes(damage)
    for number in range(30):
        keep(cache, f"more {number}")

    assert looking.size() <= 18 * 4096
    (root / usage.USAGE).unlink()
    keep(cache, "last")
    assert looking.size() <= 10 * 4096


def test_the_count_stays_short(cache, root, monkeypatch):
    """However many copies come and go."""
    monkeypatch.setattr(usage, "_MOST", 64)
    for _ in range(200):
        keep(cache, "a")
        cache.forget("a")

    assert (root / usage.USAGE).stat().st_size <= 66 * 8


def test_what_killed_processes_have_left_is_removed(cache, root, looking):
    """When nobody can be writing to it any more; what is younger counts."""
    keep(cache, "a")
    old, new = root / "tmp" / f"1-{'0' * 16}", root / "tmp" / f"2-{'0' * 16}"
    for part in (old, new):
        part.write_bytes(bytes(5 * 4096))
    os.utime(old, (0, 0))
    (root / usage.USAGE).unlink()
    for number in range(20):
        keep(cache, str(number))

    assert not old.exists()
    assert new.exists()
    assert looking.size() <= 10 * 4096


def test_foreign_files_stay(cache, root, looking):
    """Whatever they are called, as long as they are not called as ours are."""
    keep(cache, "a")
    shard = looking.copy().parent
    foreign = [root / "notes.txt", shard / "notes.txt", shard / ("0" * 63), root / "tmp" / "mine"]
    for path in foreign:
        path.write_bytes(bytes(100_000))
        os.utime(path, (0, 0))
    (root / usage.USAGE).unlink()
    for number in range(100):
        keep(cache, str(number))

    assert [True] * 4 == [path.exists() for path in foreign]


WORK = """
import os, sys, random
from beautyspot.embedded.copies import FileBlobCache

cache = FileBlobCache(sys.argv[1], max_size=400_000)
chance = random.Random(sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
wrong = 0
for step in range(int(sys.argv[3])):
    name = str(chance.randrange(200))
    data = (name * 20_000).encode()[: 500 + int(name) * 100]
    file = cache.find(name)
    if file is None:
        cache.keep(name, len(data), (data,))
    else:
        with file:
            wrong += file.read() != data
    print("step", flush=True)
print("wrong", wrong, flush=True)
"""


def started(root, count, steps):
    children = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", WORK, root, str(number), str(steps)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(count)
    ]
    for child in children:
        assert child.stdout is not None
        assert "ready\n" == child.stdout.readline()
    for child in children:
        assert child.stdin is not None
        child.stdin.write("\n")
        child.stdin.flush()
    return children


def last_words(child):
    """Answer the last line that a process printed, which was silent about trouble."""
    stdout, stderr = child.communicate()
    assert "" == stderr
    return stdout.splitlines()[-1]


def size_now(looking):
    total = 0
    for path in looking.copies():
        try:
            total += -(-path.stat().st_size // 4096) * 4096
        except FileNotFoundError:
            continue
    return total


def test_four_processes_share_a_folder(root, looking):
    """None reads what another one has half written, and together they keep the bound."""
    children = started(root, 4, 400)
    most = 0
    while any(child.poll() is None for child in children):
        most = max(most, size_now(looking))
    told = [last_words(child) for child in children]

    assert ["wrong 0"] * 4 == told
    # A look takes its time: what comes and goes meanwhile is counted too.
    assert 0 < most <= 2 * 400_000
    # And what they were writing at the end.
    assert looking.size() <= 400_000 + 4 * 24_576
    assert [] == os.listdir(root / "tmp")


def test_killed_processes_leave_a_cache_that_works(root, looking):
    """In the middle of whatever they do, again and again."""
    for round_ in range(6):
        children = started(root, 2, 10_000_000)
        for child in children:
            assert child.stdout is not None
            for _ in range(1 + 13 * round_):
                assert "step\n" == child.stdout.readline()
        for child in children:
            child.send_signal(signal.SIGKILL)
            child.communicate()
    (last,) = started(root, 1, 400)

    assert "wrong 0" == last_words(last)
    assert looking.size() <= 400_000 + 24_576
