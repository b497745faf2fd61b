"""Claims between processes: kernel locks, which end with their process."""

import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import beautyspot as bs
from beautyspot.core.errors import StoreUnavailable
from beautyspot.embedded.claims import KernelClaims
from beautyspot.embedded.sqlite import SQLiteTaskDB

KEY = "ab" * 16
LIMIT = 60


@pytest.fixture
def claims(tmp_path: Path) -> KernelClaims:
    return KernelClaims(str(tmp_path / "x.db-claims"))


HOLDER = """
    import sys
    from beautyspot.embedded.claims import KernelClaims

    claim = KernelClaims(sys.argv[1]).claim(sys.argv[2])
    print("held" if claim is not None else "refused", flush=True)
    sys.stdin.read()
"""


def holder(path: Path, key: str = KEY) -> subprocess.Popen[str]:
    """Start a process that claims a call and holds it until its input ends."""
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(HOLDER), str(path), key],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_processes_exclude_each_other(claims, tmp_path):
    """What one process has claimed no other gets; other calls it does."""
    with holder(tmp_path / "x.db-claims") as other:
        assert "held\n" == other.stdout.readline()

        assert claims.claim(KEY) is None
        assert claims.claim("cd" * 16) is not None
        other.stdin.close()
        other.wait(LIMIT)

    assert claims.claim(KEY) is not None


def test_a_claim_ends_with_its_process(claims, tmp_path):
    """Killed, with nothing given back: the kernel frees it at once."""
    with holder(tmp_path / "x.db-claims") as other:
        assert "held\n" == other.stdout.readline()
        other.kill()
        other.wait(LIMIT)

    assert claims.claim(KEY) is not None


def test_a_stopped_process_keeps_its_claim(claims, tmp_path):
    """It may go on at any moment, so nobody takes its call over."""
    with holder(tmp_path / "x.db-claims") as other:
        assert "held\n" == other.stdout.readline()
        other.send_signal(signal.SIGSTOP)

        assert claims.claim(KEY) is None
        other.kill()


def test_a_claim_holds_against_other_processes(claims, tmp_path):
    """The same seen from the other side."""
    assert claims.claim(KEY) is not None

    with holder(tmp_path / "x.db-claims") as other:
        assert "refused\n" == other.stdout.readline()
        other.stdin.close()


def test_a_forked_child_has_none_of_the_claims(claims, tmp_path):
    """It cannot claim what the parent has claimed; and its end takes nothing from the parent."""
    assert claims.claim(KEY) is not None

    child = multiprocessing.get_context("fork").Process(target=_refused, args=(claims,))
    child.start()
    child.join(LIMIT)

    assert 0 == child.exitcode
    with holder(tmp_path / "x.db-claims") as other:
        assert "refused\n" == other.stdout.readline()
        other.stdin.close()


def _refused(claims: KernelClaims) -> None:
    assert claims.claim(KEY) is None
    assert claims.claim("cd" * 16) is not None


def test_the_lock_file_stays_empty_and_private(claims, tmp_path):
    """A claim writes nothing."""
    claims.claim(KEY)
    found = (tmp_path / "x.db-claims").stat()

    assert (0, 0o600) == (found.st_size, found.st_mode & 0o777)


def test_a_removed_lock_file_is_made_anew(claims, tmp_path):
    """Who cleans the folder while nothing is claimed splits nobody off."""
    claims.release(claims.claim(KEY))
    (tmp_path / "x.db-claims").unlink()
    assert claims.claim(KEY) is not None

    with holder(tmp_path / "x.db-claims") as other:
        assert "refused\n" == other.stdout.readline()
        other.stdin.close()


def test_closing_keeps_what_is_claimed(claims, tmp_path):
    """Closing a descriptor would free all locks of the process, so it waits for the last claim."""
    claim = claims.claim(KEY)
    claims.close()

    with holder(tmp_path / "x.db-claims") as other:
        assert "refused\n" == other.stdout.readline()
        other.stdin.close()
    claims.release(claim)
    claims.close()


def test_no_descriptor_is_left(tmp_path):
    """A dropped database closes its lock file; two of one path share it."""
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(50):
        db, twin = SQLiteTaskDB(tmp_path / "x.db"), SQLiteTaskDB(tmp_path / "x.db")
        claim = db.claim(KEY)
        assert twin.claim(KEY) is None
        db.release(claim)
        del db, twin, claim

    assert before == len(os.listdir("/proc/self/fd"))


