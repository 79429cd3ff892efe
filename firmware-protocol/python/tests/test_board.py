"""The board as a process, over its standard streams and over a pseudo-terminal: what the norm promises of it."""

import tempfile
import unittest
from pathlib import Path

from radrig_board.protocol import frame
from tests.host import Host, why


def gap_free(messages):
    numbers = [message.fields["ev"] for message in messages if message.head.kind == "e"]
    return numbers == list(range(numbers[0], numbers[0] + len(numbers)))


class Session(unittest.TestCase):
    def test_it_begins_with_an_empty_line_and_its_boot(self):
        with Host() as host:
            boot = host.named("boot")
            self.assertTrue(host.raw.startswith(b"\n$e 1 "))
            self.assertEqual(boot.fields, {"ev": 1, "boots": 1, "cause": "power"})
            hello = host.ask("hello", v=1, hb=60000, lease=10000)
            self.assertEqual((hello.fields["cap"], hello.fields["acc"]), ("rs", "cpu"))
            self.assertEqual(host.ask("workloads").fields["w"], ("gemm-f32", "gemm-i8"))
            asked = [host.ask("workloads-from", i=i) for i in (0, 1, 2, 65535)]
            self.assertEqual([one.head.name for one in asked], ["workloads-ok"] * 4)
            self.assertEqual([one.fields["w"] for one in asked], [("gemm-f32", "gemm-i8"), ("gemm-i8",), (), ()])

    def test_every_command_is_refused_for_the_first_reason_that_applies(self):
        load = {"w": "gemm-f32", "seed": 1, "refresh": "full", "every": 1, "first": 1}
        strike = {"id": 1, "target": "weights", "word": 0, "mask": 1, "it": 0, "cyc": 0}
        fault = {"id": 1, "target": "weights", "word": 0, "mask": 1, "how": "put", "val": 0, "n": 2, "step": 5, "it": 0, "cyc": 0}
        with Host() as host:
            for expected, name, fields in [
                ("bad-version", "hello", {"v": 2, "hb": 1, "lease": 1}),
                ("out-of-range", "hello", {"v": 1, "hb": 9, "lease": 100}),
                ("out-of-range", "hello", {"v": 1, "hb": 10, "lease": 99}),
                ("not-able", "inject", {"board": "b", **strike}),
                ("not-able", "sense", {"board": "b"}),
                ("not-loaded", "target", {"i": 9}),
                ("not-loaded", "golden", {"times": 0}),
                ("not-loaded", "strike", strike),
                ("not-loaded", "fault", fault),
                ("not-loaded", "shape", {"of": "weights"}),
                ("not-loaded", "refresh", {"what": "full"}),
                ("unknown-workload", "load", {**load, "w": "nothing", "every": 0}),
                ("out-of-range", "load", {**load, "every": 0}),
                ("load-ok", "load", load),
                ("no-golden", "strike", strike),
                ("no-golden", "fault", fault),
                ("not-able", "fault", {**fault, "how": "hold"}),
                ("shape-ok", "shape", {"of": "weights"}),
                ("unknown-target", "shape", {"of": "nothing"}),
                ("no-golden", "run", {"from_": 0, "n": 1, "strikes": 9}),
                ("no-golden", "check", {}),
                ("out-of-range", "target", {"i": 3}),
                ("out-of-range", "golden", {"times": 0}),
                ("golden-ok", "golden", {"times": 1}),
                ("unknown-target", "strike", {**strike, "target": "nothing", "id": 0}),
                ("out-of-range", "strike", {**strike, "id": 0}),
                ("out-of-range", "strike", {**strike, "mask": 0}),
                ("out-of-range", "strike", {**strike, "word": 256}),
                ("out-of-range", "strike", {**strike, "cyc": 40961}),
                ("unknown-target", "fault", {**fault, "target": "nothing", "n": 0}),
                ("out-of-range", "fault", {**fault, "id": 0}),
                ("out-of-range", "fault", {**fault, "mask": 0}),
                ("out-of-range", "fault", {**fault, "n": 0}),
                ("out-of-range", "fault", {**fault, "n": 65}),
                ("out-of-range", "fault", {**fault, "step": 0}),
                ("out-of-range", "fault", {**fault, "word": 251}),
                ("out-of-range", "fault", {**fault, "step": 2**32 - 1}),
                ("out-of-range", "fault", {**fault, "cyc": 40961}),
                ("fault-ok", "fault", {**fault, "id": 9, "n": 64, "step": 4}),
                ("strikes-full", "strike", strike),
                ("fault-ok", "fault", {**fault, "id": 9, "n": 60, "step": 1}),
                ("strikes-full", "fault", {**fault, "n": 5}),
                ("stop-ok", "stop", {}),
                ("strike-ok", "strike", {**strike, "cyc": 40960}),
                ("strike-ok", "strike", {**strike, "it": 5}),
                ("out-of-range", "run", {"from_": 0, "n": 5, "strikes": 1}),
                ("out-of-range", "run", {"from_": 2**32 - 1, "n": 2, "strikes": 1}),
                ("strikes-differ", "run", {"from_": 5, "n": 1, "strikes": 2}),
                ("stop-ok", "stop", {}),
                ("strikes-differ", "run", {"from_": 5, "n": 1, "strikes": 1}),
            ]:
                self.assertEqual(why(host.ask(name, **fields)), expected, (name, fields))
            self.assertEqual(host.ask("status").fields["armed"], 0)

    def test_bad_lines_are_refused_or_passed_over_as_the_norm_says(self):
        with Host() as host:
            boot = host.named("boot").head.boot
            self.assertEqual(why(host.ask("status", boot=boot ^ 1)), "wrong-boot")
            for body, expected in [
                ("c 70 00000000 0 dance x=1", "unknown-command"),
                ("c 71 00000000 0 ack-ok", "unknown-command"),
                ("c 72 00000000 0 hello v=1", "bad-field"),
            ]:
                host.write((frame(body) + "\r\n").encode())
                refused = host.named("refused")
                self.assertEqual((refused.fields["re"], refused.fields["why"]), (int(body.split()[1]), expected))
            host.write(b"\x00\xff$c 1 00000000 0 reset*00000000\n" + b"\xff" * 300_000 + b"\n" + b"$" * 254 + b"\n")
            host.write((frame("c 80 00000000 0 ack ev=one") + "\n" + frame("a 81 00000000 0 nonsense") + "\n").encode())
            self.assertEqual(host.ask("status").fields["state"], "idle")
            self.assertEqual([m.head.name for m in host.messages if m.head.kind == "a"].count("refused"), 4)

    def test_the_heart_beats_while_golden_is_made_and_commands_wait_their_turn(self):
        with Host() as host:
            host.ask("hello", v=1, hb=10, lease=10000)
            host.ask("load", w="gemm-i8", seed=1, refresh="full", every=1, first=1)
            golden = host.command("golden", times=20)
            status = host.command("status")
            host.hear(lambda message: message.fields.get("re") == golden)
            answer = host.hear(lambda message: message.fields.get("re") == status)
            self.assertEqual(answer.fields["state"], "ready")
            loaded = [m.head.name for m in host.messages].index("load-ok")
            self.assertGreater(sum(m.head.name == "heartbeat" for m in host.messages[loaded:]), 3)


