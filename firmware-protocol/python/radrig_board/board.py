"""The agent: a board from one boot to the next (PROTOCOL.md, "Behaviour").

    Session --line--> decode --> one handler a command --> answer
    run: iteration by iteration --> evidence --> EventBuffer --> Session
"""

from __future__ import annotations

import sys
import time
import traceback
from contextlib import contextmanager
from typing import Any, Dict, Iterator, NamedTuple, NoReturn, Optional, Union

from . import __version__
from .accelerator import Accelerator, Workload, digest
from .events import EventBuffer
from .messages import VERSION
from .protocol import Garbled, Head, Message, decode
from .run import BudgetSpent, Golden, Strike, compare, evidence, iterate, make_golden, most_events
from .session import Session
from .surroundings import Thermometer
from .transport import Closed, Transport

STRIKES_HELD = 64
ELEMENTS_LISTED = 256
_ALWAYS = {"hello", "workloads", "status", "clock", "reset", "ack", "resend", "stop"}
#: What each state allows, and why it refuses the rest.
_STATES = {
    "running": (_ALWAYS, "busy"),
    "faulted": (_ALWAYS | {"load", "target", "refresh"}, "faulted"),
    "idle": (_ALWAYS | {"load"}, "not-loaded"),
    "loaded": (_ALWAYS | {"load", "target", "golden", "refresh"}, "no-golden"),
}


class Identity(NamedTuple):
    model: str
    serial: str


