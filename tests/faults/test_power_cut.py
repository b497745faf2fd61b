"""The power is cut: what `durable=True` has acknowledged is there, else only the end is missing."""

import json

import pytest


@pytest.fixture
def cut(tmp_path, shim, run):
    """Records a program, cuts its power at so many events; answers what was found each time."""

    def cut_power(level: str, seed: int, calls: int, cuts: int, home: str = "."):
        root, log, images = (tmp_path / name for name in ("root", "log", "images"))
        root.mkdir()
        images.mkdir()
        shimmed = {"LD_PRELOAD": shim, "LAB_ROOT": root, "LAB_LOG": log}
        run("recording", root / home, level, seed, calls, **shimmed)
        given = {"root": str(root), "log": str(log), "images": str(images), "home": home}
        return run("cutting", json.dumps({**given, "cuts": cuts, "seed": seed}))

    return cut_power


def check_sound(found) -> None:
    """Whatever is missing, what is there is right, and nothing had to be set aside."""
    for case in found:
        assert [] == case["corrupt"], case["event"]


def measure(level, found) -> None:
    kept = sum(len(case["kept"]) for case in found)
    rows = sum(len(case["rows"]) for case in found)
    hits = sum(len(case["hits"]) for case in found)
    print(
        f"{level}: {len(found)} cuts, {kept} acknowledged, {kept - rows} records lost, "
        f"{rows - hits} blobs lost, 0 wrong"
    )


def check_durable(found) -> None:
    check_sound(found)
    for case in found:
        assert case["kept"] == case["hits"], case["event"]
        assert [] == case["told"], case["event"]


def check_default(found) -> None:
    check_sound(found)
    for case in found:
        rows = case["rows"]
        assert case["kept"][: len(rows)] == rows, f"{case['event']}: not only the end is missing"
        missed = set(rows) - set(case["hits"])
        assert {"blob"} >= {name.split()[0] for name in missed}, case["event"]


CHECKS = {"durable": check_durable, "default": check_default}


@pytest.mark.parametrize("level", CHECKS)
def test_power_cut(cut, level):
    found = cut(level, 1, calls=40, cuts=40)

    CHECKS[level](found)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(2, 6))
@pytest.mark.parametrize("level", CHECKS)
def test_power_cut_for_long(cut, level, seed):
    found = cut(level, seed, calls=150, cuts=250)
    measure(level, found)

    CHECKS[level](found)


def test_a_power_cut_soon_after_the_folder_was_made(cut):
    """Folders that did not exist are as durable as what is in them."""
    found = cut("durable", 1, calls=2, cuts=40, home="new/folder")

    check_durable(found)