class Evidence(unittest.TestCase):
    def test_a_strike_that_shows_comes_with_its_parts_and_state_restored(self):
        with Host() as host:
            loaded, golden = host.ready(first=1)
            result = host.struck_run("weights", 17, 0x00800000, 3, 3500)
            self.assertEqual((golden.fields["cyc"], golden.fields["budget"]), (4096, 40960))
            fields = result.fields
            self.assertEqual((fields["end"], fields["n"], fields["cut"], fields["parts"]), ("ok", 2, True, 2))
            self.assertEqual(fields["st"], loaded.fields["st"])
            names = [m.head.name for m in host.messages if m.head.kind == "e"]
            # `done` follows at once, and may have been heard by now.
            self.assertEqual(names[: names.index("result") + 1], ["boot", "struck", "elements", "result"])
            self.assertEqual(host.named("done").fields["why"], "finished")
            self.assertTrue(gap_free(host.messages))
            self.assertTrue(host.ask("check").fields["match"])

    def test_a_strike_that_does_not_show_has_its_result_too(self):
        with Host() as host:
            host.ready()
            result = host.struck_run("activations", 0, 1, 0, 4095)
            self.assertEqual((result.fields["n"], result.fields["parts"], result.fields["id"]), (0, 1, 1))
            self.assertEqual(host.named("done").fields["clean"], 1)

    def test_a_fault_of_several_words_is_one_strike_with_a_struck_for_each(self):
        with Host() as host:
            loaded, _ = host.ready(first=500)
            self.assertEqual(host.ask("shape", of="output").fields["axes"], (("row", 16), ("column", 16)))
            self.assertEqual(host.ask("shape", of="control").fields["axes"], (("word", 8),))
            fault = {"id": 7, "target": "weights", "word": 3, "mask": 0xFFFFFFFF, "how": "put", "val": 0x3F800000}
            host.ask("fault", **fault, n=16, step=16, it=2, cyc=0)
            self.assertEqual(host.ask("status").fields["armed"], 1)
            host.ask("run", from_=2, n=1, strikes=1)
            result = host.named("result").fields
            struck = [m.fields for m in host.messages if m.head.name == "struck"]
            self.assertEqual(len(struck), 16)
            self.assertEqual({(one["id"], one["now"]) for one in struck}, {(7, 0x3F800000)})
            self.assertEqual(len({one["was"] for one in struck}), 16)
            # One column of B is 1: one column of C is wrong, and no more.
            listed = [e for m in host.messages if m.head.name == "elements" for e in m.fields["e"]]
            self.assertEqual({index % 16 for index, _, _ in listed}, {3})
            self.assertEqual((result["n"], result["parts"], result["st"]), (16, 16 + 4, loaded.fields["st"]))

    def test_a_bit_put_where_it_is_already_is_struck_and_changes_nothing(self):
        with Host() as host:
            host.ready()
            host.ask("fault", id=1, target="control", word=0, mask=16, how="put", val=16, n=1, step=1, it=0, cyc=0)
            host.ask("run", from_=0, n=1, strikes=1)
            self.assertEqual(host.named("struck").fields, {"ev": 2, "it": 0, "id": 1, "was": 16, "now": 16})
            self.assertEqual(host.named("done").fields["clean"], 1)

    def test_a_run_to_error_ends_after_the_first_wrong_iteration(self):
        with Host() as host:
            host.ready(refresh="none")
            host.ask("run-to-error", from_=0, n=3)
            done = host.named("done").fields
            self.assertEqual((done["why"], done["n"], done["clean"]), ("finished", 3, 3))
            # One element of input 3 is wrong until it is restored; its iterations are 3, 11, 19 ...
            host.struck_run("activations", 5, 0x40000000, 3, 0)
            self.assertEqual(host.named("done").fields["why"], "finished")
            host.ask("run-to-error", from_=4, n=0)
            result = host.named("result").fields
            done = host.named("done").fields
            self.assertEqual((result["it"], result["id"]), (11, 0))
            self.assertEqual((done["why"], done["n"], done["clean"]), ("stopped", 8, 7))
            host.ask("refresh", what="full")
            host.ask("run-to-error", from_=3, n=1)
            self.assertEqual(host.named("done").fields["why"], "finished")
            host.strike(1, "weights", 0, 1, 3, 0)
            self.assertEqual(why(host.ask("run-to-error", from_=3, n=1)), "strikes-differ")

    def test_every_self_check_is_critical(self):
        for workload in ("gemm-f32", "gemm-i8"):
            with Host() as host:
                loaded, _ = host.ready(workload)
                for index in range(loaded.fields["targets"]):
                    check = host.ask("target", i=index).fields
                    result = host.struck_run(check["name"], check["word"], check["mask"], check["it"], check["cyc"])
                    self.assertGreater(result.fields["n"], 0)
                    host.named("done")
                self.assertEqual(result.fields["end"], "trap")

    def test_errors_stay_and_repeat_where_nothing_is_refreshed(self):
        with Host() as host:
            loaded, _ = host.ready(refresh="none", every=1)
            host.strike(1, "weights", 0, 0x40000000, 1, 0)
            host.ask("run", from_=0, n=4, strikes=1)
            done = host.named("done")
            self.assertEqual((done.fields["n"], done.fields["clean"]), (4, 1))
            results = [m.fields for m in host.messages if m.head.name == "result"]
            self.assertEqual([(one["it"], one["id"]) for one in results], [(1, 1), (2, 0), (3, 0)])
            self.assertNotIn(loaded.fields["st"], [one["st"] for one in results])
            self.assertEqual(host.ask("refresh", what="weights").fields["st"], loaded.fields["st"])

    def test_state_is_restored_after_every_so_many_iterations(self):
        with Host() as host:
            host.ready(refresh="weights", every=3)
            host.strike(1, "weights", 0, 0x40000000, 0, 0)
            host.ask("run", from_=0, n=6, strikes=1)
            host.named("done")
            self.assertEqual([m.fields["it"] for m in host.messages if m.head.name == "result"], [0, 1, 2])


