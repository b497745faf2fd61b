"""How tangled is the standard library? A batch over every module file of this Python.

Each file is parsed, and each of its functions measured: lines, branches, nesting. Every result is
kept the moment it is there, so the batch can be stopped at any time and run again::

    $ python examples/stdlib_metrics.py    # Ctrl-C whenever you like
    $ python examples/stdlib_metrics.py    # goes on where it stopped
    $ python examples/stdlib_metrics.py    # has nothing left to do
"""

import argparse
import ast
import hashlib
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from pathlib import Path

import beautyspot as bs

#: Each of these adds one way through a function.
BRANCHES = (
    ast.If, ast.IfExp, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.match_case,
    ast.comprehension, ast.Assert,
)  # fmt: skip
#: What a reader of a function can be inside of.
BLOCKS = (
    ast.If, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.TryStar, ast.With, ast.AsyncWith,
    ast.Match,
)  # fmt: skip
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
#: Folders of the standard library that hold no modules of it.
LEFT_OUT = {"site-packages", "test", "tests", "idle_test", "__pycache__"}

#: Name, lines, branches, nesting.
FunctionMetrics = tuple[str, int, int, int]


def measure(path: str, digest: str) -> list[FunctionMetrics]:  # noqa: ARG001  # see below
    """Answer the metrics of every function in a file.

    The digest is not used: it is an argument so that an edited file is another call, with a result
    of its own. The path alone would answer for the file as it was.
    """
    tree = ast.parse(Path(path).read_bytes())
    return [
        (node.name, lines(node), 1 + branches(node), nesting(node))
        for node in ast.walk(tree)
        if isinstance(node, FUNCTIONS)
    ]


def lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Answer how many lines a function has, its ``def`` among them."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def branches(node: ast.AST) -> int:
    """Answer how many branches are below a node, those of inner functions among them."""
    return sum(isinstance(inner, BRANCHES) for inner in ast.walk(node))


def nesting(node: ast.AST) -> int:
    """Answer how many blocks are inside each other at the deepest place below a node."""
    inner = (nesting(child) - is_elif(node, child) for child in ast.iter_child_nodes(node))
    return max(inner, default=0) + isinstance(node, BLOCKS)


def is_elif(node: ast.AST, child: ast.AST) -> bool:
    """Answer whether a child is beside its parent for a reader: the tree has an ``elif`` inside."""
    if isinstance(node, ast.If) and isinstance(child, ast.If):
        return node.col_offset == child.col_offset
    return False


def module_files() -> Iterator[Path]:
    """Yield the module files of the running Python's standard library, without its tests."""
    folder = Path(sysconfig.get_path("stdlib"))
    for file in folder.rglob("*.py"):
        # Below the folder: what stands above it is where this Python was installed.
        if LEFT_OUT.isdisjoint(file.relative_to(folder).parts):
            yield file


def show_progress(done: int, of: int) -> None:
    """Draw a bar on stderr: over itself on a terminal, elsewhere a line now and then."""
    bar = "#" * (30 * done // of)
    if sys.stderr.isatty():
        print(f"\r[{bar:30}] {done}/{of}", end="\n" if done == of else "", file=sys.stderr)
    elif done % 20 == 0 or done == of:
        print(f"{done}/{of}", file=sys.stderr, flush=True)


def show_table(measured: Sequence[tuple[Path, FunctionMetrics]]) -> None:
    """Print the ten functions with the most branches, and the totals."""
    print(f"\n{'branches':>8} {'nesting':>7} {'lines':>6}  function")
    for file, (name, length, ways, depth) in sorted(measured, key=lambda m: -m[1][2])[:10]:
        print(f"{ways:8} {depth:7} {length:6}  {file.stem}.{name}")
    total = sum(metrics[1] for _, metrics in measured)
    print(f"\n{len(measured):,} functions, {total:,} lines of them.")


def show_counts(counts: bs.Counts) -> None:
    """Say in plain words what had to be done, and what did not; a run that was cut is not done."""
    print(
        f"Ran: {counts.runs - counts.errors}. From the store: {counts.hits}. "
        f"Seconds saved: {counts.seconds_saved:.2f}.",
        flush=True,
    )


def main() -> int:
    """Measure the files, show what was found, and what it took."""
    parser = argparse.ArgumentParser(description="Measure the functions of the standard library.")
    parser.add_argument("--db", default="stdlib_metrics.db", help="where results are kept")
    parser.add_argument("--limit", type=int, help="measure only so many files")
    options = parser.parse_args()
    if options.limit is not None and options.limit < 1:
        parser.error("--limit takes a number from 1 on")

    files = sorted(module_files())[: options.limit]
    measured: list[tuple[Path, FunctionMetrics]] = []
    done = 0
    with bs.Spot("stdlib_metrics", db=options.db) as spot:
        remembered = spot.mark(measure)
        try:
            for done, file in enumerate(files):
                show_progress(done, len(files))
                digest = hashlib.sha256(file.read_bytes()).hexdigest()
                measured += [(file, metrics) for metrics in remembered(str(file), digest)]
        except KeyboardInterrupt:
            print(f"\nStopped. {done} files are done and kept: run it again to go on from there.")
            show_counts(remembered.counts)
            return 130
        show_progress(len(files), len(files))
        show_table(measured)
        show_counts(remembered.counts)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:  # before the first file, or after the last
        sys.exit(130)
