"""The codec against the vectors, against the norm's own lines, and against what it must refuse."""

import json
import random
import re
import unittest
from pathlib import Path

from radrig_board.messages import MESSAGES
from radrig_board.protocol import Garbled, Message, crc, decode, encode, frame
from radrig_board.transport import Lines

FOLDER = Path(__file__).resolve().parent.parent.parent
NORM = (FOLDER / "PROTOCOL.md").read_text("utf-8")


def vectors(name):
    return [json.loads(line) for line in (FOLDER / "vectors" / name).read_text("ascii").splitlines()]


def sample_lines():
    """The longest golden line of every message."""
    longest = {}
    for vector in vectors("golden.jsonl"):
        head = (vector["message"]["kind"], vector["message"]["name"])
        if len(vector["line"]) > len(longest.get(head, "")):
            longest[head] = vector["line"]
    return longest


class Vectors(unittest.TestCase):
    def test_golden_lines_say_what_their_vector_says_and_are_written_alike(self):
        for vector in vectors("golden.jsonl"):
            read, message = decode(vector["line"]), vector["message"]
            self.assertIsInstance(read, Message, vector["line"])
            head = read.head
            self.assertEqual((head.kind, head.name), (message["kind"], message["name"]))
            self.assertEqual((str(head.seq), f"{head.boot:08x}", str(head.up)), (message["seq"], message["boot"], message["up"]))
            types = dict(MESSAGES[head.kind][head.name])
            shown = {key: types[key].show(value) for key, value in read.fields.items()}
            self.assertEqual(list(shown.items()), list(message["fields"].items()))
            self.assertEqual(encode(head.kind, head.seq, head.boot, head.up, head.name, read.fields), vector["line"])

    def test_every_message_has_a_golden_line(self):
        here = {(kind, name) for kind, messages in MESSAGES.items() for name in messages}
        self.assertEqual(set(sample_lines()), here)

    def test_mangled_lines_break_the_rule_they_name(self):
        reasons = set()
        for vector in vectors("mangled.jsonl"):
            read = decode(vector["line"])
            self.assertIsInstance(read, Garbled, vector["line"])
            self.assertEqual(read.reason, vector["reason"], vector["line"])
            reasons.add(read.reason)
        self.assertEqual(len(reasons), 8)


class Norm(unittest.TestCase):
    def test_the_check_value(self):
        self.assertEqual(crc("123456789"), "cbf43926")

    def test_every_line_of_the_session_and_every_vector_on_the_page_is_read(self):
        lines = re.findall(r"^[<>] (\$.*)$", NORM, re.M)
        self.assertGreater(len(lines), 25)
        for line in lines:
            self.assertIsInstance(decode(line), Message, line)
        for text in re.findall(r'^\{"line".*\}$', NORM, re.M):
            vector = json.loads(text)
            read = decode(vector["line"])
            self.assertEqual(vector.get("reason"), read.reason if isinstance(read, Garbled) else None)

    def test_the_tables_of_the_page_are_the_tables_here(self):
        """Names and keys in the order of the page."""
        parts = re.split(r"^(#{2,4}) (.*)$", NORM.split("## Messages")[1].split("\n## ")[0], flags=re.M)
        kinds = {"Commands": "c", "Answers": "a", "Events": "e", "Telemetry": "t"}
        kind, told = None, {}
        for level, title, text in zip(parts[1::3], parts[2::3], parts[3::3]):
            if level == "###":
                kind = kinds[title]
            else:
                keys = [key for key in re.findall(r"^\| `?([a-z]+)`? +\|", text, re.M) if key != "key"]
                told[(kind, title.strip("`"))] = keys
        here = {(k, name): [key for key, _ in types] for k, messages in MESSAGES.items() for name, types in messages.items()}
        self.assertEqual(told, here)


class Damage(unittest.TestCase):
    def test_one_and_two_flipped_bits_are_refused(self):
        """All single flips of a line of each message; all double flips of the shortest lines, a sample of the others."""
        draw = random.Random(1)
        for line in sample_lines().values():
            bits = [1 << bit for bit in range(8)]
            singles = [(at, mask) for at in range(len(line)) for mask in bits]
            pairs = [draw.sample(singles, 2) for _ in range(300)]
            for flips in [[one] for one in singles] + pairs:
                flipped = bytearray(line, "latin-1")
                for at, mask in flips:
                    flipped[at] ^= mask
                self.assertIsInstance(decode(flipped.decode("latin-1")), Garbled, flipped)

    def test_no_bytes_are_too_strange(self):
        draw = random.Random(2)
        lines = list(sample_lines().values())
        for _ in range(20_000):
            line = list(draw.choice(lines))
            for _ in range(draw.randrange(1, 9)):
                at = draw.randrange(len(line))
                line[at : at + draw.randrange(3)] = chr(draw.randrange(256)) * draw.randrange(3)
                line = line or ["$"]
            text = "".join(line)
            if text not in lines:
                self.assertIsInstance(decode(text), Garbled, text)

    def test_what_cannot_be_said_is_not_written(self):
        for kind, name, fields in [
            ("c", "ack", {"ev": -1}),
            ("c", "ack", {"ev": 2**32}),
            ("c", "ack", {}),
            ("c", "heat", {"on": True, "board": "b", "set": 0}),
            ("c", "load", {"w": "gemm f32", "seed": 1, "refresh": "full", "every": 1, "first": 1}),
            ("e", "log", {"ev": 1, "level": "info", "text": "é" * 41}),
            ("e", "log", {"ev": 1, "level": "info", "text": "漢"}),
        ]:
            with self.assertRaises(ValueError, msg=(name, fields)):
                encode(kind, 1, 1, 1, name, fields)

    def test_lines_out_of_bytes(self):
        lines = Lines()
        good = frame("c 1 00000000 0 status")
        self.assertEqual(lines.feed(b"\n\n" + good[:10].encode()), [])
        self.assertEqual(lines.feed(good[10:].encode() + b"\r\n"), [good])
        for _ in range(100):
            self.assertEqual(lines.feed(b"\xff" * 1000), [])
        self.assertEqual(lines.feed(b"$c\n" + good.encode() + b"\n"), [good])
        self.assertEqual(lines.feed(b"a" * 254 + b"\n"), ["a" * 254])


if __name__ == "__main__":
    unittest.main()
