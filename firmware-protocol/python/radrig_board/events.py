"""Events, kept until the host acknowledges them (PROTOCOL.md, "Behaviour / Events").

    emit --> numbered, kept, sent          ack n  --> 1..n forgotten
    full --> counted as dropped            resend --> sent again, in order
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, Callable, Dict, List, Tuple

Event = Tuple[str, Dict[str, Any]]
CAPACITY = 1024


class EventBuffer:
    def __init__(self, send: Callable[[str, Dict[str, Any]], None]) -> None:
        self._send = send
        self._kept: "OrderedDict[int, Event]" = OrderedDict()
        self.last = 0
        self.acknowledged = 0
        self.dropped = 0
        self._untold = False

    def room(self) -> int:
        return CAPACITY - len(self._kept)

    def emit(self, *events: Event) -> None:
        """Whole or not at all: either all of these are kept and sent, or all are dropped."""
        if self.room() < len(events):
            self.dropped = min(self.dropped + len(events), 2**32 - 1)
            self._untold = True
            return
        for name, fields in events:
            self.last += 1
            self._kept[self.last] = (name, {"ev": self.last, **fields})
            self._send(*self._kept[self.last])

    def acknowledge(self, number: int) -> None:
        if number > self.last:
            return
        self.acknowledged = max(self.acknowledged, number)
        while self._kept and next(iter(self._kept)) <= number:
            self._kept.popitem(last=False)
        if self._untold and self.room() > 0:
            self._untold = False
            self.emit(("overflow", {"drop": self.dropped}))

    def from_(self, number: int) -> List[Event]:
        return [event for kept, event in self._kept.items() if kept >= number]
