import type { Link, Port } from "../../src/domain/link.ts";
import { memoryPair } from "../../src/link/memory.ts";

/** All that a port gives until it ends, as latin1 text. */
export async function textOf(port: Port): Promise<string> {
  let text = "";
  for await (const chunk of port.chunks) text += Buffer.from(chunk).toString("latin1");
  return text;
}

/** A port that gives these chunks and ends. */
export function portOf(chunks: Iterable<Uint8Array>): Port {
  const [host, device] = memoryPair("chunks");
  const feed = async (): Promise<void> => {
    for (const chunk of chunks) await device.write(chunk);
    await device.close();
  };
  void feed();
  return host;
}

/** All batches of a link until it ends. */
export async function batchesOf(link: Link): Promise<readonly (readonly string[])[]> {
  const batches: (readonly string[])[] = [];
  for await (const batch of link.batches) batches.push(batch);
  return batches;
}

export async function linesFrom(link: Link): Promise<readonly string[]> {
  return (await batchesOf(link)).flat();
}
