"""Every message of protocol version 1: kind, name, fields in the order of the wire (PROTOCOL.md, "Messages").

c  command, host to board      a  answer, board to host
e  event, kept until acknowledged      t  telemetry, may be lost
"""

from __future__ import annotations

from typing import Dict, Tuple

from .values import (
    AXES,
    CAPABILITIES,
    ELEMENT,
    FLAG,
    HEX16,
    HEX8,
    I32,
    SCORE,
    TEXT,
    TOKEN,
    TOKEN20,
    U16,
    U24,
    U32,
    U40,
    U53,
    Type,
    list_of,
    one_of,
)

VERSION = 1

REFUSALS = (
    "unknown-command",
    "bad-field",
    "wrong-boot",
    "bad-version",
    "not-able",
    "busy",
    "faulted",
    "not-loaded",
    "no-golden",
    "unknown-workload",
    "unknown-board",
    "unknown-target",
    "out-of-range",
    "rail-off",
    "strikes-full",
    "strikes-differ",
    "golden-unstable",
)

Fields = Tuple[Tuple[str, Type], ...]

STATE = one_of("idle", "loaded", "ready", "running", "faulted")
CAUSE = one_of("power", "command", "watchdog", "fault", "brownout", "unknown")


def _f(**fields: Type) -> Fields:
    return tuple(fields.items())


_RE = (("re", U32),)
_STRIKE = _f(id=U32, target=TOKEN, word=U32, mask=HEX8, it=U32, cyc=U40)
_RAIL = _f(on=FLAG, mv=U32, ma=U32)

COMMANDS: Dict[str, Fields] = {
    "hello": _f(v=U16, hb=U32, lease=U32),
    "workloads": (),
    "status": (),
    "load": _f(w=TOKEN, seed=U32, refresh=one_of("full", "weights", "inputs", "none"), every=U32, first=U16),
    "target": _f(i=U16),
    "golden": _f(times=U16),
    "check": (),
    "strike": _STRIKE,
    "run": (("from", U32), ("n", U32), ("strikes", U16)),
    "stop": (),
    "refresh": _f(what=one_of("full", "weights", "inputs")),
    "clock": (),
    "reset": (),
    "ack": _f(ev=U32),
    "resend": _f(ev=U32),
    "inject": _f(board=TOKEN) + _STRIKE,
    "heat": _f(board=TOKEN, on=FLAG, set=I32),
    "rail": _f(board=TOKEN, on=FLAG),
    "shutter": _f(open=FLAG),
    "sense": _f(board=TOKEN),
    "workloads-from": _f(i=U16),
    "space": _f(i=U16),
    "shape": _f(of=TOKEN),
    "fault": _f(id=U32, target=TOKEN, word=U32, mask=HEX8, how=one_of("flip", "put", "hold"), val=HEX8, n=U16, step=U32)
    + _f(it=U32, cyc=U40),
    "run-to-error": (("from", U32), ("n", U32)),
}

ANSWERS: Dict[str, Fields] = {
    "hello-ok": _RE
    + _f(v=U16, model=TOKEN20, serial=TOKEN20, fw=TOKEN20, acc=TOKEN20, boots=U32, cause=CAUSE, ev=U32, drop=U32)
    + _f(cap=CAPABILITIES),
    "workloads-ok": _RE + _f(w=list_of(TOKEN, 5)),
    "status-ok": _RE + _f(state=STATE, it=U32, ev=U32, ack=U32, drop=U32, armed=U16, t=I32, thr=HEX8),
    "load-ok": _RE + _f(targets=U16, inputs=U32, outputs=U32, fmt=one_of("f32", "i32"), st=HEX16),
    "target-ok": _RE + _f(name=TOKEN, words=U32, bits=U16, word=U32, mask=HEX8, it=U32, cyc=U40),
    "golden-ok": _RE + _f(out=HEX16, cyc=U40, budget=U40),
    "check-ok": _RE + _f(out=HEX16, match=FLAG),
    "strike-ok": _RE + _f(id=U32),
    "run-ok": _RE,
    "stop-ok": _RE,
    "refresh-ok": _RE + _f(st=HEX16),
    "clock-ok": _RE + _f(khz=U32, mw=U32, thr=HEX8),
    "reset-ok": _RE,
    "resend-ok": _RE + _f(n=U32),
    "inject-ok": _RE + _f(id=U32),
    "heat-ok": _RE,
    "rail-ok": _RE + _RAIL,
    "shutter-ok": _RE + _f(open=FLAG),
    "sense-ok": _RE + _f(t=I32, sink=I32) + _RAIL + _f(open=FLAG, flu=U53, flux=U53),
    "space-ok": _RE + _f(name=TOKEN, words=U32, bits=U16),
    "shape-ok": _RE + _f(axes=AXES),
    "fault-ok": _RE + _f(id=U32),
    "run-to-error-ok": _RE,
    "refused": _RE + _f(cmd=TOKEN, why=one_of(*REFUSALS)),
}

EVENTS: Dict[str, Fields] = {
    "boot": _f(ev=U32, boots=U32, cause=CAUSE),
    "struck": _f(ev=U32, it=U32, id=U32, was=HEX8, now=HEX8),
    "elements": _f(ev=U32, it=U32, e=list_of(ELEMENT, 5)),
    "scores": _f(ev=U32, it=U32, want=list_of(SCORE, 5), got=list_of(SCORE, 5)),
    "result": _f(ev=U32, it=U32, id=U32, end=one_of("ok", "trap"), out=HEX16, st=HEX16, n=U24, nan=U24, cut=FLAG)
    + _f(det=HEX8, fix=U24, cyc=U40, parts=U16, t=I32),
    "done": _f(ev=U32, why=one_of("finished", "stopped", "lease", "trap"), n=U32, clean=U32, cyc=U53),
    "ecc": (("ev", U32), ("in", TOKEN), ("fix", U32), ("bad", U32)),
    "overflow": _f(ev=U32, drop=U32),
    "log": _f(ev=U32, level=one_of("info", "warning", "error"), text=TEXT),
}

TELEMETRY: Dict[str, Fields] = {
    "heartbeat": _f(state=STATE, it=U32, clean=U32, ev=U32, ack=U32, drop=U32, boots=U32, t=I32, thr=HEX8, cyc=U53),
}

MESSAGES: Dict[str, Dict[str, Fields]] = {"c": COMMANDS, "a": ANSWERS, "e": EVENTS, "t": TELEMETRY}
