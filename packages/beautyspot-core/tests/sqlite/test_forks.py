"""Forked children go on with a database of their parent."""

from .children import keys, run


class TestFork:
    def test_parent_and_child_go_on(self, path):
        """Both use the same object; both see what both saved; nobody complains."""
        run(
            """
db = SQLiteTaskDB(path)
db.save(rec("before"))
child = os.fork()
if child == 0:
    assert db.get("before") and db.entry("before", wait=True)
    db.save(rec("child"))
    assert db.entry("child", wait=False)
    sys.exit(0)
db.save(rec("parent"))
assert os.waitpid(child, 0)[1] == 0
assert db.get("child")
db.save(rec("after"))
""",
            path,
        )

        assert {"before", "child", "parent", "after"} == keys(path)

    def test_a_parent_that_closes_takes_nothing_from_its_child(self, path):
        """The -wal that the child writes to is not deleted under it."""
        run(
            """
db = SQLiteTaskDB(path)
db.save(rec("before"))
ours, theirs = os.pipe(), os.pipe()
child = os.fork()
if child == 0:
    db.save(rec("child 1"))
    os.write(ours[1], b".")
    os.read(theirs[0], 1)
    db.save(rec("child 2"))
    os._exit(0)  # as a worker of multiprocessing ends
os.read(ours[0], 1)
db.save(rec("parent"))
db.close()
os.write(theirs[1], b".")
assert os.waitpid(child, 0)[1] == 0
assert db.get("child 2")
""",
            path,
        )

        assert {"before", "child 1", "child 2", "parent"} == keys(path)

    def test_fork_beside_busy_threads(self, path):
        """Connections are in use by other threads at the very moment; all go on, all is kept."""
        out = run(
            """
import warnings; warnings.simplefilter("ignore", DeprecationWarning)  # threads and fork
db = SQLiteTaskDB(path, timeout=30)
db.init_schema()
stop = threading.Event()
saved = [0, 0]
def work(me):
    while not stop.is_set() or not saved[me]:
        db.save(rec(f"thread {me} {saved[me]}")); saved[me] += 1
        db.get(f"thread {me} 0")
threads = [threading.Thread(target=work, args=(n,)) for n in range(2)]
for thread in threads: thread.start()
for n in range(15):
    child = os.fork()
    if child == 0:
        db.save(rec(f"child {n}"))
        os._exit(0 if db.get(f"child {n}") else 1)
    assert os.waitpid(child, 0)[1] == 0
stop.set()
for thread in threads: thread.join()
db.close()
print(*saved)
""",
            path,
        )
        saved = map(int, out.split())

        threads = {f"thread {t} {n}" for t, count in enumerate(saved) for n in range(count)}
        assert threads | {f"child {n}" for n in range(15)} == keys(path)

    def test_a_connection_in_use_at_the_fork(self, path):
        """It does not come back in time: the child leaves it alone for ever, and works."""
        run(
            """
import warnings; warnings.simplefilter("ignore", DeprecationWarning)  # threads and fork
from beautyspot.embedded.sqlite import lane
db = SQLiteTaskDB(path)
db.save(rec("before"))
taken, done = threading.Event(), threading.Event()
def hold():
    with db._connections.read() as connection:
        connection.execute("SELECT 1").fetchone()
        taken.set(); done.wait()
lane._PATIENCE = 0.1
thread = threading.Thread(target=hold); thread.start(); taken.wait()
child = os.fork()
if child == 0:
    db.save(rec("child"))
    db.close()
    sys.exit(0)
assert os.waitpid(child, 0)[1] == 0
done.set(); thread.join()
db.save(rec("after"))
db.close()
""",
            path,
        )

        assert {"before", "child", "after"} == keys(path)

    def test_a_pool_of_processes(self, path):
        """``multiprocessing`` by fork, with the object made before."""
        run(
            """
import multiprocessing, warnings; warnings.simplefilter("ignore", DeprecationWarning)
db = SQLiteTaskDB(path, timeout=30)
db.save(rec("before"))
def job(n):
    db.save(rec(n))
    return db.get("before") is not None
with multiprocessing.get_context("fork").Pool(4) as pool:
    assert all(pool.map(job, range(40)))
    pool.close(); pool.join()
db.save(rec("after"))
""",
            path,
        )

        assert {"before", "after", *map(str, range(40))} == keys(path)