class Endings(unittest.TestCase):
    def test_a_trap_faults_the_board_until_all_is_refreshed(self):
        with Host() as host:
            loaded, _ = host.ready()
            result = host.struck_run("control", 6, 0x80000000, 2, 100)
            self.assertEqual((result.fields["end"], result.fields["cyc"]), ("trap", 100))
            self.assertNotEqual(result.fields["st"], loaded.fields["st"])
            self.assertEqual(host.named("done").fields["why"], "trap")
            self.assertEqual(why(host.ask("run", from_=0, n=1, strikes=0)), "faulted")
            host.ask("refresh", what="weights")
            self.assertEqual(why(host.ask("check")), "faulted")
            self.assertEqual(host.ask("refresh", what="full").fields["st"], loaded.fields["st"])
            self.assertEqual(host.ask("status").fields["state"], "ready")

    def test_a_runaway_is_reset_by_the_watchdog(self):
        with Host() as host:
            first = host.named("boot").head.boot
            host.ready()
            host.strike(1, "control", 1, 0x80000000, 4, 10)
            host.ask("run", from_=4, n=1, strikes=1)
            boot = host.named("boot")
            self.assertEqual(boot.fields, {"ev": 1, "boots": 2, "cause": "watchdog"})
            self.assertNotEqual(boot.head.boot, first)
            self.assertEqual(boot.head.seq, 1)
            self.assertIn(b"\n\n$e 1 ", host.raw)
            self.assertEqual(host.ask("status").fields["state"], "idle")

    def test_reset_is_answered_first(self):
        with Host() as host:
            host.ready()
            self.assertEqual(host.ask("reset").head.name, "reset-ok")
            self.assertEqual(host.named("boot").fields["cause"], "command")

    def test_stop_ends_a_run_without_end_and_disarms(self):
        with Host() as host:
            host.ready()
            host.strike(1, "weights", 0, 1, 4_000_000_000, 0)
            host.ask("run", from_=0, n=0, strikes=1)
            self.assertEqual(why(host.ask("load", w="gemm-f32", seed=1, refresh="full", every=1, first=1)), "busy")
            host.ask("stop")
            done = host.named("done")
            self.assertEqual((done.fields["why"], done.fields["n"]), ("stopped", done.fields["clean"]))
            self.assertEqual(host.ask("status").fields["armed"], 0)

    def test_a_host_that_falls_silent_ends_the_run_and_nothing_else(self):
        with Host() as host:
            host.ask("hello", v=1, hb=60000, lease=100)
            host.ready()
            host.ask("run", from_=0, n=0, strikes=0)
            self.assertEqual(host.named("done").fields["why"], "lease")
            self.assertEqual(host.ask("status").fields["state"], "ready")


