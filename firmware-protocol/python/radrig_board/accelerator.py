"""What a board asks of an accelerator and its workload. To attach your own: copy example_accelerator.py, change five functions.

A kernel is a generator over *device cycles*, the smallest steps of work it can be interrupted between (a multiply-accumulate
on a CPU; a layer or a kernel launch on a GPU or TPU): it yields the number of the step it is about to make, and may be
struck there. Whoever drives it sends back how far it may run before it yields again:

    stop = yield cycle        # make all steps below `stop`, if you can count that fast; else ignore it and yield each
"""

from __future__ import annotations

import hashlib
from typing import Generator, List, NamedTuple, Protocol, Tuple


class SelfCheck(NamedTuple):
    """A strike known to make a critical error: the proof that strikes reach the state that is used."""

    word: int
    mask: int
    iteration: int
    cycle: int


class Target(NamedTuple):
    """A set of state words that can be struck; bits of a word that exist, from bit 0 up."""

    name: str
    words: int
    bits: int
    self_check: SelfCheck
    #: How the words are laid out, outermost first, as pairs of name and size; nothing is a plain row of words.
    axes: tuple = ()


def axes_of(laid: tuple, words: int) -> Tuple[Tuple[str, int], ...]:
    """What can be told of a layout: the axes themselves where they lay out all words, else one of words."""
    product = 1
    for _, size in laid:
        product *= size
    return tuple(laid) if laid and product == words else (("word", words),)


class Trap(Exception):
    """The kernel made an access it may not make, and was stopped there, after `cycle` steps."""

    def __init__(self, cycle: int) -> None:
        super().__init__(f"trap after {cycle} cycles")
        self.cycle = cycle


#: Yields the number of the step about to be made, is sent the step to stop at, returns how many steps were made.
Kernel = Generator[int, int, int]


class Workload(Protocol):
    """A loaded workload."""

    #: Input sets: iteration i computes input i modulo this.
    inputs: int
    #: Output elements of one iteration, 4 bytes each, and how they are to be read: "f32" or "i32".
    outputs: int
    output_format: str
    #: The maker's own limit before golden is known, in device cycles.
    limit: int
    targets: List[Target]

    def compute(self, index: int) -> Kernel:
        """One iteration on input set `index`. Raises Trap."""

    def output(self) -> bytes:
        """The output buffer as it stands, in the machine's byte order."""

    def flip(self, target: str, word: int, mask: int) -> tuple:
        """XORs the bits of `mask` into a word of state; answers the word (before, after)."""

    # May be left out. `put(target, word, mask, value)` writes the bits of `mask` as `value` has them and answers as `flip` does; without it
    # the board refuses such strikes. `output_axes` lays the output out as `Target.axes` does its words.

    def restore(self, what: str) -> None:
        """Copies the pristine state back: "full", "weights" or "inputs"."""

    def state(self) -> List[bytes]:
        """All state that can be struck, in a fixed order, for its digest."""


class Accelerator(Protocol):
    """The device: which workloads it has, and its name on the wire."""

    name: str
    workloads: List[str]

    def load(self, workload: str, seed: int) -> Workload:
        """State filled with values that are a pure function of workload and seed, and a pristine copy kept."""


def digest(parts: List[bytes]) -> str:
    """64 bits of BLAKE2b over the parts: any change shows."""
    hash_ = hashlib.blake2b(digest_size=8)
    for part in parts:
        hash_.update(part)
    return hash_.hexdigest()


class Memory:
    """Words of state in one piece of memory, with their pristine copy; the views share its bytes."""

    def __init__(self, words: int, format_: str) -> None:
        """`format_` as in the struct module: f and I take 4 bytes a word, b takes one."""
        self.bytes = bytearray(words * (1 if format_ == "b" else 4))
        self.values = memoryview(self.bytes).cast(format_)
        self.raw = memoryview(self.bytes).cast("B" if format_ == "b" else "I")
        self._pristine = b""

    def keep(self) -> None:
        self._pristine = bytes(self.bytes)

    def restore(self) -> None:
        self.bytes[:] = self._pristine

    def flip(self, word: int, mask: int) -> tuple:
        before = self.raw[word]
        self.raw[word] = before ^ mask
        return before, before ^ mask

    def put(self, word: int, mask: int, value: int) -> tuple:
        before = self.raw[word]
        self.raw[word] = before & ~mask | value & mask
        return before, self.raw[word]
