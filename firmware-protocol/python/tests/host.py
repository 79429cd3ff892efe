"""A small host for the tests: a board in a process of its own, spoken to over its standard streams or a pseudo-terminal."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
import tty
from pathlib import Path
from typing import Any, Callable, List, Optional, Tuple

from radrig_board.protocol import Message, decode, encode
from radrig_board.transport import Lines

FOLDER = Path(__file__).resolve().parent.parent
DEADLINE_SECONDS = 20.0
BOARD = ["-m", "radrig_board"]


class Host:
    """Use as a context. `messages` holds all that was heard, in order."""

    def __init__(self, program: List[str] = BOARD, pty: Optional[Path] = None) -> None:
        """`pty`: where to put a symbolic link to the pseudo-terminal the board is to open."""
        command = [sys.executable, *program]
        self.raw = b""
        self.messages: List[Message] = []
        self._lines = Lines()
        self._seq = 0
        self._read = 0
        self._pty, self._follower = pty, -1
        if pty is not None:
            self._plug()
            self.process = subprocess.Popen([*command, "--port", str(pty)], cwd=FOLDER)
        else:
            self.process = subprocess.Popen(command, cwd=FOLDER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
            assert self.process.stdin is not None and self.process.stdout is not None
            self._out, self._in = self.process.stdin.fileno(), self.process.stdout.fileno()

    def _plug(self) -> None:
        assert self._pty is not None
        self._in, self._follower = os.openpty()
        self._out = self._in
        tty.setraw(self._follower)
        self._pty.unlink(missing_ok=True)
        self._pty.symlink_to(os.ttyname(self._follower))

    def _unplug(self) -> None:
        os.close(self._follower)
        os.close(self._in)

    def replug(self) -> None:
        """The pseudo-terminal vanishes, and another one stands in its place."""
        self._unplug()
        self._lines = Lines()
        self._plug()

    def __enter__(self) -> "Host":
        return self

    def __exit__(self, *_: Any) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()
        if self._pty is not None:
            self._unplug()

    def write(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._out, data) :]

    def command(self, name: str, boot: int = 0, **fields: Any) -> int:
        """Sends; answers the seq. A trailing _ is taken off a key (`from_`)."""
        self._seq += 1
        self.write((encode("c", self._seq, boot, 0, name, {k.rstrip("_"): v for k, v in fields.items()}) + "\n").encode())
        return self._seq

    def hear(self, wanted: Callable[[Message], bool]) -> Message:
        """The next message that is wanted, after those already returned; fails at the deadline or the board's end."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while True:
            while self._read < len(self.messages):
                self._read += 1
                if wanted(self.messages[self._read - 1]):
                    return self.messages[self._read - 1]
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._in], [], [], left)[0]:
                raise AssertionError(f"not heard within {DEADLINE_SECONDS} s; last: {self.messages[-3:]}")
            data = os.read(self._in, 65536)
            if not data:
                raise AssertionError("the board ended")
            self.raw += data
            for line in self._lines.feed(data):
                message = decode(line)
                assert isinstance(message, Message), line
                self.messages.append(message)

    def named(self, name: str) -> Message:
        return self.hear(lambda message: message.head.name == name)

    def ask(self, name: str, boot: int = 0, **fields: Any) -> Message:
        """The answer to a command, refused or not."""
        seq = self.command(name, boot, **fields)
        return self.hear(lambda message: message.head.kind == "a" and message.fields["re"] == seq)

    def until_answered(self, name: str, **fields: Any) -> Message:
        """Asks anew at every heartbeat until there is an answer: a port just opened may have lost the command."""
        asked = {self.command(name, **fields)}
        while True:
            heard = self.hear(lambda m: m.head.name == "heartbeat" or (m.head.kind == "a" and m.fields["re"] in asked))
            if heard.head.kind == "a":
                return heard
            asked.add(self.command(name, **fields))

    def ready(self, workload: str = "gemm-f32", refresh: str = "full", every: int = 1, first: int = 10) -> Tuple[Message, Message]:
        """Loads and makes golden."""
        loaded = self.ask("load", w=workload, seed=42, refresh=refresh, every=every, first=first)
        return loaded, self.ask("golden", times=2)

    def strike(self, id: int, target: str, word: int, mask: int, it: int, cyc: int) -> Message:
        return self.ask("strike", id=id, target=target, word=word, mask=mask, it=it, cyc=cyc)

    def struck_run(self, target: str, word: int, mask: int, it: int, cyc: int) -> Message:
        """One iteration with one strike; its result."""
        self.strike(1, target, word, mask, it, cyc)
        self.ask("run", from_=it, n=1, strikes=1)
        return self.named("result")


def why(answer: Message) -> str:
    """The reason of a refusal; the name of any other answer."""
    return answer.fields["why"] if answer.head.name == "refused" else answer.head.name
