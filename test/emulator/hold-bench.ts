import { ptyBench } from "./pty-bench.ts";

/** A process that holds an emulated bench in the folder it is given, until SIGTERM; killed otherwise by its test. */
const { emulation } = ptyBench({}, { folder: process.argv[2]! });
process.once("SIGTERM", () => void emulation.close());
await emulation.ready;
console.log("ready");
await emulation.ended;
