"""What ``make demo`` shows: a batch that is stopped twice, and loses nothing.

``stdlib_metrics.py`` runs four times on one database, in a folder of its own that is removed at the
end, unless ``--keep`` is given. The first run is interrupted as with Ctrl-C, the second is killed
outright.
"""

import argparse
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

BATCH = Path(__file__).with_name("stdlib_metrics.py")
SUMMARY = re.compile(r"Ran: (\d+)\. From the store: (\d+)\. Seconds saved: ([\d.]+)\.")
PROGRESS = re.compile(r"(\d+)/(\d+)")
#: Seconds after which a run hangs and is ended.
PATIENCE = 300


@dataclass(frozen=True)
class Run:
    """What one run of the batch came to."""

    files: int  #: that there are
    seen: int  #: that its progress had passed when it ended
    ran: int | None  #: None for a run that was killed and could not say
    stored: int | None
    code: int


def batch(folder: str, stop: signal.Signals | None = None, share: float = 1.0) -> Run:
    """Run the batch; send it a signal when its progress has passed a share of the files."""
    command = [sys.executable, "-u", str(BATCH), "--db", str(Path(folder, "metrics.db"))]
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    watchdog = threading.Timer(PATIENCE, process.kill)
    watchdog.start()
    try:
        seen, files, printed = follow(process, stop, share)
    finally:
        # When the demo itself is interrupted, nothing of it stays behind.
        process.kill()
        code = process.wait()
        watchdog.cancel()
    if sys.stdout.isatty():
        print()
    print("".join(f"  | {line}\n" for line in printed.strip().splitlines()), end="")
    summary = SUMMARY.search(printed)
    ran, stored = (int(summary[1]), int(summary[2])) if summary else (None, None)
    return Run(files, seen, ran, stored, code)


def follow(
    process: subprocess.Popen[str], stop: signal.Signals | None, share: float
) -> tuple[int, int, str]:
    """Watch a run to its end; answer its last progress, the number of files, what it printed."""
    seen = files = 0
    assert process.stderr is not None
    assert process.stdout is not None
    for line in process.stderr:
        progress = PROGRESS.fullmatch(line.strip())
        if progress is None:
            print(f"  {line.rstrip()}")
            continue
        seen, files = int(progress[1]), int(progress[2])
        show_bar(seen, files)
        if stop is not None and seen >= share * files:
            process.send_signal(stop)
            stop = None
    printed = process.stdout.read()
    process.wait()
    return seen, files, printed


def show_bar(done: int, of: int) -> None:
    """Pass the progress on, as a bar that is drawn over itself; a pipe is spared it."""
    if sys.stdout.isatty():
        print(f"\r  [{'#' * (40 * done // of):40}] {done}/{of}", end="", flush=True)


def say(text: str) -> None:
    """Print a paragraph at once: the runs print to the same place."""
    print(f"\n{text}", flush=True)


def main() -> int:
    """Run the demo in a folder of its own."""
    parser = argparse.ArgumentParser(
        description="A batch that is stopped twice, and loses nothing."
    )
    parser.add_argument("--keep", action="store_true", help="leave the database, and say where")
    keep: bool = parser.parse_args().keep
    # A background job of a shell ignores Ctrl-C, and would hand that down to the batch.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    folder = tempfile.mkdtemp(prefix="beautyspot-demo-")
    try:
        return show(folder)
    except KeyboardInterrupt:
        say("The demo was stopped.")
        return 130
    finally:
        if keep:
            say(f"The database is kept: {Path(folder, 'metrics.db')}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


def show(folder: str) -> int:
    """Show the four runs, and check that their numbers add up."""
    say("1. A batch parses every module of the standard library. Half way: Ctrl-C.")
    first = batch(folder, signal.SIGINT, 0.5)
    say("2. The same command again: it goes on from there. At three quarters: kill -9.")
    second = batch(folder, signal.SIGKILL, 0.75)
    print(f"  | (killed after {second.seen} of {second.files} files; it could not say a word)")
    say("3. Once more. What the killed run had finished is there too: only the rest runs.")
    third = batch(folder)
    say("4. And again, with nothing left to do.")
    fourth = batch(folder)
    problems = list(faults(first, second, third, fourth))
    if problems:
        say("The numbers do not add up: " + "; ".join(problems) + ".")
        return 1
    between = (third.stored or 0) - (first.ran or 0)
    say(
        f"What you just saw: {first.files} files were measured once, over three runs of which two\n"
        f"were stopped by force. Run 1 did {first.ran}, run 2 another {between} before it was\n"
        f"killed, run 3 the last {third.ran}, run 4 none. The program does\n"
        "nothing for this but carry one mark, on the function that does the work."
    )
    return 0


def faults(first: Run, second: Run, third: Run, fourth: Run) -> list[str]:
    """Answer what is wrong with the numbers of the four runs."""
    wrong: list[str] = []
    files = first.files
    if first.code != 130 or not first.ran or first.ran >= files:
        wrong.append(f"run 1 was to stop half way with exit code 130: {first}")
    if second.code != -signal.SIGKILL:
        wrong.append(f"run 2 was to be killed: {second}")
    # The killed run had said that it passed so many files: each of them was kept before.
    if third.stored is None or third.ran is None or third.stored < second.seen:
        wrong.append(f"run 3 was to find {second.seen} results: {third}")
    elif third.ran + third.stored != files:
        wrong.append(f"run 3 was to finish {files} files: {third}")
    if (fourth.ran, fourth.stored) != (0, files):
        wrong.append(f"run 4 was to run nothing: {fourth}")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
