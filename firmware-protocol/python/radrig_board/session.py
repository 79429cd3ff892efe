"""A board's side of the line: its lines numbered and stamped, its heartbeat kept, the host's lease watched.

    transport --lines--> waiting --> on_line        send --numbered, stamped--> transport
    look: hears the host, beats when it is time
"""

from __future__ import annotations

import time
from collections import deque
from contextlib import contextmanager
from typing import Any, Callable, Deque, Dict, Iterator

from .protocol import encode
from .transport import Transport

#: Lines that may wait while golden is made; a host that sends more loses them, as on any link.
_LINES_WAITING = 256


class Session:
    def __init__(
        self, transport: Transport, boot: int, on_line: Callable[[str], None], beat: Callable[[], Dict[str, Any]]
    ) -> None:
        self.boot = boot
        self._transport, self._on_line, self._beat = transport, on_line, beat
        self._seq = 0
        self._waiting: Deque[str] = deque()
        self._deaf = False
        self._born = self._heard = time.monotonic()
        self._heartbeat, self._lease = 1.0, 10.0
        self._next_heartbeat = self._born + self._heartbeat

    def begin(self) -> None:
        """Ends a line that the last boot may have left torn."""
        self._transport.send("\n")

    def send(self, kind: str, name: str, fields: Dict[str, Any]) -> None:
        self._seq = (self._seq + 1) % 2**32
        uptime = int((time.monotonic() - self._born) * 1000) % 2**40
        self._transport.send(encode(kind, self._seq, self.boot, uptime, name, fields) + "\n")

    def agree(self, heartbeat_ms: int, lease_ms: int) -> None:
        self._heartbeat, self._lease = heartbeat_ms / 1000, lease_ms / 1000
        self._next_heartbeat = min(self._next_heartbeat, time.monotonic() + self._heartbeat)

    def renew_lease(self) -> None:
        self._heard = time.monotonic()

    def lease_is_over(self) -> bool:
        return time.monotonic() - self._heard > self._lease

    @contextmanager
    def deaf(self) -> Iterator[None]:
        """In here what the host says is read, but waits for its turn."""
        self._deaf = True
        try:
            yield
        finally:
            self._deaf = False

    def look(self, wait: bool = False) -> None:
        """Hears the host; with `wait`, until there is something to hear or to say."""
        timeout = max(0.0, self._next_heartbeat - time.monotonic()) if wait else 0.0
        for line in self._transport.receive(timeout):
            if not self._deaf or len(self._waiting) < _LINES_WAITING:
                self._waiting.append(line)
        while self._waiting and not self._deaf:
            self._on_line(self._waiting.popleft())
        now = time.monotonic()
        if now >= self._next_heartbeat:
            self._next_heartbeat = max(self._next_heartbeat + self._heartbeat, now)
            self.send("t", "heartbeat", self._beat())
