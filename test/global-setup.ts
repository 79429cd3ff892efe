import { execFileSync } from "node:child_process";

/** Tests that start `radrig` as a process of its own run the built program, so it is built first. */
export default function setup(): void {
  execFileSync(process.execPath, ["node_modules/typescript/bin/tsc"], { stdio: "inherit" });
}