class Events(unittest.TestCase):
    def test_they_are_kept_until_acknowledged_and_sent_again_as_they_were(self):
        with Host() as host:
            boot = host.named("boot").head.boot
            host.ready()
            host.struck_run("weights", 17, 0x00800000, 3, 3500)
            host.named("done")
            sent = [m for m in host.messages if m.head.kind == "e"]
            self.assertEqual(host.ask("resend", ev=0).fields["n"], len(sent))
            again = [host.hear(lambda m: m.head.kind == "e") for _ in sent]
            self.assertEqual([m.fields for m in again], [m.fields for m in sent])
            self.assertGreater(again[0].head.seq, sent[-1].head.seq)
            host.command("ack", boot=boot ^ 1, ev=5)
            host.command("ack", boot=boot, ev=99)
            host.command("ack", boot=0, ev=5)
            host.command("ack", boot=boot, ev=3)
            self.assertEqual(host.ask("resend", ev=1).fields["n"], 2)
            self.assertEqual(host.ask("status").fields["ack"], 3)

    def test_a_run_ends_before_there_is_no_room_for_its_evidence(self):
        with Host() as host:
            boot = host.named("boot").head.boot
            host.ready(refresh="none", first=300)
            host.strike(1, "control", 0, 16, 0, 0)
            host.ask("run", from_=0, n=0, strikes=1)
            done = host.named("done")
            self.assertEqual(done.fields["why"], "stopped")
            self.assertLess(done.fields["ev"], 1024)
            self.assertTrue(gap_free(host.messages))
            self.assertEqual(host.ask("status").fields["drop"], 0)
            host.command("ack", boot=boot, ev=done.fields["ev"])
            host.ask("run", from_=0, n=1, strikes=0)
            self.assertEqual(host.named("done").fields["n"], 1)


