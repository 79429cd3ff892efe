"""Matrix product C = A·B of 16×16 matrices on the CPU, in float32 and in int8, its loop bounds and offsets struck like its data.

    control: m n k strideA strideB strideC offsetA offsetB     read again at every use
    activations A (m×k, one of 8 input sets) ─┐
    weights B (k×n) ──────────────────────────┴─ multiply-accumulate, p ascending ─▶ C (m×n)

An operand is a ring of 256 words behind its offset: A[offsetA + (i·strideA + p) mod 256], B[offsetB + (p·strideB + j) mod 256],
C[(i·strideC + j) mod 256]. So a corrupted stride or a bound reads and writes wrong elements, a large bound runs away until the
budget is spent, and a corrupted offset reaches outside the operand's memory, which traps.

One device cycle is one multiply-accumulate; a turn of a loop that makes none costs one too, so that no corrupted bound can turn
for nothing. float32: each product and each sum is rounded; a double holds both exactly enough for that (24 + 24 < 53 bits, and
53 > 2·24 + 1). int8: 32-bit accumulators that wrap.
"""

from __future__ import annotations

from typing import List

from .accelerator import Kernel, Memory, SelfCheck, Target, Trap

SIZE = 16
WORDS = SIZE * SIZE
INPUTS = 8
CYCLES = SIZE**3
CONTROL = (SIZE, SIZE, SIZE, SIZE, SIZE, SIZE, 0, 0)
OFFSET_A = 6


class Gemm:
    """Inputs stay in their banks from one iteration to the next, so that an error in one repeats until it is restored."""

    inputs = INPUTS
    outputs = WORDS
    output_axes = (("row", SIZE), ("column", SIZE))
    limit = 10 * CYCLES

    def __init__(self, format_: str, seed: int) -> None:
        self.floating = format_ == "f32"
        self.output_format = "f32" if self.floating else "i32"
        element = "f" if self.floating else "b"
        self.weights = Memory(WORDS, element)
        self.banks = [Memory(WORDS, element) for _ in range(INPUTS)]
        self.control = Memory(len(CONTROL), "I")
        self.c = Memory(WORDS, "f" if self.floating else "I")
        draw = _uniform(seed)
        for memory in [self.weights, *self.banks]:
            for word in range(WORDS):
                # 24 bits of [-1, 1) are a float32 exactly; 8 bits are all of int8.
                memory.values[word] = (next(draw) >> 40) / 2**23 - 1 if self.floating else (next(draw) >> 56) - 128
        for word, value in enumerate(CONTROL):
            self.control.values[word] = value
        for memory in self._memories():
            memory.keep()
        self._index = 0
        self.targets = self._targets()

    def _memories(self) -> List[Memory]:
        return [self.weights, *self.banks, self.control]

    def flip(self, target: str, word: int, mask: int) -> tuple:
        return self._struck(target).flip(word, mask)

    def put(self, target: str, word: int, mask: int, value: int) -> tuple:
        return self._struck(target).put(word, mask, value)

    def _struck(self, target: str) -> Memory:
        return {"weights": self.weights, "activations": self.banks[self._index], "control": self.control}[target]

    def restore(self, what: str) -> None:
        chosen = {"full": self._memories(), "weights": [self.weights], "inputs": self.banks}[what]
        for memory in chosen:
            memory.restore()

    def state(self) -> List[bytes]:
        return [bytes(memory.bytes) for memory in self._memories()]

    def output(self) -> bytes:
        return bytes(self.c.bytes)

    def compute(self, index: int) -> Kernel:
        self._index = index
        self.c.bytes[:] = bytes(4 * WORDS)
        return _multiply(self.banks[index], self.weights, self.c, self.control, self.floating)

    def _targets(self) -> List[Target]:
        """Self-checks, at cycle 0 of input set 0: the top bit of an operand's exponent (int8: its sign) where it moves an
        element of C furthest for its size; for control the top bit of offsetA, after which the first access traps."""
        bits = 32 if self.floating else 8
        mask = 0x40000000 if self.floating else 0x80
        a, b, c = self.banks[0].values, self.weights.values, self._golden_of_first()
        size = range(SIZE)

        def gain(operand: float, element: float) -> float:
            return abs(operand) / (abs(element) + 2**-20)

        _, weight = max((gain(a[i * SIZE + p], c[i * SIZE + j]), p * SIZE + j) for i in size for p in size for j in size)
        _, input_ = max((gain(b[p * SIZE + j], c[i * SIZE + j]), i * SIZE + p) for i in size for p in size for j in size)
        return [
            Target("weights", WORDS, bits, SelfCheck(weight, mask, 0, 0), (("row", SIZE), ("column", SIZE))),
            Target("activations", WORDS, bits, SelfCheck(input_, mask, 0, 0), (("row", SIZE), ("column", SIZE))),
            Target("control", len(CONTROL), 32, SelfCheck(OFFSET_A, 0x80000000, 0, 0)),
        ]

    def _golden_of_first(self) -> List[float]:
        kernel = self.compute(0)
        try:
            next(kernel)
            kernel.send(self.limit)
        except StopIteration:
            pass
        values = list(self.c.values)
        return values if self.floating else [value - 2**32 if value >= 2**31 else value for value in values]


