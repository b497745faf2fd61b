"""How a command answers: data on stdout, everything else on stderr.

A terminal gets a table that fits its width, a pipe tab-separated values, ``--json`` one document.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from beautyspot_cli.inventory import Row

__all__ = ["complain", "write"]

#: Raised when a field changes its meaning or goes away; new fields do not raise it.
_SCHEMA: Final = 1

#: What a narrow terminal does without, in this order.
_DISPENSABLE: Final = ("file", "seconds", "value", "version", "distribution")

_GAP: Final = 2


def complain(message: str) -> None:
    """Say on stderr what is wrong, in one line."""
    print(f"beautyspot: {' '.join(message.split())}", file=sys.stderr)


def write(rows: Sequence["Row"], *, name: str, as_json: bool, color: bool) -> None:
    """Write rows to stdout in the form that fits who reads it.

    Args:
        rows: all of one type.
        name: of the list in the JSON document.
        as_json: one JSON document, also on a terminal.
        color: False for no colours on a terminal; a pipe never gets any.
    """
    if as_json:
        document = {"schema": _SCHEMA, name: [asdict(row) for row in rows]}
        print(json.dumps(document, ensure_ascii=False, indent=2))
    elif sys.stdout.isatty():
        _table(rows, color=color)
    else:
        _tsv(rows)


def _cells(row: "Row") -> dict[str, str]:
    return {name: _text(value) for name, value in asdict(row).items()}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else " ".join(str(value).split())


def _tsv(rows: Sequence["Row"]) -> None:
    from beautyspot_cli.inventory import Row  # noqa: PLC0415  # only for its field names

    print("\t".join(field.name for field in fields(Row)))
    for row in rows:
        print("\t".join(_cells(row).values()))


def _table(rows: Sequence["Row"], *, color: bool) -> None:
    from rich.console import Console  # noqa: PLC0415  # 60 ms that a pipe does not pay
    from rich.table import Table  # noqa: PLC0415

    console = Console(no_color=None if color else True, highlight=False)
    cells = [_cells(row) for row in rows]
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
    columns = _fitting(cells, console.width)
    for column in columns:
        table.add_column(column, no_wrap=True, overflow="ellipsis")
    for row in cells:
        style = "red" if row["loads"] == "no" else None
        table.add_row(*(row[column] for column in columns), style=style)
    console.print(table)


def _fitting(cells: Sequence[dict[str, str]], width: int) -> list[str]:
    """Answer the columns to show: the dispensable ones go before any is squeezed."""
    from rich.cells import cell_len  # noqa: PLC0415  # counts wide characters as two

    columns = [name for name in (cells[0] if cells else {}) if name != "error"]
    needs = {
        name: _GAP + max(cell_len(text) for text in (name, *(row[name] for row in cells)))
        for name in columns
    }
    for name in _DISPENSABLE:
        if sum(needs[name] for name in columns) <= width:
            break
        columns.remove(name)
    return columns