class Reset(Exception):
    """The board reboots, for this cause."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class Refused(Exception):
    """The command is not obeyed; the reason is a word of the norm."""


class Board:
    """One boot. `serve` ends with Reset, or with what the transport raises."""

    def __init__(
        self, transport: Transport, accelerator: Accelerator, identity: Identity, boot: int, boots: int, cause: str
    ) -> None:
        self._accelerator, self._identity = accelerator, identity
        self._boots, self._cause = boots, cause
        self._session = Session(transport, boot, self._hear, self._beat)
        self._events = EventBuffer(lambda name, fields: self._session.send("e", name, fields))
        self._thermometer = Thermometer()
        self._state = "idle"
        self._workload: Optional[Workload] = None
        self._golden: Optional[Golden] = None
        self._khz = 1000
        self._policy: Dict[str, Any] = {}
        self._since_restored = 0
        self._armed: Dict[int, Strike] = {}
        self._next = self._end = 0
        self._stopping = ""
        self._iteration = self._executed = self._clean = self._cycles = 0

    def serve(self) -> NoReturn:
        self._session.begin()
        self._events.emit(("boot", {"boots": self._boots, "cause": self._cause}))
        while True:
            if self._state == "running":
                self._next_iteration()
                self._look()
            else:
                self._session.look(wait=True)

    def _look(self) -> None:
        self._session.look()
        if self._state == "running" and self._session.lease_is_over() and not self._stopping:
            self._stopping = "lease"

    def _beat(self) -> Dict[str, Any]:
        return {
            "state": self._state,
            "it": self._iteration,
            "clean": self._clean,
            "ev": self._events.last,
            "ack": self._events.acknowledged,
            "drop": self._events.dropped,
            "boots": self._boots,
            "t": self._thermometer.milli_c(),
            "thr": 0,
            "cyc": self._cycles,
        }

    # Commands

    def _hear(self, line: str) -> None:
        heard = decode(line)
        head = heard.head
        if head is None or head.kind != "c":
            return
        if head.name == "ack":
            self._ack(heard)
            return
        try:
            if isinstance(heard, Garbled):
                raise Refused("unknown-command" if heard.reason == "unknown-message" else "bad-field")
            if head.boot not in (0, self._session.boot):
                raise Refused("wrong-boot")
            self._session.renew_lease()
            self._obey(head, heard.fields)
        except Refused as refused:
            self._session.send("a", "refused", {"re": head.seq, "cmd": head.name, "why": str(refused)})

    def _ack(self, heard: Union[Message, Garbled]) -> None:
        if isinstance(heard, Message) and heard.head.boot in (0, self._session.boot):
            self._session.renew_lease()
            if heard.head.boot == self._session.boot:
                self._events.acknowledge(heard.fields["ev"])

    def _obey(self, head: Head, fields: Dict[str, Any]) -> None:
        name = head.name
        if name == "hello" and fields["v"] != VERSION:
            raise Refused("bad-version")
        handler = getattr(self, "_do_" + name, None)
        if handler is None:
            raise Refused("not-able")
        allowed, reason = _STATES.get(self._state, ({name}, ""))
        if name not in allowed:
            raise Refused(reason)
        handler(head.seq, **{key + "_" if key == "from" else key: value for key, value in fields.items()})

    def _answer(self, re: int, name: str, /, **fields: Any) -> None:
        self._session.send("a", name, {"re": re, **fields})

    def _do_hello(self, re: int, v: int, hb: int, lease: int) -> None:
        _require(10 <= hb <= 60000 and lease >= 100)
        self._session.agree(hb, lease)
        self._answer(
            re,
            "hello-ok",
            v=VERSION,
            model=self._identity.model,
            serial=self._identity.serial,
            fw=__version__,
            acc=self._accelerator.name,
            boots=self._boots,
            cause=self._cause,
            ev=self._events.last,
            drop=self._events.dropped,
            cap="rs",
        )

    def _do_workloads(self, re: int) -> None:
        self._answer(re, "workloads-ok", w=tuple(self._accelerator.workloads))

    def _do_status(self, re: int) -> None:
        beat = self._beat()
        about = {key: beat[key] for key in ("state", "it", "ev", "ack", "drop")}
        self._answer(re, "status-ok", **about, armed=len(self._armed), t=beat["t"], thr=beat["thr"])

    def _do_load(self, re: int, w: str, seed: int, refresh: str, every: int, first: int) -> None:
        if w not in self._accelerator.workloads:
            raise Refused("unknown-workload")
        _require(every >= 1)
        with self._guarded():
            self._workload = workload = self._accelerator.load(w, seed)
        self._policy = {"what": refresh, "every": every, "first": min(first, ELEMENTS_LISTED)}
        self._golden = None
        self._armed.clear()
        self._since_restored = 0
        self._state = "loaded"
        about = {"inputs": workload.inputs, "outputs": workload.outputs, "fmt": workload.output_format}
        self._answer(re, "load-ok", targets=len(workload.targets), **about, st=digest(workload.state()))

    def _do_target(self, re: int, i: int) -> None:
        targets = self._loaded().targets
        _require(i < len(targets))
        name, words, bits, check = targets[i]
        strike = {"word": check.word, "mask": check.mask, "it": check.iteration, "cyc": check.cycle}
        self._answer(re, "target-ok", name=name, words=words, bits=bits, **strike)

    def _do_golden(self, re: int, times: int) -> None:
        _require(times >= 1)
        began = time.monotonic()
        self._golden = golden = self._work(lambda workload: make_golden(workload, times, self._look))
        self._state = "loaded" if golden is None else "ready"
        if golden is None:
            raise Refused("golden-unstable")
        steps = golden.cycles * len(golden.outputs) * times
        self._khz = max(1, min(int(steps / max(time.monotonic() - began, 1e-6) / 1000), 2**32 - 1))
        self._answer(re, "golden-ok", out=golden.digest, cyc=golden.cycles, budget=golden.budget)

    def _do_check(self, re: int) -> None:
        golden = self._known_golden()

        def once(workload: Workload) -> list:
            outputs = []
            workload.restore("full")
            for index in range(workload.inputs):
                if iterate(workload, index, [], golden.budget, self._look).trapped:
                    self._state = "faulted"
                    raise Refused("faulted")
                outputs.append(workload.output())
            workload.restore("full")
            return outputs

        outputs = self._work(once)
        self._answer(re, "check-ok", out=digest(outputs), match=outputs == golden.outputs)

    def _do_strike(self, re: int, id: int, target: str, word: int, mask: int, it: int, cyc: int) -> None:
        known = {one.name: one for one in self._loaded().targets}.get(target)
        if known is None:
            raise Refused("unknown-target")
        fits = 0 < mask < 2**known.bits and word < known.words
        _require(id >= 1 and fits and cyc <= self._known_golden().budget)
        if id not in self._armed and len(self._armed) >= STRIKES_HELD:
            raise Refused("strikes-full")
        self._armed[id] = Strike(id, target, word, mask, it, cyc)
        self._answer(re, "strike-ok", id=id)

    def _do_run(self, re: int, from_: int, n: int, strikes: int) -> None:
        end = from_ + n if n > 0 else 2**32
        _require(end <= 2**32 and all(from_ <= one.iteration < end for one in self._armed.values()))
        if strikes != len(self._armed):
            raise Refused("strikes-differ")
        self._answer(re, "run-ok")
        self._next, self._end = from_, end
        self._stopping = ""
        self._executed = self._clean = self._cycles = 0
        self._state = "running"

    def _do_stop(self, re: int) -> None:
        self._answer(re, "stop-ok")
        self._armed.clear()
        if self._state == "running":
            self._stopping = "stopped"

    def _do_refresh(self, re: int, what: str) -> None:
        self._loaded().restore(what)
        self._since_restored = 0
        self._armed.clear()
        if what == "full" and self._state == "faulted":
            self._state = "loaded" if self._golden is None else "ready"
        self._answer(re, "refresh-ok", st=digest(self._loaded().state()))

    def _do_clock(self, re: int) -> None:
        self._answer(re, "clock-ok", khz=self._khz, mw=0, thr=0)

    def _do_reset(self, re: int) -> None:
        self._answer(re, "reset-ok")
        raise Reset("command")

    def _do_resend(self, re: int, ev: int) -> None:
        events = self._events.from_(ev)
        self._answer(re, "resend-ok", n=len(events))
        for name, fields in events:
            self._session.send("e", name, fields)

    # Work

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """What the accelerator does in here may reset the board: a runaway by its watchdog, a failure by itself."""
        try:
            yield
        except (Reset, Closed, Refused):
            raise
        except BudgetSpent:
            raise Reset("watchdog") from None
        except Exception:
            traceback.print_exc(file=sys.stderr)
            raise Reset("fault") from None

    def _work(self, job: Any) -> Any:
        """Golden and check: the host is heard but waits for its turn."""
        self._session.deaf = True
        try:
            with self._guarded():
                return job(self._loaded())
        finally:
            self._session.deaf = False
            self._since_restored = 0

    def _next_iteration(self) -> None:
        number, workload, golden = self._next, self._loaded(), self._known_golden()
        if self._stopping or number >= self._end:
            self._end_run(self._stopping or "finished")
            return
        strikes = [strike for strike in self._armed.values() if strike.iteration == number]
        if self._events.room() < most_events(len(strikes), self._policy["first"]):
            self._end_run("stopped")
            return
        self._iteration = number
        index = number % workload.inputs
        with self._guarded():
            done = iterate(workload, index, strikes, golden.budget, self._look, lambda s: self._armed.pop(s.id, None))
        output = workload.output()
        floating = workload.output_format == "f32"
        difference = compare(output, golden.outputs[index], self._policy["first"], floating)
        self._executed += 1
        self._cycles += done.cycles
        self._clean += difference.wrong == 0 and not done.trapped
        if not done.trapped:
            self._refresh_by_policy(workload)
        if done.struck or difference.wrong or done.trapped:
            state = digest(workload.state())
            milli_c = self._thermometer.milli_c()
            self._events.emit(*evidence(number, done, difference, output, state, milli_c))
        self._next += 1
        if done.trapped:
            self._end_run("trap")

    def _refresh_by_policy(self, workload: Workload) -> None:
        self._since_restored += 1
        if self._since_restored >= self._policy["every"]:
            self._since_restored = 0
            if self._policy["what"] != "none":
                workload.restore(self._policy["what"])

    def _end_run(self, why: str) -> None:
        self._armed.clear()
        self._state = "faulted" if why == "trap" else "ready"
        self._events.emit(("done", {"why": why, "n": self._executed, "clean": self._clean, "cyc": self._cycles}))

    def _loaded(self) -> Workload:
        assert self._workload is not None
        return self._workload

    def _known_golden(self) -> Golden:
        assert self._golden is not None
        return self._golden


def _require(holds: bool) -> None:
    if not holds:
        raise Refused("out-of-range")
