"""Bytes to lines and back, over standard streams or a serial port, never waiting for a host that does not read.

    fd --bytes--> split at LF, drop what grows beyond 255 --> lines
    fd <--bytes-- what fits in 64 KiB <--------------------- lines
"""

from __future__ import annotations

import os
import select
import sys
import termios
import time
from typing import List, Optional

from .protocol import MAX_LINE

_OUT_BYTES = 65536
_REOPEN_SECONDS = 0.5


class Closed(Exception):
    """The host is gone for good: the standard streams ended."""


class Lines:
    """Lines out of bytes. A line that grows beyond 255 bytes is dropped up to its LF, and so is one CR before an LF."""

    def __init__(self) -> None:
        self._tail = b""
        self._dropping = False

    def feed(self, data: bytes) -> List[str]:
        pieces = (self._tail + data).split(b"\n")
        self._tail = pieces.pop()
        if self._dropping and pieces:
            pieces[0] = b""
            self._dropping = False
        if len(self._tail) >= MAX_LINE:
            self._dropping = True
        if self._dropping:
            self._tail = b""
        lines = [piece[:-1] if piece.endswith(b"\r") else piece for piece in pieces]
        return [line.decode("latin-1") for line in lines if line]


class Transport:
    """`receive` waits up to `timeout` seconds; `send` drops what a host that does not read leaves no room for."""

    def __init__(self) -> None:
        self._lines = Lines()
        self._out = bytearray()

    def _descriptors(self) -> Optional[tuple]:
        """(in, out); None while there is no port."""
        raise NotImplementedError

    def _lost(self) -> None:
        """The stream ended or failed."""
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError

    def send(self, data: str) -> None:
        if len(self._out) + len(data) <= _OUT_BYTES:
            self._out += data.encode("latin-1")
        self._flush()

    def receive(self, timeout: float) -> List[str]:
        descriptors = self._descriptors()
        if descriptors is None:
            time.sleep(min(timeout, _REOPEN_SECONDS))
            return []
        source, sink = descriptors
        readable, writable, _ = select.select([source], [sink] if self._out else [], [], timeout)
        if writable:
            self._flush()
        if not readable:
            return []
        try:
            data = os.read(source, 65536)
        except BlockingIOError:
            return []
        except OSError:
            data = b""
        if not data:
            self._lost()
            return []
        return self._lines.feed(data)

    def _flush(self) -> None:
        descriptors = self._descriptors()
        if descriptors is None:
            self._out.clear()
            return
        try:
            while self._out:
                del self._out[: os.write(descriptors[1], self._out)]
        except BlockingIOError:
            return
        except OSError:
            self._out.clear()
            self._lost()

    def drain(self, seconds: float) -> None:
        """Gives the host a moment to take what is still to be sent."""
        deadline = time.monotonic() + seconds
        while self._out and time.monotonic() < deadline:
            descriptors = self._descriptors()
            if descriptors is None:
                return
            select.select([], [descriptors[1]], [], 0.01)
            self._flush()


class StandardStreams(Transport):
    def __init__(self) -> None:
        super().__init__()
        self._fds = (sys.stdin.fileno(), sys.stdout.fileno())
        for fd in self._fds:
            os.set_blocking(fd, False)

    def _descriptors(self) -> tuple:
        return self._fds

    def _lost(self) -> None:
        raise Closed

    def close(self) -> None:
        for fd in self._fds:
            os.set_blocking(fd, True)


class SerialPort(Transport):
    """A serial port or pseudo-terminal: 8N1, raw, no flow control. One that goes away is opened again when it is back."""

    def __init__(self, path: str, baud: int) -> None:
        super().__init__()
        self._path = path
        self._speed = getattr(termios, f"B{baud}", None)
        if self._speed is None:
            raise ValueError(f"{baud} Bd is not a speed of this system; take 115200 or another usual one")
        self._fd: Optional[int] = _open(path, self._speed)
        self._tried = 0.0

    def _descriptors(self) -> Optional[tuple]:
        now = time.monotonic()
        if self._fd is None and now - self._tried >= _REOPEN_SECONDS:
            self._tried = now
            try:
                self._fd = _open(self._path, self._speed)
            except (OSError, termios.error):
                return None
        return None if self._fd is None else (self._fd, self._fd)

    def _lost(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
        self._fd = None
        self._tried = time.monotonic()
        self._lines = Lines()

    def close(self) -> None:
        if self._fd is not None:
            os.close(self._fd)


def _open(path: str, speed: int) -> int:
    fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        control = [0] * 32
        control[termios.VMIN], control[termios.VTIME] = 1, 0
        flags = termios.CS8 | termios.CREAD | termios.CLOCAL
        termios.tcsetattr(fd, termios.TCSANOW, [0, 0, flags, 0, speed, speed, control])
    except termios.error:
        os.close(fd)
        raise
    return fd
