"""Lines and messages: the codec, pure and total (PROTOCOL.md, "Lines").

    line without LF -- decode -> Message | Garbled
    kind, seq, boot, uptime, name, fields -- encode -> line without LF
"""

from __future__ import annotations

import re
import zlib
from typing import Any, Dict, NamedTuple, Optional, Union

from .messages import MESSAGES
from .values import HEX8, U32, U40

MAX_LINE = 255  # bytes, LF included


class Head(NamedTuple):
    kind: str
    seq: int
    boot: int
    up: int
    name: str


class Message(NamedTuple):
    head: Head
    fields: Dict[str, Any]


class Garbled(NamedTuple):
    """A line not accepted, with the first rule it broke. `head` is there when the rule is one of the last two."""

    reason: str
    head: Optional[Head] = None


_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")
_CRC = re.compile(r"\*[0-9a-f]{8}\Z")


def crc(body: str) -> str:
    return f"{zlib.crc32(body.encode('latin-1')):08x}"


def frame(body: str) -> str:
    """A body between its marks."""
    return f"${body}*{crc(body)}"


def encode(kind: str, seq: int, boot: int, up: int, name: str, fields: Dict[str, Any]) -> str:
    """A line, without LF. ValueError or KeyError for what the protocol cannot say."""
    types = MESSAGES[kind][name]
    if [key for key, _ in types] != list(fields):
        raise ValueError(f"{name} has the fields {[key for key, _ in types]}, not {list(fields)}")
    parts = [kind, U32.show(seq), HEX8.show(boot), U40.show(up), name]
    parts += [f"{key}={type_.show(fields[key])}" for key, type_ in types]
    line = frame(" ".join(parts))
    if len(line) >= MAX_LINE:
        raise ValueError(f"{name} takes {len(line) + 1} bytes")
    return line


def decode(line: str) -> Union[Message, Garbled]:
    """What a line says; every character stands for one byte (latin-1), CR and LF taken off."""
    if len(line) >= MAX_LINE:
        return Garbled("too-long")
    if not line.startswith("$"):
        return Garbled("no-mark")
    if any(not " " <= c <= "~" for c in line) or line.count("$") > 1 or line.count("*") > 1:
        return Garbled("bad-character")
    if _CRC.search(line) is None:
        return Garbled("no-crc")
    body = line[1:-9]
    if crc(body) != line[-8:]:
        return Garbled("bad-crc")
    head, parts = _head(body.split(" "))
    if head is None:
        return Garbled("bad-head")
    types = MESSAGES[head.kind].get(head.name)
    if types is None:
        return Garbled("unknown-message", head)
    fields = _fields(types, parts)
    return Garbled("bad-field", head) if fields is None else Message(head, fields)


def _head(parts: list) -> tuple:
    if len(parts) < 5 or parts[0] not in MESSAGES or _NAME.fullmatch(parts[4]) is None:
        return None, []
    seq, boot, up = U32.parse(parts[1]), HEX8.parse(parts[2]), U40.parse(parts[3])
    if seq is None or boot is None or up is None:
        return None, []
    return Head(parts[0], seq, boot, up, parts[4]), parts[5:]


def _fields(types: tuple, parts: list) -> Optional[Dict[str, Any]]:
    if len(parts) != len(types):
        return None
    fields: Dict[str, Any] = {}
    for (key, type_), part in zip(types, parts):
        if not part.startswith(key + "="):
            return None
        value = type_.parse(part[len(key) + 1 :])
        if value is None:
            return None
        fields[key] = value
    return fields
