"""Writes ../vectors/golden.jsonl and ../vectors/mangled.jsonl: lines that every codec must agree on (PROTOCOL.md, "Vectors").

    python3 make_vectors.py            writes them
    python3 make_vectors.py --check    says whether they are as this codec would write them
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Dict, Iterator, List, Tuple

from radrig_board.messages import MESSAGES
from radrig_board.protocol import Garbled, Message, decode, frame
from radrig_board.values import Type

FOLDER = Path(__file__).resolve().parent.parent / "vectors"

_UNSIGNED = {"u16": 16, "u24": 24, "u32": 32, "u40": 40, "u53": 53}
_EDGES: Dict[str, List[str]] = {
    **{name: ["0", "1", "9", "10", str(2**bits - 2), str(2**bits - 1)] for name, bits in _UNSIGNED.items()},
    "i32": ["0", "-1", "1", "25000", "-2147483648", "2147483647"],
    "flag": ["0", "1"],
    "hex8": ["00000000", "00000001", "80000000", "deadbeef", "ffffffff"],
    "hex16": ["0000000000000000", "0123456789abcdef", "ffffffffffffffff"],
    "token": ["0", "a", "Z9", "weights", "gemm-f32", "A.b_c-9", "x" * 32],
    "token20": ["7", "cpu", "EMU-F32-0001", "0.1.0", "y" * 20],
    "capabilities": ["-", "r", "rs", "ihpb", "rsihpb", "b"],
    "text": ["", "plain", "a/b:c+d.e_f-g", "%20", "%25", "%00%0a%0d%7f", "%24%2a%3d", "die%20at%20-5%b0C", "%ff" * 40, "z" * 120],
    "element": ["0:00000000:00000001", "4294967295:ffffffff:7fc00000"],
    "axes": ["word:1", "a:4294967295", "sm:2/warp:8/register:64/lane:32", "/".join(["a23456789-123456:4294967295"] * 6)],
    "score": ["0:3f800000", "65535:ffffffff"],
}


def edges(type_: Type) -> List[str]:
    """Spellings of a type: its ends, its oddities, its longest."""
    if type_.name.startswith("one of "):
        return type_.name[len("one of ") :].split(", ")
    if type_.name.startswith("list of up to "):
        most, item = type_.name[len("list of up to ") :].split(" ", 1)
        return ["-", *(",".join((_EDGES[item] * 9)[:count]) for count in range(1, int(most) + 1)), ",".join([_EDGES[item][-1]] * int(most))]
    return _EDGES[type_.name]


def golden() -> Iterator[Tuple[str, Dict[str, object]]]:
    """Every message, its fields stepping through their edges together; the heads step through theirs."""
    heads = [("0", "00000000", "0"), ("1", "5eed0001", "12"), ("4294967295", "ffffffff", "1099511627775"), ("10", "0000000a", "999")]
    for kind, messages in MESSAGES.items():
        for name, types in messages.items():
            choices = [edges(type_) for _, type_ in types]
            for step in range(max((len(choice) for choice in choices), default=1) + 1):
                seq, boot, up = heads[step % len(heads)]
                last = step == max((len(choice) for choice in choices), default=1)
                fields = {key: choice[-1 if last else step % len(choice)] for (key, _), choice in zip(types, choices)}
                parts = [kind, seq, boot, up, name, *(f"{key}={wire}" for key, wire in fields.items())]
                message = {"kind": kind, "seq": seq, "boot": boot, "up": up, "name": name, "fields": fields}
                yield frame(" ".join(parts)), message


#: Well-spelled bodies to spoil.
_HELLO = "c 1 00000000 30 hello v=1 hb=500 lease=10000"
_ACK = "c 2 5eed0001 33 ack ev=1"
_RESULT = (
    "e 11 5eed0001 1556 result ev=4 it=3 id=1 end=ok out=77aa01f3c9e2505d st=9d3f00c1a27be845 "
    "n=2 nan=0 cut=0 det=00000000 fix=0 cyc=4096 parts=2 t=41250"
)
_LOG = "e 2 5eed0001 900 log ev=2 level=info text=a%20b"


def mangled() -> Iterator[Tuple[str, str]]:
    """Lines that break one rule first, each rule in many ways; those of the later rules carry a right CRC."""
    whole = frame(_ACK)
    yield frame("c 1 00000000 30 hello " + "v" * 250), "too-long"
    yield "x" * 255, "too-long"
    yield whole + " " * (255 - len(whole)), "too-long"
    for line in ["", " ", whole[1:], " " + whole, "#" + whole[1:], "*" + whole[1:], "ok", "\u00ff" + whole]:
        yield line, "no-mark"
    for character in "\r\n\t\0\u007f\u0080\u00ff$*":
        yield whole[:9] + character + whole[9:], "bad-character"
        yield whole + character, "bad-character"
    for line in ["$", "$c", whole[:-9], whole[:-1], whole + "0", whole + " ", whole[:-8], whole[:-9] + " *" + whole[-8:-1]]:
        yield line, "no-crc"
    upper = frame(_HELLO)
    yield upper[:-8] + upper[-8:].upper(), "no-crc"
    yield whole[:-8] + "0x" + whole[-6:], "no-crc"
    for at in range(1, len(whole) - 9):
        for flipped in (chr(ord(whole[at]) ^ 1), chr(ord(whole[at]) ^ 4)):
            if flipped not in "$*" and " " <= flipped <= "~":
                yield whole[:at] + flipped + whole[at + 1 :], "bad-crc"
    for line in [whole[:-8] + "00000000", whole[:-8] + "ffffffff", "$" + _ACK + "*" + frame(_HELLO)[-8:], "$*00000001"]:
        yield line, "bad-crc"
    yield from ((frame(body), "bad-head") for body in _bad_heads())
    yield from ((frame(body), "unknown-message") for body in _unknown())
    yield from ((frame(body), "bad-field") for body in _bad_fields())


def _bad_heads() -> List[str]:
    return [
        "",
        "c",
        "c 1 00000000 30",
        "c 1 00000000 30 ",
        " " + _ACK,
        "C" + _ACK[1:],
        "x" + _ACK[1:],
        "cc" + _ACK[1:],
        *(f"c {seq} 5eed0001 33 ack ev=1" for seq in ["02", "+2", "-1", "", "4294967296", "0x2", "2.0", "two", "99999999999999999999"]),
        *(f"c 2 {boot} 33 ack ev=1" for boot in ["5EED0001", "5eed001", "5eed00010", "", "5eed000g", "0x5eed00"]),
        *(f"c 2 5eed0001 {up} ack ev=1" for up in ["033", "-1", "", "1099511627776", "1e3"]),
        *(f"c 2 5eed0001 33 {name} ev=1" for name in ["Ack", "ACK", "1ack", "-ack", "a_ck", "ack!", "a" * 33]),
        _ACK.replace(" ack", "  ack"),
        _ACK.replace("c 2", "c  2"),
        _ACK.replace("33 ack ev=1", "33"),
    ]


def _unknown() -> List[str]:
    return [
        "c 2 5eed0001 33 dance ev=1",
        "c 2 5eed0001 33 acks ev=1",
        "c 2 5eed0001 33 hello-ok ev=1",
        "a 2 5eed0001 33 hello v=1 hb=500 lease=10000",
        "a 2 5eed0001 33 ok re=1",
        "e 2 5eed0001 33 ack ev=1",
        "e 2 5eed0001 33 heartbeat ev=1",
        "t 2 5eed0001 33 boot ev=1 boots=1 cause=power",
        "t 2 5eed0001 33 beat",
        "c 2 5eed0001 33 constructor",
        "c 2 5eed0001 33 tostring",
        "c 2 5eed0001 33 " + "a" * 32,
    ]


def _bad_fields() -> List[str]:
    stem = "c 2 5eed0001 33 "
    swapped = "c 1 00000000 30 hello hb=500 v=1 lease=10000"
    return [
        stem + "ack",
        stem + "ack ",
        _ACK + " ",
        _ACK + " ev=1",
        _ACK + " x=1",
        _ACK.replace("ev=1", " ev=1"),
        *(stem + f"ack {field}" for field in ["ev", "ev=", "=1", "ev 1", "EV=1", "ev:1", "e=1", "evv=1", "ev==1"]),
        *(stem + f"ack ev={value}" for value in ["01", "+1", "-1", "-0", "1.0", "1e3", "0x1", "4294967296", "1_0", "\u0020", "one"]),
        stem + "workloads x=1",
        stem + "stop ",
        swapped,
        _HELLO.replace(" hb=500", ""),
        _HELLO.replace("v=1", "v=65536"),
        stem + "load w=gemm-f32 seed=1 refresh=Full every=1 first=1",
        stem + "load w=gemm-f32 seed=1 refresh= every=1 first=1",
        *(stem + f"load w={token} seed=1 refresh=full every=1 first=1" for token in ["", "-gemm", ".x", "_x", "a" * 33, "gemm/f32", "a,b"]),
        *(stem + f"rail board=b on={flag}" for flag in ["2", "true", "", "01"]),
        *(stem + f"heat board=b on=1 set={value}" for value in ["-0", "+1", "01", "-01", "2147483648", "-2147483649", "1.5", "-"]),
        *(stem + f"strike id=1 target=t word=0 mask={mask} it=0 cyc=0" for mask in ["1", "0000000G", "000000001", "FFFFFFFF", "0x000001"]),
        stem + "strike id=1 target=t word=0 mask=00000001 it=0 cyc=1099511627776",
        *(stem + f"shape of={name}" for name in ["", "-", "a b", "x" * 33]),
        *(
            "a 2 5eed0001 33 shape-ok re=1 axes=" + wire
            for wire in ["", "-", "word", "word:", ":4", "word:0", "word:04", "word:-1", "word:4294967296", "word:9999999999", "/"]
            + ["word:1/", "/word:1", "a:1//b:2", "Word:4", "1a:4", "-a:4", "a_b:4", "a:4,b:2", "a:4:2", "a23456789-1234567:1"]
            + ["/".join(["a:1"] * 7), " a:1", "a:1 "]
        ),
        *(
            stem + f"fault id=1 target=t word=0 mask=00000001 how={how} val={value} n={words} step={step} it=0 cyc=0"
            for how, value, words, step in [
                ("Flip", "00000000", "1", "1"),
                ("", "00000000", "1", "1"),
                ("stuck", "00000000", "1", "1"),
                ("put", "0", "1", "1"),
                ("put", "FFFFFFFF", "1", "1"),
                ("hold", "00000000", "65536", "1"),
                ("hold", "00000000", "01", "1"),
                ("hold", "00000000", "1", "4294967296"),
                ("hold", "00000000", "1", "-1"),
            ]
        ),
        stem + "fault id=1 target=t word=0 mask=00000001 val=00000000 how=flip n=1 step=1 it=0 cyc=0",
        stem + "workloads-from",
        stem + "workloads-from i=65536",
        *(_RESULT.replace("n=2", f"n={value}") for value in ["16777216", "02"]),
        _RESULT.replace("end=ok", "end=OK"),
        _RESULT.replace("out=77aa01f3c9e2505d", "out=77AA01F3C9E2505D"),
        _RESULT.replace("out=77aa01f3c9e2505d", "out=77aa01f3c9e2505"),
        *(_LOG.replace("text=a%20b", f"text={text}") for text in ["a b", "a%2", "%2G", "%2F", "%41", "%5F", "a=b", "%", "z" * 121, "%20" * 41]),
        _LOG.replace("level=info", "level=debug"),
        *("a 2 5eed0001 33 workloads-ok re=1 w=" + wire for wire in ["", ",", "a,", ",a", "a,,b", "-,a", "a,b,c,d,e,f", "a;b"]),
        *(
            "e 2 5eed0001 33 elements ev=2 it=0 e=" + wire
            for wire in ["0:00000000", "0:00000000:00000000:0", "00:00000000:00000000", "0:0:0", "4294967296:00000000:00000000", ":::"]
        ),
        *("e 2 5eed0001 33 scores ev=2 it=0 want=- got=" + wire for wire in ["65536:00000000", "1:0", "1", "1:00000000:1", ""]),
        "a 2 5eed0001 33 hello-ok re=1 v=1 model=m serial=s fw=0 acc=cpu boots=1 cause=power ev=1 drop=0 cap=sr",
        "a 2 5eed0001 33 hello-ok re=1 v=1 model=m serial=s fw=0 acc=cpu boots=1 cause=power ev=1 drop=0 cap=rr",
        "a 2 5eed0001 33 hello-ok re=1 v=1 model=m serial=s fw=0 acc=cpu boots=1 cause=power ev=1 drop=0 cap=",
        "a 2 5eed0001 33 hello-ok re=1 v=1 model=m serial=s fw=0 acc=cpu boots=1 cause=power ev=1 drop=0 cap=x",
        "a 2 5eed0001 33 hello-ok re=1 v=1 model=" + "m" * 21 + " serial=s fw=0 acc=cpu boots=1 cause=power ev=1 drop=0 cap=rs",
        "a 2 5eed0001 33 refused re=1 cmd=run why=because",
        "a 2 5eed0001 33 sense-ok re=1 t=0 sink=0 on=1 mv=0 ma=0 open=0 flu=9007199254740992 flux=0",
        "t 3 5eed0001 1000 heartbeat state=asleep it=0 clean=0 ev=2 ack=0 drop=0 boots=1 t=0 thr=00000000 cyc=0",
    ]


def vectors() -> Dict[str, str]:
    """The files by name. Each line is held against the codec before it is written."""
    accepted, refused = [], []
    for line, message in golden():
        read = decode(line)
        assert isinstance(read, Message), (line, read)
        accepted.append(json.dumps({"line": line, "message": message}, ensure_ascii=True, separators=(",", ":")))
    for line, reason in mangled():
        assert decode(line) == Garbled(reason, decode(line).head), (line, reason, decode(line))
        refused.append(json.dumps({"line": line, "reason": reason}, ensure_ascii=True, separators=(",", ":")))
    return {"golden.jsonl": "".join(f"{one}\n" for one in accepted), "mangled.jsonl": "".join(f"{one}\n" for one in refused)}


def main() -> int:
    made = vectors()
    if "--check" in sys.argv[1:]:
        stale = [name for name, text in made.items() if not (FOLDER / name).is_file() or (FOLDER / name).read_text("ascii") != text]
        for name in stale:
            print(f"vectors/{name} is not as make_vectors.py writes it: run python3 firmware-protocol/python/make_vectors.py")
        return 1 if stale else 0
    FOLDER.mkdir(exist_ok=True)
    for name, text in made.items():
        (FOLDER / name).write_text(text, "ascii")
        print(f"vectors/{name}: {text.count(chr(10))} lines")
    return 0


if __name__ == "__main__":
    sys.exit(main())
