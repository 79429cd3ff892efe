"""`python3 -m radrig_board`: a board on standard input and output, or on a serial port."""

from __future__ import annotations

import argparse
import secrets
import sys
from pathlib import Path
from typing import List, Optional

from .accelerator import Accelerator
from .board import Board, Identity
from .engine import Reset
from .gemm import Cpu
from .transport import Closed, SerialPort, StandardStreams, Transport


def serve(transport: Transport, accelerator: Accelerator, identity: Identity, boots_file: Optional[Path] = None) -> None:
    """Boots again and again until the host is gone. `boots_file` counts boots over starts of the process."""
    boots, boot, cause = _read_boots(boots_file), 0, "power"
    try:
        while True:
            boots += 1
            if boots_file is not None:
                boots_file.write_text(f"{boots}\n", encoding="ascii")
            boot = _unlike(boot)
            try:
                Board(transport, accelerator, identity, boot, boots, cause).serve()
            except Reset as reset:
                cause = reset.cause
                transport.drain(1.0)
    except (Closed, KeyboardInterrupt):
        return
    finally:
        transport.close()


def main(accelerator: Optional[Accelerator] = None, arguments: Optional[List[str]] = None) -> int:
    parser = argparse.ArgumentParser(prog="radrig_board", description=__doc__)
    parser.add_argument("--port", help="serial port or pseudo-terminal; without it, standard input and output")
    parser.add_argument("--baud", type=int, default=115200)
    parser.add_argument("--serial", default="PY-0001", help="serial number of this board, at most 20 of A-Z a-z 0-9 . _ -")
    parser.add_argument("--model", default="python-board")
    parser.add_argument("--format", choices=["f32", "i8"], help="offer the workloads of one format alone")
    parser.add_argument("--boots-file", type=Path, help="keeps the count of boots when the board loses its power")
    options = parser.parse_args(arguments)
    if accelerator is None:
        accelerator = Cpu([options.format] if options.format else ["f32", "i8"])
    try:
        transport = SerialPort(options.port, options.baud) if options.port else StandardStreams()
    except (OSError, ValueError) as error:
        print(f"radrig_board: {options.port}: {error}", file=sys.stderr)
        return 3
    serve(transport, accelerator, Identity(options.model, options.serial), options.boots_file)
    return 0


def _read_boots(file: Optional[Path]) -> int:
    try:
        return int(file.read_text(encoding="ascii")) if file is not None else 0
    except (OSError, ValueError):
        return 0


def _unlike(boot: int) -> int:
    """A boot id: not 0, and unlike the one before."""
    while True:
        drawn = secrets.randbits(32)
        if drawn not in (0, boot):
            return drawn


if __name__ == "__main__":
    sys.exit(main())
