"""State, golden and runs of one boot: what is done with a workload, whoever asked for it.

    idle -- load --> loaded -- golden --> ready -- begin --> running, iteration by iteration --> evidence --> EventBuffer
"""

from __future__ import annotations

import sys
import time
import traceback
from contextlib import contextmanager
from typing import Any, Callable, Dict, Iterator, Optional

from .accelerator import Accelerator, Workload, digest
from .events import EventBuffer
from .run import BudgetSpent, Golden, Strike, compare, evidence, iterate, make_golden, most_events
from .surroundings import Thermometer
from .transport import Closed

#: Words that armed strikes hit, all together, and elements listed: with 1024 events kept, their evidence always fits.
WORDS_HELD = 64
ELEMENTS_LISTED = 500
WORDS_OF_A_FAULT = 64


class Reset(Exception):
    """The board reboots, for this cause."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class Refused(Exception):
    """The command is not obeyed; the reason is a word of the norm."""


def require(holds: bool) -> None:
    if not holds:
        raise Refused("out-of-range")


class Engine:
    """`look` is called at least every few milliseconds of work, so that the host is heard."""

    def __init__(self, accelerator: Accelerator, events: EventBuffer, look: Callable[[], None]) -> None:
        self.state = "idle"
        self.khz = 1000
        self.armed: Dict[int, Strike] = {}
        #: Iteration in work, or the last one; and what the run has done so far.
        self.iteration = self.executed = self.clean = self.cycles = 0
        #: Why the run is to end after the iteration in work; empty while it is not.
        self.stopping = ""
        self.thermometer = Thermometer()
        self._accelerator, self._events, self._look = accelerator, events, look
        self._workload: Optional[Workload] = None
        self._golden: Optional[Golden] = None
        self._policy: Dict[str, Any] = {}
        self._since_restored = 0
        self._next = self._end = 0
        self._to_error = False

    @property
    def workload(self) -> Workload:
        assert self._workload is not None
        return self._workload

    @property
    def is_loaded(self) -> bool:
        return self._workload is not None

    @property
    def golden(self) -> Golden:
        assert self._golden is not None
        return self._golden

    def state_digest(self) -> str:
        return digest(self.workload.state())

    def load(self, name: str, seed: int, refresh: str, every: int, first: int) -> Workload:
        if name not in self._accelerator.workloads:
            raise Refused("unknown-workload")
        require(every >= 1)
        with _guarded():
            self._workload = self._accelerator.load(name, seed)
        self._policy = {"what": refresh, "every": every, "first": min(first, ELEMENTS_LISTED)}
        self._golden = None
        self._since_restored = 0
        self.armed.clear()
        self.state = "loaded"
        return self.workload

    def make_golden(self, times: int) -> Golden:
        require(times >= 1)
        began = time.monotonic()
        with _guarded():
            self._golden = make_golden(self.workload, times, self._look)
        self._since_restored = 0
        self.state = "loaded" if self._golden is None else "ready"
        if self._golden is None:
            raise Refused("golden-unstable")
        steps = self.golden.cycles * self.workload.inputs * times
        self.khz = max(1, min(int(steps / max(time.monotonic() - began, 1e-6) / 1000), 2**32 - 1))
        return self.golden

    def check(self) -> list:
        """The outputs of all inputs, from restored state."""
        outputs = []
        with _guarded():
            self.workload.restore("full")
            for index in range(self.workload.inputs):
                if iterate(self.workload, index, [], self.golden.budget, self._look).trapped:
                    self.state = "faulted"
                    raise Refused("faulted")
                outputs.append(self.workload.output())
            self.workload.restore("full")
        self._since_restored = 0
        return outputs

    def arm(self, strike: Strike) -> None:
        target = {one.name: one for one in self.workload.targets}.get(strike.target)
        if target is None:
            raise Refused("unknown-target")
        last = strike.word + (strike.words - 1) * strike.step
        require(strike.id >= 1 and 1 <= strike.words <= WORDS_OF_A_FAULT and strike.step >= 1)
        require(0 < strike.mask < 2**target.bits and last < target.words and strike.cycle <= self.golden.budget)
        others = sum(one.words for one in self.armed.values() if one.id != strike.id)
        if others + strike.words > WORDS_HELD:
            raise Refused("strikes-full")
        self.armed[strike.id] = strike

    def can(self, how: str) -> bool:
        """`hold` would take a device that keeps a bit through its own writes; `put` a workload that has it."""
        return how == "flip" or how == "put" and hasattr(self.workload, "put")

    def may_run(self, first: int, iterations: int, strikes: int) -> int:
        """The iteration to end before; Refused where the run may not begin."""
        end = first + iterations if iterations > 0 else 2**32
        require(end <= 2**32 and all(first <= one.iteration < end for one in self.armed.values()))
        if strikes != len(self.armed):
            raise Refused("strikes-differ")
        return end

    def begin(self, first: int, end: int, to_error: bool = False) -> None:
        self._next, self._end, self._to_error = first, end, to_error
        self.stopping = ""
        self.executed = self.clean = self.cycles = 0
        self.state = "running"

    def stop(self) -> None:
        self.armed.clear()
        if self.state == "running":
            self.stopping = "stopped"

    def refresh(self, what: str) -> None:
        self.workload.restore(what)
        self._since_restored = 0
        self.armed.clear()
        if what == "full" and self.state == "faulted":
            self.state = "loaded" if self._golden is None else "ready"

    def next_iteration(self) -> None:
        """One iteration of the run with its evidence, or the run's end."""
        number, workload = self._next, self.workload
        if self.stopping or number >= self._end:
            self._end_run(self.stopping or "finished")
            return
        strikes = [strike for strike in self.armed.values() if strike.iteration == number]
        if self._events.room() < most_events(sum(one.words for one in strikes), self._policy["first"]):
            self._end_run("stopped")
            return
        self.iteration = number
        index = number % workload.inputs
        with _guarded():
            done = iterate(workload, index, strikes, self.golden.budget, self._look, self._disarm)
        output = workload.output()
        floating = workload.output_format == "f32"
        difference = compare(output, self.golden.outputs[index], self._policy["first"], floating)
        self.executed += 1
        self.cycles += done.cycles
        self.clean += difference.wrong == 0 and not done.trapped
        if not done.trapped:
            self._refresh_by_policy()
        if done.struck or difference.wrong or done.trapped:
            milli_c = self.thermometer.milli_c()
            self._events.emit(*evidence(number, done, difference, output, self.state_digest(), milli_c))
        self._next += 1
        if done.trapped:
            self._end_run("trap")
        elif self._to_error and difference.wrong:
            self._end_run("stopped")

    def _disarm(self, strike: Strike) -> None:
        self.armed.pop(strike.id, None)

    def _refresh_by_policy(self) -> None:
        self._since_restored += 1
        if self._since_restored >= self._policy["every"]:
            self._since_restored = 0
            if self._policy["what"] != "none":
                self.workload.restore(self._policy["what"])

    def _end_run(self, why: str) -> None:
        self.armed.clear()
        self.state = "faulted" if why == "trap" else "ready"
        self._events.emit(("done", {"why": why, "n": self.executed, "clean": self.clean, "cyc": self.cycles}))


@contextmanager
def _guarded() -> Iterator[None]:
    """What the accelerator does in here may reset the board: a runaway by its watchdog, a failure of its own as a fault."""
    try:
        yield
    except (Reset, Closed, Refused):
        raise
    except BudgetSpent:
        raise Reset("watchdog") from None
    except Exception:
        traceback.print_exc(file=sys.stderr)
        raise Reset("fault") from None
