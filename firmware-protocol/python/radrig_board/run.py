"""A run: iterations, the strikes in them, and the evidence of each (PROTOCOL.md, "Runs and their evidence").

    kernel --cycle--> strikes due are applied, the host is heard --stop at--> kernel
    output -- compared with golden --> struck, elements, result --> EventBuffer
"""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterable, List, NamedTuple, Optional, Tuple

from .accelerator import Trap, Workload, digest

#: Most steps between two looks at the host; a look costs a few microseconds.
STEPS_BETWEEN_LOOKS = 2048
ELEMENTS_IN_A_LINE = 5


class Strike(NamedTuple):
    id: int
    target: str
    word: int
    mask: int
    iteration: int
    cycle: int
    how: str = "flip"
    value: int = 0
    words: int = 1
    step: int = 1


class Struck(NamedTuple):
    strike: Strike
    before: int
    after: int


class BudgetSpent(Exception):
    """The kernel ran away: the watchdog's business."""


class Iteration(NamedTuple):
    trapped: bool
    cycles: int
    struck: List[Struck]


def iterate(
    workload: Workload,
    index: int,
    strikes: Iterable[Strike],
    budget: int,
    look: Callable[[], None],
    on_struck: Callable[[Strike], None] = lambda strike: None,
) -> Iteration:
    """One iteration on input `index`, with `strikes` in the order they were armed. `look` lets the host be heard."""
    waiting = list(strikes)
    struck: List[Struck] = []

    def apply(until: float) -> None:
        for strike in [one for one in waiting if one.cycle <= until]:
            waiting.remove(strike)
            struck.extend(_struck_words(workload, strike))
            on_struck(strike)

    kernel = workload.compute(index)
    trapped = False
    try:
        cycle = next(kernel)
        while True:
            apply(cycle)
            if cycle >= budget:
                raise BudgetSpent
            look()
            stop = min([cycle + STEPS_BETWEEN_LOOKS, budget, *(one.cycle for one in waiting)])
            cycle = kernel.send(stop)
    except StopIteration as end:
        cycles = end.value
    except Trap as trap:
        trapped, cycles = True, trap.cycle
    if cycles >= budget:
        raise BudgetSpent
    apply(float("inf"))
    return Iteration(trapped, cycles, struck)


def _struck_words(workload: Workload, strike: Strike) -> Iterable[Struck]:
    """Word by word, in their order."""
    for at in range(strike.words):
        word = strike.word + at * strike.step
        if strike.how == "flip":
            before, after = workload.flip(strike.target, word, strike.mask)
        else:
            before, after = workload.put(strike.target, word, strike.mask, strike.value)  # type: ignore[attr-defined]
        yield Struck(strike, before, after)


class Difference(NamedTuple):
    wrong: int
    nan: int
    elements: List[Tuple[int, int, int]]


def compare(output: bytes, golden: bytes, first: int, floating: bool) -> Difference:
    """Words of 4 bytes that differ: how many, how many of the got ones are NaN or infinite, and the first ones."""
    if output == golden:
        return Difference(0, 0, [])
    got, expected = memoryview(output).cast("I"), memoryview(golden).cast("I")
    wrong = [index for index in range(len(expected)) if got[index] != expected[index]]
    nan = sum(got[index] & 0x7F800000 == 0x7F800000 for index in wrong) if floating else 0
    return Difference(len(wrong), nan, [(index, expected[index], got[index]) for index in wrong[:first]])


def evidence(
    number: int, iteration: Iteration, difference: Difference, output: bytes, state: str, milli_c: int
) -> List[Tuple[str, Dict[str, Any]]]:
    """The events of one iteration, in the order of the norm."""
    struck, elements = iteration.struck, difference.elements
    events: List[Tuple[str, Dict[str, Any]]] = [
        ("struck", {"it": number, "id": strike.id, "was": before, "now": after}) for strike, before, after in struck
    ]
    for at in range(0, len(elements), ELEMENTS_IN_A_LINE):
        events.append(("elements", {"it": number, "e": tuple(elements[at : at + ELEMENTS_IN_A_LINE])}))
    result = {
        "it": number,
        "id": min((one.strike.id for one in struck), default=0),
        "end": "trap" if iteration.trapped else "ok",
        "out": digest([output]),
        "st": state,
        "n": min(difference.wrong, 2**24 - 1),
        "nan": min(difference.nan, 2**24 - 1),
        "cut": len(elements) < difference.wrong,
        "det": 0,
        "fix": 0,
        "cyc": iteration.cycles,
        "parts": len(events),
        "t": milli_c,
    }
    return [*events, ("result", result)]


def most_events(words: int, elements: int) -> int:
    """How many events the evidence of one iteration with so many words struck may need, and one more for `done`."""
    return words + -(-elements // ELEMENTS_IN_A_LINE) + 2


class Golden(NamedTuple):
    outputs: List[bytes]
    digest: str
    cycles: int
    budget: int


def make_golden(workload: Workload, times: int, look: Callable[[], None]) -> Optional[Golden]:
    """Every input `times` times, all state restored before each; None where outputs differ or an iteration traps."""
    outputs: List[bytes] = []
    longest = 1
    for index in range(workload.inputs):
        for turn in range(times):
            workload.restore("full")
            done = iterate(workload, index, [], workload.limit, look)
            if turn == 0:
                outputs.append(workload.output())
            if done.trapped or workload.output() != outputs[index]:
                workload.restore("full")
                return None
            longest = max(longest, done.cycles)
    workload.restore("full")
    return Golden(outputs, digest(outputs), longest, 10 * longest)
