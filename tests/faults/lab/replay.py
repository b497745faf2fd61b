"""Plays back a log of the shim, and builds the files as a power cut at some event leaves them.

What was synced is there. Of the rest:

- of the writes to a file a random part is there, each whole, or torn at sectors of 512 bytes, or
  none of it; later ones may be there without earlier ones;
- of the changes of a folder's names the first ones are there, as file systems with a journal have
  it; a file whose name is not there is gone, however well it was synced.
"""

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

__all__ = ["Event", "Machine", "events"]

_EVENT = struct.Struct("=c7xQQIIII")
_SECTOR = 512


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the log."""

    kind: str
    inode: int
    offset: int
    path: str
    second: str
    data: bytes


def events(log: Path) -> Iterator[Event]:
    """Yield what happened, in the order in which it did."""
    data = log.read_bytes()
    at = 0
    while at < len(data):
        kind, inode, offset, *lengths, _ = _EVENT.unpack_from(data, at)
        at += _EVENT.size
        parts = []
        for length in lengths:
            parts.append(data[at : at + length])
            at += length
        yield Event(
            kind.decode(), inode, offset, os.fsdecode(parts[0]), os.fsdecode(parts[1]), parts[2]
        )


def _put(content: bytearray, offset: int, data: bytes) -> None:
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data


def _apply(content: bytearray, change: Event) -> None:
    if change.kind == "W":
        _put(content, change.offset, change.data)
    elif change.offset < len(content):
        del content[change.offset :]
    else:
        content.extend(bytes(change.offset - len(content)))


@dataclass(slots=True, eq=False)
class _File:
    synced: bytearray = field(default_factory=bytearray)
    pending: list[Event] = field(default_factory=list)

    def sync(self) -> None:
        for change in self.pending:
            _apply(self.synced, change)
        self.pending.clear()

    def after_a_cut(self, chance: Random, mood: str) -> bytes:
        content = bytearray(self.synced)
        pending = self.pending
        if mood == "first":
            pending = pending[: chance.randrange(len(pending) + 1)]
        for change in pending:
            if mood != "any" or chance.random() < 0.6:
                _apply(content, change)
            elif change.kind == "W" and chance.random() < 0.5:
                self._tear(content, change, chance)
        return bytes(content)

    @staticmethod
    def _tear(content: bytearray, change: Event, chance: Random) -> None:
        for start in range(0, len(change.data), _SECTOR):
            if chance.random() < 0.5:
                sector = change.data[start : start + _SECTOR]
                _put(content, change.offset + start, sector)


@dataclass(slots=True, eq=False)
class _Folder:
    synced: "dict[str, _File | _Folder]" = field(default_factory=dict)
    now: "dict[str, _File | _Folder]" = field(default_factory=dict)
    pending: "list[tuple[str, _File | _Folder | None]]" = field(default_factory=list)

    def name(self, name: str, entry: "_File | _Folder | None") -> None:
        self.pending.append((name, entry))
        _name(self.now, name, entry)

    def sync(self) -> None:
        self.synced = dict(self.now)
        self.pending.clear()

    def after_a_cut(self, chance: Random, mood: str) -> "dict[str, _File | _Folder]":
        names = dict(self.synced)
        most = {"all": len(self.pending), "none": 0}.get(mood)
        upto = chance.randrange(len(self.pending) + 1) if most is None else most
        for name, entry in self.pending[:upto]:
            _name(names, name, entry)
        return names


def _name(names: "dict[str, _File | _Folder]", name: str, entry: "_File | _Folder | None") -> None:
    if entry is None:
        names.pop(name, None)
    else:
        names[name] = entry


class Machine:
    """The files below a folder, as programs see them, and as they are on the disk."""

    def __init__(self, root: str) -> None:
        """Begin with an empty folder, which is on the disk."""
        self._root = root
        self._top = _Folder()
        self._by_inode: dict[int, _File | _Folder] = {os.stat(root).st_ino: self._top}

    def play(self, event: Event) -> None:
        """Let one more thing happen."""
        match event.kind:
            case "O" | "M":
                made = _File() if event.kind == "O" else _Folder()
                self._by_inode[event.inode] = made
                folder, name = self._place(event.path)
                folder.name(name, made)
            case "W" | "T":
                file = self._by_inode[event.inode]
                assert isinstance(file, _File)
                file.pending.append(event)
            case "S":
                self._by_inode[event.inode].sync()
            case "R":
                source, name = self._place(event.path)
                target, new_name = self._place(event.second)
                target.name(new_name, source.now[name])
                source.name(name, None)
            case "U":
                folder, name = self._place(event.path)
                folder.name(name, None)

    def cut(self, image: Path, chance: Random) -> None:
        """Write the files as they are found when the power is back."""
        mood = chance.choice(("any", "any", "first", "first", "all", "none"))
        self._write(self._top, image, chance, mood)

    def _write(self, folder: _Folder, path: Path, chance: Random, mood: str) -> None:
        path.mkdir(mode=0o700)
        for name, entry in folder.after_a_cut(chance, mood).items():
            if isinstance(entry, _Folder):
                self._write(entry, path / name, chance, mood)
            else:
                content = entry.after_a_cut(chance, mood) if mood != "none" else entry.synced
                (path / name).write_bytes(content)

    def _place(self, path: str) -> tuple[_Folder, str]:
        *parts, name = os.path.relpath(path, self._root).split(os.sep)
        folder = self._top
        for part in parts:
            entry = folder.now[part]
            assert isinstance(entry, _Folder)
            folder = entry
        return folder, name