def test_a_lock_file_found_while_it_is_closed_is_opened_anew(claims, tmp_path):
    """The last Spot of a path is dropped while another thread makes one for the same path."""
    claims.release(claims.claim(KEY))
    claims._file.__del__()  # lets other threads run while it closes
    taken = os.open(tmp_path / "foreign", os.O_CREAT | os.O_RDWR)  # may get the same number

    assert claims.claim(KEY) is not None
    with holder(tmp_path / "x.db-claims") as other:
        assert "refused\n" == other.stdout.readline()
        other.stdin.close()
    os.close(taken)


def test_a_folder_that_is_not_there_is_told(tmp_path):
    """The error names the file and what to do."""
    with pytest.raises(StoreUnavailable, match="cannot be made"):
        KernelClaims(str(tmp_path / "missing" / "x")).claim(KEY)


def test_a_call_runs_when_nothing_can_be_claimed(tmp_path):
    """Single flight between processes is a comfort, not a condition."""
    (tmp_path / "x.db-claims").mkdir()

    with bs.Spot("x", db=tmp_path / "x.db") as spot:
        doubled = spot.mark(_double)

        assert 4 == doubled(2) == doubled(2)
        assert 1 == doubled.counts.runs


def _double(x: int) -> int:
    return 2 * x


ROUNDS = """
    import os, sys
    from pathlib import Path
    import beautyspot as bs

    folder = Path(sys.argv[1])
    spot = bs.Spot("rounds", db=folder / "rounds.db")

    @spot.mark
    def work(n: int) -> int:
        with open(folder / "runs", "a") as runs:
            runs.write(f"{n} {os.getpid()}\\n")
        if victim == n:
            os.kill(os.getpid(), 9)
        return n * n

    victim = int(sys.argv[2])
    for line in sys.stdin:
        n = int(line)
        print(work(n), flush=True)
"""


def run_rounds(folder: Path, rounds: int, victims: dict[int, int]) -> list[str]:
    """Let four processes ask for the same call at the same time; answer who ran what.

    Args:
        folder: of the store.
        rounds: how many calls there are.
        victims: which process is to die in its run of which call.
    """
    script = textwrap.dedent(ROUNDS)
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(folder), str(victims.get(i, -1))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for i in range(4)
    ]
    for n in range(rounds):
        for worker in workers:
            worker.stdin.write(f"{n}\n")
            worker.stdin.flush()
        for worker in list(workers):
            answer = worker.stdout.readline()
            if not answer:
                assert -signal.SIGKILL == worker.wait(LIMIT)
                worker.stdin.close()
                worker.stdout.close()
                workers.remove(worker)
                continue
            assert n * n == int(answer)
    for worker in workers:
        worker.stdin.close()
        assert 0 == worker.wait(LIMIT)
        worker.stdout.close()
    return (folder / "runs").read_text().splitlines()


def test_four_processes_run_every_call_once(tmp_path):
    """Fifty cold keys, four processes that ask for each at once: fifty runs."""
    runs = run_rounds(tmp_path, 50, {})

    assert [str(n) for n in range(50)] == [line.split()[0] for line in runs]


def test_a_killed_leader_is_replaced(tmp_path):
    """One more run for the call in which the leader dies, and the others get its value."""
    runs = run_rounds(tmp_path, 12, {0: 2, 1: 4, 2: 6})

    calls = [int(line.split()[0]) for line in runs]
    assert set(range(12)) == set(calls)
    assert 3 >= len(calls) - 12
    assert {2, 4, 6} >= {n for n in calls if calls.count(n) > 1}


def test_a_call_stays_claimed_until_its_background_save_is_done(tmp_path):
    """Otherwise another process would find neither the run nor its result."""
    path = tmp_path / "x.db"
    with bs.Spot("x", db=path, save_sync=False) as spot:
        doubled = spot.mark(_double)
        doubled(1)
        assert spot.flush()
        locked = sqlite3.connect(path, isolation_level=None)
        locked.execute("BEGIN IMMEDIATE")
        assert 4 == doubled(2)

        with holder(tmp_path / "x.db-claims", doubled.key(2)) as other:
            assert "refused\n" == other.stdout.readline()
            other.stdin.close()
        locked.execute("ROLLBACK")
        locked.close()
        assert spot.flush()
        with holder(tmp_path / "x.db-claims", doubled.key(2)) as other:
            assert "held\n" == other.stdout.readline()
            other.stdin.close()
