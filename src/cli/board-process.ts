import { liveAsBoard } from "../emulator/board-process.ts";
import { scaledClock } from "./clocks.ts";

/** What `radrig emulate` starts for each board: not a verb, and of no use by itself. */
if (process.send === undefined) {
  console.error("board-process is started by `radrig emulate RIG`");
  process.exitCode = 2;
} else {
  liveAsBoard(scaledClock);
}
