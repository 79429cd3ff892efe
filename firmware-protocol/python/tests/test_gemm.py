"""The kernel against a product written another way, and its control words against what they must do."""

import struct
import unittest

from radrig_board.gemm import CONTROL, CYCLES, SIZE, Gemm
from radrig_board.run import BudgetSpent, Strike, iterate


def run(gemm, index, *strikes, budget=10 * CYCLES):
    armed = [Strike(i + 1, target, word, mask, index, cycle) for i, (target, word, mask, cycle) in enumerate(strikes)]
    return iterate(gemm, index, armed, budget, lambda: None)


def f32(value):
    return struct.unpack("f", struct.pack("f", value))[0]


def product(a, b, floating):
    c = []
    for i in range(SIZE):
        for j in range(SIZE):
            total = 0
            for p in range(SIZE):
                x, y = a[i * SIZE + p], b[p * SIZE + j]
                total = f32(total + f32(x * y)) if floating else (total + x * y) & 0xFFFFFFFF
            c.append(total)
    return c


class Product(unittest.TestCase):
    def test_it_is_the_product_rounded_at_every_step(self):
        for format_ in ("f32", "i8"):
            gemm = Gemm(format_, 7)
            for index in range(gemm.inputs):
                done = run(gemm, index)
                self.assertEqual((done.trapped, done.cycles), (False, CYCLES))
                expected = product(list(gemm.banks[index].values), list(gemm.weights.values), format_ == "f32")
                self.assertEqual(list(gemm.c.values), expected)

    def test_looks_in_between_change_nothing(self):
        gemm = Gemm("f32", 7)
        run(gemm, 3)
        whole = gemm.output()
        kernel, cycle = gemm.compute(3), 0
        with self.assertRaises(StopIteration) as end:
            cycle = next(kernel)
            while True:
                cycle = kernel.send(cycle + 7)
        self.assertEqual(end.exception.value, CYCLES)
        self.assertEqual(gemm.output(), whole)

    def test_the_seed_chooses_the_values(self):
        self.assertEqual(Gemm("f32", 1).state(), Gemm("f32", 1).state())
        self.assertNotEqual(Gemm("f32", 1).state(), Gemm("f32", 2).state())
        values = [value for bank in Gemm("i8", 1).banks for value in bank.values]
        self.assertEqual((min(values), max(values)), (-128, 127))


class Strikes(unittest.TestCase):
    def test_a_weight_struck_late_changes_only_what_reads_it_later(self):
        gemm = Gemm("f32", 42)
        run(gemm, 3)
        golden = list(gemm.c.values)
        done = run(gemm, 3, ("weights", 17, 0x00800000, 3500))
        self.assertEqual([one.after ^ one.before for one in done.struck], [0x00800000])
        self.assertEqual([i for i in range(256) if gemm.c.values[i] != golden[i]], [225, 241])

    def test_a_strike_after_its_last_use_is_applied_and_masked(self):
        gemm = Gemm("i8", 42)
        run(gemm, 0)
        golden = gemm.output()
        done = run(gemm, 0, ("activations", 0, 0x80, CYCLES - 1))
        self.assertEqual(len(done.struck), 1)
        self.assertEqual(gemm.output(), golden)
        gemm.restore("full")
        self.assertEqual(len(run(gemm, 0, ("activations", 0, 0x80, 10 * CYCLES)).struck), 1)

    def test_self_checks_are_critical(self):
        for format_ in ("f32", "i8"):
            gemm = Gemm(format_, 11)
            run(gemm, 0)
            golden = list(gemm.c.values)
            for name, _, _, check, _ in gemm.targets:
                done = run(gemm, check.iteration, (name, check.word, check.mask, check.cycle))
                if not done.trapped:
                    self.assertGreater(max(abs(x - y) / (abs(y) + 1e-9) for x, y in zip(gemm.c.values, golden)), 1.0, name)
                gemm.restore("full")
            self.assertTrue(done.trapped)

    def test_an_error_in_an_input_stays_until_inputs_are_restored(self):
        gemm = Gemm("i8", 5)
        run(gemm, 2)
        golden = gemm.output()
        run(gemm, 2, ("activations", 0, 0x40, 0))
        run(gemm, 3)
        run(gemm, 2)
        self.assertNotEqual(gemm.output(), golden)
        gemm.restore("weights")
        run(gemm, 2)
        self.assertNotEqual(gemm.output(), golden)
        gemm.restore("inputs")
        run(gemm, 2)
        self.assertEqual(gemm.output(), golden)


class Control(unittest.TestCase):
    def test_a_corrupted_offset_traps_and_a_large_bound_runs_away(self):
        for bit in range(32):
            for word in (6, 7):
                self.assertTrue(run(Gemm("i8", 1), 0, ("control", word, 1 << bit, 0)).trapped, (word, bit))
            if bit >= 8:
                for word in (0, 1, 2):
                    with self.assertRaises(BudgetSpent, msg=(word, bit)):
                        run(Gemm("i8", 1), 0, ("control", word, 1 << bit, 0))

    def test_rings_close(self):
        """Rows beyond the last are the first again; a stride of a whole ring more changes nothing."""
        gemm = Gemm("i8", 1)
        run(gemm, 0)
        golden = gemm.output()
        for word, mask, cycles in [(0, 1, CYCLES + 256), (3, 256, CYCLES), (4, 1 << 31, CYCLES), (5, 1 << 20, CYCLES)]:
            gemm.restore("full")
            done = run(gemm, 0, ("control", word, mask, 0))
            self.assertEqual((done.trapped, done.cycles, gemm.output()), (False, cycles, golden))

    def test_a_corrupted_stride_or_inner_bound_gives_the_elements_it_names(self):
        for word, mask in [(1, 1), (2, 2), (3, 1), (3, 16), (4, 4), (4, 16), (5, 8), (5, 16)]:
            gemm = Gemm("i8", 1)
            done = run(gemm, 0, ("control", word, mask, 0))
            self.assertFalse(done.trapped)
            m, n, k, stride_a, stride_b, stride_c, *_ = [value ^ (mask if at == word else 0) for at, value in enumerate(CONTROL)]
            a, b, c = list(gemm.banks[0].values), list(gemm.weights.values), [0] * 256
            for i in range(m):
                for j in range(n):
                    total = sum(a[(i * stride_a + p) % 256] * b[(p * stride_b + j) % 256] for p in range(k))
                    c[(i * stride_c + j) % 256] = total & 0xFFFFFFFF
            self.assertEqual(list(gemm.c.values), c, (word, mask))

    def test_a_bound_is_read_again_at_every_turn(self):
        gemm = Gemm("i8", 1)
        done = run(gemm, 0, ("control", 0, 16, CYCLES // 2))
        self.assertFalse(done.trapped)
        # Row 8 is in work: it is finished, and none begins after it.
        self.assertEqual(done.cycles, CYCLES // 2 + SIZE * SIZE)

    def test_a_kernel_that_runs_away_spends_its_budget(self):
        gemm = Gemm("f32", 1)
        with self.assertRaises(BudgetSpent):
            run(gemm, 0, ("control", 0, 0x80000000, CYCLES - 1))

    def test_no_loop_turns_for_nothing(self):
        """Without steps in an element, or elements in a row, the turns themselves are counted."""
        for empty in (1, 2):
            gemm = Gemm("f32", 1)
            with self.assertRaises(BudgetSpent):
                run(gemm, 0, ("control", empty, 16, 0), ("control", 0, 0x80000000, 0))


if __name__ == "__main__":
    unittest.main()
