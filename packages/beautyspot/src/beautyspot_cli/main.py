"""Where the ``beautyspot`` script starts, and the only place that decides an exit code."""

import os
import sys
from collections.abc import Sequence
from enum import IntEnum

from cyclopts import CycloptsError

from beautyspot.core.errors import BeautySpotError
from beautyspot_cli.app import build
from beautyspot_cli.output import complain

__all__ = ["Exit", "main", "run"]


class Exit(IntEnum):
    """What the exit code of the command says."""

    OK = 0
    PROBLEM = 1  #: something is wrong, not found, or was done in part
    USAGE = 2  #: no such command or option, or a value that is not allowed
    INTERRUPTED = 130  #: Ctrl-C, as shells report it


def main() -> None:
    """Run the command of this process and leave with its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(tokens: Sequence[str]) -> int:
    """Run one command line and answer its exit code.

    Args:
        tokens: what was typed after ``beautyspot``. A leading ``--debug`` shows tracebacks.
    """
    debug = tokens[:1] == ["--debug"]
    try:
        return _run(tokens[1:] if debug else tokens)
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except BrokenPipeError:
        # The reader (`| head`) has seen enough. Python would complain again while it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.PROBLEM
    except Exception as error:
        if debug:
            raise
        # Commands of plugins are foreign code and may raise anything.
        kind = "" if isinstance(error, BeautySpotError) else f"{type(error).__name__}: "
        hint = "" if kind == "" else " (for the traceback: beautyspot --debug ...)"
        complain(f"{kind}{error}{hint}")
        return Exit.PROBLEM


def _run(tokens: Sequence[str]) -> int:
    try:
        answer = build(tokens)(
            tokens, exit_on_error=False, print_error=False, result_action="return_value"
        )
        sys.stdout.flush()
    except CycloptsError as error:
        command = " ".join(["beautyspot", *(error.command_chain or ())])
        complain(f"{error} See: {command} --help")
        return Exit.USAGE
    return answer if isinstance(answer, int) else Exit.OK
