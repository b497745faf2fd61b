"""The stored results of one marked generator function: found, verified, and given out in chunks."""

from collections.abc import Generator
from functools import cached_property

from beautyspot.core.effects import Failed, Report
from beautyspot.core.frames import Framing
from beautyspot.core.model import Entry
from beautyspot.core.ports import BlobStreams
from beautyspot.core.streaming import Encoded, Yielded
from beautyspot.drivers.hooks import Occasion
from beautyspot.drivers.payloads import codec_of
from beautyspot.drivers.replay import OpenBlob, Replay, StoredBytes
from beautyspot.drivers.results import ResultStore, location_of
from beautyspot.drivers.source import Source
from beautyspot.drivers.spool import Spool

__all__ = ["StreamStore"]


class StreamStore(ResultStore):
    """A ``ResultStore`` whose values are streams: ``recall`` answers a ``Replay``."""

    @cached_property
    def framing(self) -> Framing:
        """How streams are written by the serializer of the function."""
        return Framing(codec_of(self._payloads.serializer))

    @property
    def streams(self) -> bool:
        """Whether the blob store can be written bit by bit."""
        return isinstance(self._blobs, BlobStreams)

    def spool(self) -> Spool:
        """Answer what keeps the bytes of a run."""
        return Spool(self._blobs)

    def source(self) -> Source:
        """Answer what measures and counts a run."""
        fingerprint = self.guard.fingerprint()
        trouble = self.guard.no_source() if fingerprint is None else None
        if trouble is not None:
            self.perform(Report(trouble))
        return Source(self.clock, self.tally, fingerprint)

    def encoded(self, value: object) -> Encoded | Failed:
        """Answer a chunk as bytes, or what keeps it from being any."""
        try:
            return Encoded(self._payloads.dumped(value))
        except Exception as error:  # noqa: BLE001  # foreign code, as everywhere in ``results``
            return Failed(error)

    def decoded(self, content: bytes) -> object:
        """Answer a chunk again.

        Raises:
            DataError: these bytes are none.
        """
        return self._payloads.loads(content)

    def _value(self, entry: Entry, occasion: Occasion | None) -> object:
        replay = self._replay(entry)
        self.tally.hit(entry.elapsed)
        stored = entry.fingerprint
        if self._is_unchanged and stored is not None and not self._is_unchanged(stored):
            change = self.guard.change(stored)
            if change is not None:
                self.perform(Report(change))
        if occasion is not None:
            occasion.hit(None, entry.elapsed, replay.size)
        return replay

    def _decoded(self, entry: Entry) -> object:
        """Answer the chunks; the blob is open only while they are read."""
        self._replay(entry).close()
        return self._chunks(entry)

    def _chunks(self, entry: Entry) -> Generator[object, None, object]:
        replay = self._replay(entry)
        try:
            while isinstance(step := replay.step(), Yielded):
                yield step.value
            return step.value
        finally:
            replay.close()

    def _replay(self, entry: Entry) -> Replay:
        source = self._stored(entry)
        replay = Replay(self.framing, source, self.decoded)
        try:
            replay.verify(entry.checksum)
        except BaseException:
            replay.close()
            raise
        return replay

    def _stored(self, entry: Entry) -> StoredBytes | OpenBlob:
        if entry.data is not None:
            return StoredBytes(entry.data)
        location = location_of(entry)
        if isinstance(self._blobs, BlobStreams):
            return OpenBlob(self._blobs.open(location))
        return StoredBytes(self._blobs.load(location))
