"""A TCP proxy between a client and a server, for faults of the network on purpose."""

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Self

__all__ = ["Fault", "Proxy", "answer"]

_CHUNK = 65_536


@dataclass(frozen=True)
class Fault:
    """What happens to each connection; without any field it is passed through."""

    reset: bool = False  #: it is answered by RST at once
    black_hole: bool = False  #: it is taken, and what it sends is never answered
    answer: bytes | None = None  #: it is answered by these bytes, whatever it asks
    delay: float = 0.0  #: seconds before each piece of an answer is passed on
    drip: float = 0.0  #: seconds between single bytes of an answer
    cut_request: int | None = None  #: bytes of requests after which it is cut
    cut_answer: int | None = None  #: bytes of answers after which it is cut, by RST
    end_answer: int | None = None  #: bytes of answers after which it is ended, politely
    change: Callable[[bytes], bytes] | None = None  #: what is made of each piece of an answer
    times: int | None = None  #: to so many connections, and then to no more; None is all


def answer(status: int, body: bytes = b"", *, reason: str = "fault") -> bytes:
    """Answer an HTTP answer that closes its connection."""
    head = f"HTTP/1.1 {status} {reason}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body


class Proxy:
    """Passes connections on to a port of this machine, as well as ``fault`` lets it."""

    def __init__(self, port: int) -> None:
        """Take where to pass connections on to."""
        self._target = ("127.0.0.1", port)
        self._fault = Fault()
        self._left: int | None = None
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._server = socket.create_server(("127.0.0.1", 0))
        self._watch: tuple[int, Callable[[], object]] | None = None
        self._passed = 0
        self.connections = 0

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()
        self.hang_up()

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._server.getsockname()[1]

    def hang_up(self) -> None:
        """Reset all connections that there are."""
        with self._lock:
            each, self._open = self._open, set()
        for connection in each:
            _reset(connection)

    def watch(self, passed: int, then: Callable[[], object]) -> None:
        """Call ``then`` once, as soon as so many bytes of requests are passed on from now on."""
        self._passed, self._watch = 0, (passed, then)

    @contextlib.contextmanager
    def faulty(self, **fault: object) -> Iterator[None]:
        """Do this to every connection, those that are open included, for the length of a block."""
        self._fault = Fault(**fault)
        self._left = self._fault.times
        self.hang_up()
        try:
            yield
        finally:
            self._fault = Fault()
            self.hang_up()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            self.connections += 1
            fault = self._fault
            if self._left is not None:
                self._left -= 1
                fault = fault if self._left >= 0 else Fault()
            threading.Thread(target=self._serve, args=(client, fault), daemon=True).start()

    def _serve(self, client: socket.socket, fault: Fault) -> None:
        with self._lock:
            self._open.add(client)
        if fault.reset:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()
        elif fault.black_hole:
            return
        elif fault.answer is not None:
            with contextlib.suppress(OSError):
                client.recv(_CHUNK)
                client.sendall(fault.answer)
                client.shutdown(socket.SHUT_WR)
                _drain(client)
            client.close()
        else:
            self._pass_on(client, fault)

    def _pass_on(self, client: socket.socket, fault: Fault) -> None:
        try:
            server = socket.create_connection(self._target, 5)
        except OSError:
            _reset(client)
            return
        server.settimeout(None)
        with self._lock:
            self._open.add(server)
        there = threading.Thread(target=self._requests, args=(client, server, fault), daemon=True)
        there.start()
        _answers(server, client, fault)

    def _requests(self, client: socket.socket, server: socket.socket, fault: Fault) -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while some := client.recv(_CHUNK):
                passed += len(some)
                if fault.cut_request is not None and passed > fault.cut_request:
                    _reset(server)
                    _reset(client)
                    return
                server.sendall(some)
                self._count(len(some))
            server.shutdown(socket.SHUT_WR)

    def _count(self, size: int) -> None:
        with self._lock:
            self._passed += size
            watch = self._watch
            if watch is None or self._passed < watch[0]:
                return
            self._watch = None
        watch[1]()


def _answers(server: socket.socket, client: socket.socket, fault: Fault) -> None:
    passed = 0
    with contextlib.suppress(OSError):
        while some := server.recv(_CHUNK):
            some = fault.change(some) if fault.change else some
            for limit, end in ((fault.cut_answer, _reset), (fault.end_answer, _end)):
                if limit is not None and passed + len(some) > limit:
                    client.sendall(some[: limit - passed])
                    time.sleep(0.02)  # an RST overtakes what is on its way
                    end(client)
                    _reset(server)
                    return
            passed += len(some)
            _slowly(client, some, fault)
        client.shutdown(socket.SHUT_WR)


def _slowly(client: socket.socket, some: bytes, fault: Fault) -> None:
    if fault.delay:
        time.sleep(fault.delay)
    if fault.drip:
        for byte in some:
            client.sendall(bytes([byte]))
            time.sleep(fault.drip)
    else:
        client.sendall(some)


def _drain(connection: socket.socket) -> None:
    connection.settimeout(5)
    while connection.recv(_CHUNK):
        pass


def _end(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_WR)
    connection.close()


def _reset(connection: socket.socket) -> None:
    """Close with SO_LINGER 0, which sends RST."""
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)  # wakes the thread that reads from it
    connection.close()