def _multiply(a_memory: Memory, b_memory: Memory, c_memory: Memory, control: Memory, floating: bool) -> Kernel:
    """Between two yields nothing else touches memory, so what is read at every use may be read once after each yield."""
    rounded = memoryview(bytearray(4)).cast("f")
    c, words = c_memory.values, control.values
    m, n, k, stride_a, stride_b, stride_c, offset_a, offset_b = words
    a, b = list(a_memory.values), list(b_memory.values)
    cycle = stop = i = 0
    while i < m:
        j = 0
        while j < n:
            total, p = 0, 0
            at_a, last_b = i * stride_a % WORDS, (k - 1) * stride_b + j
            straight_a = offset_a + at_a + k <= WORDS
            if 0 < k <= stop - cycle and straight_a and 0 < stride_b and offset_b + last_b < WORDS:
                # A whole element, neither ring closing in it, with nothing in its way.
                row = a[offset_a + at_a : offset_a + at_a + k]
                column = b[offset_b + j : offset_b + last_b + 1 : stride_b]
                if floating:
                    for x, y in zip(row, column):
                        rounded[0] = x * y
                        rounded[0] = total + rounded[0]
                        total = rounded[0]
                else:
                    total = sum([x * y for x, y in zip(row, column)])
                p = k
                cycle += k
            while p < k:
                if cycle >= stop:
                    stop = yield cycle
                    m, n, k, stride_a, stride_b, stride_c, offset_a, offset_b = words
                    a, b = list(a_memory.values), list(b_memory.values)
                at_a = offset_a + (i * stride_a + p) % WORDS
                at_b = offset_b + (p * stride_b + j) % WORDS
                if at_a >= WORDS or at_b >= WORDS:
                    raise Trap(cycle)
                if floating:
                    rounded[0] = a[at_a] * b[at_b]
                    rounded[0] = total + rounded[0]
                    total = rounded[0]
                else:
                    total += a[at_a] * b[at_b]
                p += 1
                cycle += 1
            if p == 0:
                if cycle >= stop:
                    stop = yield cycle
                    m, n, k, stride_a, stride_b, stride_c, offset_a, offset_b = words
                    a, b = list(a_memory.values), list(b_memory.values)
                cycle += 1
            c[(i * stride_c + j) % WORDS] = total if floating else total & 0xFFFFFFFF
            j += 1
        if j == 0:
            if cycle >= stop:
                stop = yield cycle
                m, n, k, stride_a, stride_b, stride_c, offset_a, offset_b = words
                a, b = list(a_memory.values), list(b_memory.values)
            cycle += 1
        i += 1
    return cycle


def _uniform(seed: int):
    """SplitMix64 (Steele, Lea, Flood 2014): 64-bit numbers, a pure function of the seed."""
    state = seed
    while True:
        state = (state + 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & 0xFFFFFFFFFFFFFFFF
        yield z ^ (z >> 31)


class Cpu:
    """The host processor as an accelerator."""

    name = "cpu"

    def __init__(self, formats: List[str]) -> None:
        self.workloads = [f"gemm-{format_}" for format_ in formats]

    def load(self, workload: str, seed: int) -> Gemm:
        return Gemm(workload[len("gemm-") :], seed)