class OtherWays(unittest.TestCase):
    def test_over_a_pseudo_terminal(self):
        with tempfile.TemporaryDirectory() as folder, Host(pty=Path(folder) / "board") as host:
            host.ready()
            self.assertEqual(host.struck_run("weights", 17, 0x00800000, 3, 3500).fields["n"], 2)

    def test_a_port_that_goes_and_comes_back_finds_the_same_boot_with_its_events(self):
        with tempfile.TemporaryDirectory() as folder, Host(pty=Path(folder) / "board") as host:
            boot = host.named("boot").head.boot
            host.ready()
            result = host.struck_run("weights", 17, 0x00800000, 3, 3500)
            host.named("done")
            host.replug()
            again = host.until_answered("resend", ev=result.fields["ev"])
            self.assertEqual((again.head.boot, again.fields["n"]), (boot, 2))
            self.assertEqual(host.named("result").fields, result.fields)

    def test_a_host_that_does_not_read_loses_whole_lines_and_no_events(self):
        with Host() as host:
            host.ready()
            for _ in range(5_000):
                host.command("status")
            answered = host.until_answered("resend", ev=1)
            self.assertEqual(answered.fields["n"], 1)
            self.assertLess(sum(m.head.name == "status-ok" for m in host.messages), 5_000)

    def test_the_example_that_people_copy(self):
        with Host(["example_accelerator.py", "--serial", "MY-GPU-0001"]) as host:
            self.assertEqual(host.ask("hello", v=1, hb=1000, lease=1000).fields["serial"], "MY-GPU-0001")
            loaded, _ = host.ready("layers-f32", refresh="none", every=1)
            for index in range(loaded.fields["targets"]):
                check = host.ask("target", i=index).fields
                result = host.struck_run(check["name"], check["word"], check["mask"], check["it"], check["cyc"])
                self.assertGreater(result.fields["n"], 0)
                host.named("done")
                self.assertEqual(host.ask("refresh", what="full").fields["st"], loaded.fields["st"])
            host.ask("run", from_=0, n=8, strikes=0)
            self.assertEqual(host.named("done").fields["clean"], 8)
            self.assertEqual(host.ask("refresh", what="weights").fields["st"], loaded.fields["st"])


if __name__ == "__main__":
    unittest.main()
