"""Any byte of any file changes: the right result or a rerun, never a wrong one, and it goes on."""

import json

import pytest


@pytest.fixture
def damage(tmp_path, run):
    """Damages a file of a store, again and again; answers how often what became of it."""

    def damaged(what: str, how: str, step: int, first=0, end=None) -> dict[str, int]:
        live = what == "lab.db-wal"
        given = {"folder": str(tmp_path), "what": what, "how": how, "where": [first, end, step]}
        (measured,) = run("damaging", json.dumps({**given, "live": live}))
        assert [] == measured.pop("bad")
        return measured

    return damaged


@pytest.mark.parametrize(
    ("what", "how", "step"),
    [
        ("lab.db", "flip", 613),
        ("lab.db", "bit", 593),
        ("lab.db", "cut", 1500),
        ("lab.db", "zeros", 1024),
        ("lab.db-wal", "flip", 3001),
        ("lab.db-wal", "cut", 5003),
        ("lab.db-wal", "zeros", 4096),
        ("a blob", "bit", 23),
        ("a blob", "cut", 57),
    ],
)
def test_some_bytes(damage, what, how, step):
    measured = damage(what, how, step)

    assert measured["cases"] > 5
    assert measured["cases"] > measured.get("refused", 0)


def test_the_header(damage):
    """Every byte of it: where it no longer says whose it is, it is refused and stays as it is."""
    measured = damage("lab.db", "bit", 1, end=100)

    assert 100 == measured["cases"]
    assert measured["hit"] > measured["refused"]


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("part", range(8))
@pytest.mark.parametrize(
    ("what", "how", "step"),
    [
        ("lab.db", "bit", 1),
        ("lab.db", "flip", 8),
        ("lab.db-wal", "flip", 32),
        ("a blob", "bit", 1),
        ("a blob", "flip", 1),
    ],
)
def test_every_byte(damage, what, how, step, part):
    """Every byte of the database and of a blob, and many of the -wal, in eight parts."""
    print(what, how, damage(what, how, 8 * step, part * step))
