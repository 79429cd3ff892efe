import { spawnSync } from "node:child_process";

/** Whether `python3` is here, 3.10 or later. */
export function havePython(): boolean {
  const asked = spawnSync("python3", ["-c", "import sys; print(sys.version_info >= (3, 10))"], {
    encoding: "utf8",
  });
  return asked.stdout === "True\n";
}
