#!/usr/bin/env python3
"""Your accelerator as a radrig board. Copy this file, change the functions marked 1 to 6, and name it in a rig file:

    stations:
      my-gpu:
        serial: MY-GPU-0001
        link: { command: [python3, my_accelerator.py, --serial, MY-GPU-0001] }

The protocol, the strikes, the events and the watchdog are the board's (radrig_board); what is yours is where state lies and
how one iteration is computed. This example is a network of two dense layers in plain Python, so that it runs anywhere:

    x (1×8, one of 4 inputs) ──▶ h = max(0, x·W1) (1×8) ──▶ y = h·W2 (1×4)
                       step 0                        step 1

                    CUDA (cuda-python, CuPy)         JAX                            Coral Edge TPU
    state           device arrays                    arrays, device_put             the .tflite file's constants (host memory)
    a step          one kernel launch                one jitted layer               one whole invoke(): cycle 0 alone
    flip            copy the word out, XOR, copy in  x.view(uint32), .at[].set()    patch the model's buffer, load it again
    trap            a launch error                   an XLA runtime error           invoke() raises
    budget          10 × golden steps: a loop on the device needs a step count of its own; one that never returns leaves the
                    board silent, and the host calls that a hang
"""

from __future__ import annotations

import random
import sys
from typing import List

from radrig_board.__main__ import main
from radrig_board.accelerator import Kernel, Memory, SelfCheck, Target, Trap

WIDTH, CLASSES, INPUTS = 8, 4, 4


class TwoLayers:
    """One loaded workload."""

    inputs = INPUTS
    outputs = CLASSES
    output_format = "f32"  # or "i32"
    limit = 100  # device cycles; before golden is known, no iteration may spend more

    # 1. Put the state on the device: a pure function of the seed, and keep a pristine copy where strikes do not reach.
    def __init__(self, seed: int) -> None:
        draw = random.Random(seed)
        # Memory: words on the host, with views as numbers and as raw bits. On a GPU, hold your device arrays instead.
        self.weights = Memory(WIDTH * WIDTH + WIDTH * CLASSES, "f")
        self.activations = Memory(INPUTS * WIDTH + WIDTH, "f")
        self.results = Memory(CLASSES, "f")
        for memory, words in ((self.weights, len(self.weights.values)), (self.activations, INPUTS * WIDTH)):
            for word in range(words):
                memory.values[word] = draw.uniform(0.25, 1.0)
            memory.keep()
        # 2. Say what can be struck, and by which strike you know that an output goes far off: here the top bit of the
        #    exponent of a weight and of an input, before the step that reads them. Weights and inputs are positive, so no rectifier
        #    hides it. The host refuses to go on when this one comes out masked.
        check = SelfCheck(word=0, mask=0x40000000, iteration=0, cycle=0)
        self.targets = [
            Target("weights", len(self.weights.values), 32, check),
            Target("activations", len(self.activations.values), 32, check),
        ]

    # 3. One iteration. Yield the number of each step just before you make it: there the board applies strikes and hears the host.
    #    Steps must depend on the work alone, never on time. Return how many were made.
    def compute(self, index: int) -> Kernel:
        w, x = self.weights.values, self.activations.values
        hidden = INPUTS * WIDTH
        try:
            yield 0
            for j in range(WIDTH):
                total = sum(x[index * WIDTH + p] * w[p * WIDTH + j] for p in range(WIDTH))
                x[hidden + j] = max(0.0, total)
            yield 1
            for j in range(CLASSES):
                self.results.values[j] = sum(x[hidden + p] * w[WIDTH * WIDTH + p * CLASSES + j] for p in range(WIDTH))
            # Scratch that can be struck is left as it was found, zero: state is pristine whatever was computed.
            x[hidden : hidden + WIDTH] = memoryview(bytes(4 * WIDTH)).cast("f")
        except ArithmeticError as error:  # what your device raises when it stops on something it may not do
            raise Trap(cycle=1) from error
        return 2

    # 4. The output buffer as it stands, 4 bytes an element. On a GPU: wait for the device, copy it out.
    def output(self) -> bytes:
        return bytes(self.results.bytes)

    # 5. Flip bits of one word of state on the device; answer the word before and after. `put` writes them instead; leave it out where you
    #    only flip.
    def flip(self, target: str, word: int, mask: int) -> tuple:
        return {"weights": self.weights, "activations": self.activations}[target].flip(word, mask)

    def put(self, target: str, word: int, mask: int, value: int) -> tuple:
        return {"weights": self.weights, "activations": self.activations}[target].put(word, mask, value)

    # 6. Put the pristine copy back ("full", "weights", "inputs"), and show all state that can be struck, for its digest.
    def restore(self, what: str) -> None:
        if what in ("full", "weights"):
            self.weights.restore()
        if what in ("full", "inputs"):
            self.activations.restore()

    def state(self) -> List[bytes]:
        return [bytes(self.weights.bytes), bytes(self.activations.bytes)]


class Example:
    """The device: its name on the wire, and its workloads (family and format, at most 32 of a-z 0-9 . _ -)."""

    name = "example"
    workloads = ["layers-f32"]

    def load(self, workload: str, seed: int) -> TwoLayers:
        return TwoLayers(seed)


if __name__ == "__main__":
    sys.exit(main(Example()))
