#!/usr/bin/env python3
"""The board, from any folder: `link: { command: [python3, …/firmware-protocol/python/board.py] }`. Same as `python3 -m radrig_board` here."""

import sys

from radrig_board.__main__ import main

if __name__ == "__main__":
    sys.exit(main())
