"""Programs that are killed at any moment: what their calls had returned is found, and is right."""

import json
import os

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="fork and SIGKILL are POSIX")

#: With results that are saved in the background ``flush`` acknowledges, else the return of a call.
LEVELS = {"default": {}, "durable": {"durable": True}, "background": {"save_sync": False}}


@pytest.fixture
def kill(tmp_path, run):
    """Kills at least so many processes; answers what was measured."""

    def killed(level: str, seed: int, kills: int) -> dict[str, int]:
        given = {"folder": str(tmp_path), "options": LEVELS[level], "seed": seed, "kills": kills}
        (measured,) = run("killing", json.dumps(given))
        return measured

    return killed


@pytest.mark.parametrize("level", LEVELS)
def test_killed_callers_lose_nothing(kill, level):
    measured = kill(level, seed=1, kills=40)

    assert 0 == measured["lost"] == measured["torn"] == measured["wrong"]
    assert measured["acknowledged"] > 30


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("seed", range(2, 6))
@pytest.mark.parametrize("level", LEVELS)
def test_killed_callers_lose_nothing_for_long(kill, level, seed):
    measured = kill(level, seed=seed, kills=850)
    print(level, measured)

    assert 0 == measured["lost"] == measured["torn"] == measured["wrong"]
    assert measured["kills"] >= 850
