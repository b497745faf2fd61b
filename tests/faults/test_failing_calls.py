"""The n-th call to the system fails, for every n: the value is answered, and nothing is lost."""

import json

import pytest

DB, WAL, BLOBS, ANY = "*/lab.db", "*/lab.db-wal", "*/lab.blobs/*", "*/lab.*"
EVER = 1_000_000

#: call, path, error, torn, span, durable
FAULTS = [
    ("write", WAL, "EIO", False, 1, False),
    ("write", WAL, "EIO", True, EVER, True),
    ("write", WAL, "ENOSPC", True, 1, False),
    ("write", DB, "EIO", True, 1, False),
    ("write", DB, "ENOSPC", False, EVER, False),
    ("write", "*-journal", "EIO", True, 1, False),
    ("write", BLOBS, "ENOSPC", True, 1, False),
    ("write", BLOBS, "", True, EVER, False),
    ("write", ANY, "ENOSPC", False, EVER, False),
    ("sync", ANY, "EIO", False, 1, True),
    ("sync", ANY, "EIO", False, EVER, True),
    ("sync", ANY, "EIO", False, 1, False),
    ("truncate", ANY, "EIO", False, 1, False),
    ("read", DB, "EIO", False, 1, False),
    ("read", WAL, "EIO", False, 1, False),
    ("read", BLOBS, "EIO", False, 1, False),
    ("read", ANY, "EIO", False, EVER, False),
    ("open", ANY, "EIO", False, 1, False),
    ("open", ANY, "EMFILE", False, EVER, False),
    ("create", ANY, "ENOSPC", False, 1, False),
    ("create", ANY, "EDQUOT", False, EVER, False),
    ("mkdir", ANY, "ENOSPC", False, 1, False),
    ("rename", ANY, "EIO", False, 1, False),
    ("unlink", ANY, "EIO", False, 1, False),
    ("unlink", ANY, "EACCES", False, EVER, False),
]
FIELDS = ("call", "path", "error", "torn", "span", "durable")


def title(fault) -> str:
    call, path, error, torn, span, durable = fault
    words = [call, path, error or "short", "torn" * torn, "ever" * (span > 1), "durable" * durable]
    return " ".join(word for word in words if word)


@pytest.fixture
def strike(tmp_path, shim, run):
    """Strikes at every ``step``-th n; checks what is left behind; answers what was measured."""

    def struck(fault, step: int, most: int) -> str:
        given = dict(zip(FIELDS, fault, strict=True), folder=str(tmp_path), step=step, most=most)
        left = run("failing", json.dumps(given), LD_PRELOAD=shim)
        seen = run("verify", lines=left)

        assert sum(case["struck"] for case in left), "nothing was struck"
        for case, found in zip(left, seen, strict=True):
            n = case["n"]
            assert [] == found["lost"], f"n={n}: acknowledged and lost"
            assert [] == found["again"] == found["told"], f"n={n}: it does not work afterwards"
            # Only what could not be removed stays.
            assert fault[0] == "unlink" or [] == found["left"], f"n={n}: left behind"
            for told in case["told"]:
                kinds = [" ".join(text.split(" (")[0].split()) for text in told]
                assert len(set(kinds)) == len(kinds), f"n={n}: warned twice"
            assert case["longest"] < 6, f"n={n}: took {case['longest']} s"
        kept = sum(len(case["kept"]) for case in left)
        return f"{len(left)} strikes, {kept} acknowledged, 0 lost, 0 wrong"

    return struck


@pytest.mark.parametrize("fault", FAULTS, ids=title)
def test_a_call_that_fails(strike, fault):
    strike(fault, step=7, most=60)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("fault", FAULTS, ids=title)
def test_every_call_that_fails(strike, fault):
    print(title(fault), strike(fault, step=1, most=5000))
