import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** What is left after the collector has run: heap and buffers. */
export function bytesHeld(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
