"""The event buffer at its end: whole or not at all, counted, told as soon as there is room."""

import unittest

from radrig_board.events import CAPACITY, EventBuffer


class Overflow(unittest.TestCase):
    def test_new_events_are_dropped_whole_and_told_of_once(self):
        sent = []
        buffer = EventBuffer(lambda name, fields: sent.append((name, fields)))
        for _ in range(CAPACITY - 1):
            buffer.emit(("log", {}))
        buffer.emit(("struck", {}), ("result", {}))
        self.assertEqual((buffer.last, buffer.dropped), (CAPACITY - 1, 2))
        buffer.emit(("done", {}))
        buffer.emit(("log", {}))
        self.assertEqual(buffer.dropped, 3)
        self.assertEqual(len(buffer.from_(1)), CAPACITY)
        buffer.acknowledge(1)
        self.assertEqual(sent[-1], ("overflow", {"ev": CAPACITY + 1, "drop": 3}))
        buffer.acknowledge(2)
        self.assertEqual(buffer.last, CAPACITY + 1)
        buffer.acknowledge(CAPACITY + 2)
        self.assertEqual(buffer.acknowledged, 2)


if __name__ == "__main__":
    unittest.main()
