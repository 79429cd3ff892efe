"""The agent: a board from one boot to the next (PROTOCOL.md, "Behaviour").

    Session --line--> decode --> one handler a command --> Engine --> answer
                                                             └ events --> EventBuffer --> Session
"""

from __future__ import annotations

from typing import Any, Dict, NamedTuple, NoReturn, Union

from . import __version__
from .accelerator import Accelerator, axes_of, digest
from .engine import Engine, Refused, Reset, require
from .events import EventBuffer
from .messages import VERSION
from .protocol import Garbled, Head, Message, decode
from .run import Strike
from .session import Session
from .transport import Transport

_ALWAYS = {"hello", "workloads", "workloads-from", "status", "clock", "reset", "resend", "stop"}
#: What each state allows, and why it refuses the rest; a ready board refuses nothing.
_STATES = {
    "running": (_ALWAYS, "busy"),
    "faulted": (_ALWAYS | {"load", "target", "space", "shape", "refresh"}, "faulted"),
    "idle": (_ALWAYS | {"load"}, "not-loaded"),
    "loaded": (_ALWAYS | {"load", "target", "space", "shape", "golden", "refresh"}, "no-golden"),
}


class Identity(NamedTuple):
    model: str
    serial: str


class Board:
    """One boot. `serve` ends with Reset, or with what the transport raises."""

    def __init__(
        self, transport: Transport, accelerator: Accelerator, identity: Identity, boot: int, boots: int, cause: str
    ) -> None:
        self._accelerator, self._identity = accelerator, identity
        self._boots, self._cause = boots, cause
        self._session = Session(transport, boot, self._hear, self._beat)
        self._events = EventBuffer(lambda name, fields: self._session.send("e", name, fields))
        self._engine = Engine(accelerator, self._events, self._look)

    def serve(self) -> NoReturn:
        self._session.begin()
        self._events.emit(("boot", {"boots": self._boots, "cause": self._cause}))
        while True:
            if self._engine.state == "running":
                self._engine.next_iteration()
                self._look()
            else:
                self._session.look(wait=True)

    def _look(self) -> None:
        self._session.look()
        engine = self._engine
        if engine.state == "running" and not engine.stopping and self._session.lease_is_over():
            engine.stopping = "lease"

    def _beat(self) -> Dict[str, Any]:
        engine, events = self._engine, self._events
        return {
            "state": engine.state,
            "it": engine.iteration,
            "clean": engine.clean,
            "ev": events.last,
            "ack": events.acknowledged,
            "drop": events.dropped,
            "boots": self._boots,
            "t": engine.thermometer.milli_c(),
            "thr": 0,
            "cyc": engine.cycles,
        }

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
        """Never answered. It renews the lease where it is meant for this boot, but only names events of this boot by its id."""
        if isinstance(heard, Message) and heard.head.boot in (0, self._session.boot):
            self._session.renew_lease()
            if heard.head.boot == self._session.boot:
                self._events.acknowledge(heard.fields["ev"])

    def _obey(self, head: Head, fields: Dict[str, Any]) -> None:
        name = head.name
        if name == "hello" and fields["v"] != VERSION:
            raise Refused("bad-version")
        handler = getattr(self, "_do_" + name.replace("-", "_"), None)
        if handler is None:
            raise Refused("not-able")
        if name == "fault" and self._engine.is_loaded and not self._engine.can(fields["how"]):
            raise Refused("not-able")
        allowed, reason = _STATES.get(self._engine.state, ({name}, ""))
        if name not in allowed:
            raise Refused(reason)
        handler(head.seq, **{key + "_" if key == "from" else key: value for key, value in fields.items()})

    def _answer(self, re: int, name: str, /, **fields: Any) -> None:
        self._session.send("a", name, {"re": re, **fields})

    def _do_hello(self, re: int, v: int, hb: int, lease: int) -> None:
        require(10 <= hb <= 60000 and lease >= 100)
        self._session.agree(hb, lease)
        identity = {"model": self._identity.model, "serial": self._identity.serial, "fw": __version__}
        boot = {"acc": self._accelerator.name, "boots": self._boots, "cause": self._cause}
        counts = {"ev": self._events.last, "drop": self._events.dropped}
        self._answer(re, "hello-ok", v=VERSION, **identity, **boot, **counts, cap="rs")

    def _do_workloads(self, re: int) -> None:
        self._do_workloads_from(re, 0)

    def _do_workloads_from(self, re: int, i: int) -> None:
        self._answer(re, "workloads-ok", w=tuple(self._accelerator.workloads[i : i + 5]))

    def _do_status(self, re: int) -> None:
        beat = self._beat()
        about = {key: beat[key] for key in ("state", "it", "ev", "ack", "drop")}
        self._answer(re, "status-ok", **about, armed=len(self._engine.armed), t=beat["t"], thr=beat["thr"])

    def _do_load(self, re: int, w: str, seed: int, refresh: str, every: int, first: int) -> None:
        workload = self._engine.load(w, seed, refresh, every, first)
        about = {"inputs": workload.inputs, "outputs": workload.outputs, "fmt": workload.output_format}
        self._answer(re, "load-ok", targets=len(workload.targets), **about, st=self._engine.state_digest())

    def _do_target(self, re: int, i: int) -> None:
        targets = self._engine.workload.targets
        require(i < len(targets))
        name, words, bits, check, _ = targets[i]
        strike = {"word": check.word, "mask": check.mask, "it": check.iteration, "cyc": check.cycle}
        self._answer(re, "target-ok", name=name, words=words, bits=bits, **strike)

    def _do_space(self, re: int, i: int) -> None:
        targets = self._engine.workload.targets
        require(i < len(targets))
        name, words, bits, _, _ = targets[i]
        self._answer(re, "space-ok", name=name, words=words, bits=bits)

    def _do_shape(self, re: int, of: str) -> None:
        workload = self._engine.workload
        laid = {target.name: (target.axes, target.words) for target in workload.targets}
        laid["output"] = (getattr(workload, "output_axes", ()), workload.outputs)
        if of not in laid:
            raise Refused("unknown-target")
        self._answer(re, "shape-ok", axes=axes_of(*laid[of]))

    def _do_golden(self, re: int, times: int) -> None:
        with self._session.deaf():
            golden = self._engine.make_golden(times)
        self._answer(re, "golden-ok", out=golden.digest, cyc=golden.cycles, budget=golden.budget)

    def _do_check(self, re: int) -> None:
        with self._session.deaf():
            outputs = self._engine.check()
        self._answer(re, "check-ok", out=digest(outputs), match=outputs == self._engine.golden.outputs)

    def _do_strike(self, re: int, id: int, target: str, word: int, mask: int, it: int, cyc: int) -> None:
        self._engine.arm(Strike(id, target, word, mask, it, cyc))
        self._answer(re, "strike-ok", id=id)

    def _do_fault(
        self, re: int, id: int, target: str, word: int, mask: int, how: str, val: int, n: int, step: int, it: int, cyc: int
    ) -> None:
        self._engine.arm(Strike(id, target, word, mask, it, cyc, how, val, n, step))
        self._answer(re, "fault-ok", id=id)

    def _do_run(self, re: int, from_: int, n: int, strikes: int) -> None:
        end = self._engine.may_run(from_, n, strikes)
        self._answer(re, "run-ok")
        self._engine.begin(from_, end)

    def _do_run_to_error(self, re: int, from_: int, n: int) -> None:
        end = self._engine.may_run(from_, n, 0)
        self._answer(re, "run-to-error-ok")
        self._engine.begin(from_, end, to_error=True)

    def _do_stop(self, re: int) -> None:
        self._answer(re, "stop-ok")
        self._engine.stop()

    def _do_refresh(self, re: int, what: str) -> None:
        self._engine.refresh(what)
        self._answer(re, "refresh-ok", st=self._engine.state_digest())

    def _do_clock(self, re: int) -> None:
        self._answer(re, "clock-ok", khz=self._engine.khz, mw=0, thr=0)

    def _do_reset(self, re: int) -> None:
        self._answer(re, "reset-ok")
        raise Reset("command")

    def _do_resend(self, re: int, ev: int) -> None:
        events = self._events.from_(ev)
        self._answer(re, "resend-ok", n=len(events))
        for name, fields in events:
            self._session.send("e", name, fields)
