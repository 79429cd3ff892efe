"""What a Linux board can know of itself: the temperature nearest to its die."""

from __future__ import annotations

import time

_ZONE = "/sys/class/thermal/thermal_zone0/temp"
_READ_EVERY_SECONDS = 0.1
_UNKNOWN_MILLI_C = 25_000


class Thermometer:
    """Read at most ten times a second; 25 °C where the machine has none."""

    def __init__(self, path: str = _ZONE) -> None:
        self._path = path
        self._read_at = float("-inf")
        self._milli_c = _UNKNOWN_MILLI_C

    def milli_c(self) -> int:
        now = time.monotonic()
        if now - self._read_at >= _READ_EVERY_SECONDS:
            self._read_at = now
            try:
                with open(self._path, encoding="ascii") as file:
                    self._milli_c = max(-(2**31), min(2**31 - 1, int(file.read())))
            except (OSError, ValueError):
                self._milli_c = _UNKNOWN_MILLI_C
        return self._milli_c
