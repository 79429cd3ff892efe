import { fork } from "node:child_process";
import { join } from "node:path";
import { ReadlineParser } from "@serialport/parser-readline";
import { SerialPort } from "serialport";
import { decode } from "../../firmware-protocol/codec.ts";
import { enclose } from "../../firmware-protocol/frame.ts";
import { linesOf } from "../../src/link/lines.ts";
import { ptyPort } from "../../src/link/serial.ts";
import { rowOf } from "./row.ts";
import type { BenchRow } from "./row.ts";

/**
 * Lines a second and round trips of 64-byte lines over a pseudo-terminal to a device in another process: through link and
 * codec, and through bare `serialport` with its readline parser, in turns.
 */
const windows = 9;
const linesPerWindow = 200_000;
const tripsPerWindow = 3000;

/** A message of the protocol, 64 bytes with its line end. */
const line = enclose("e 4294967 5eed0001 99999 log ev=123 level=info text=s");

interface Way {
  /** Receives so many lines after this one was sent, all decoded where the way decodes. */
  lines(count: number): Promise<number>;
  /** One line there and back, this often. Microseconds each, the median. */
  trips(count: number): Promise<number>;
  close(): Promise<void>;
}

export async function serialBench(): Promise<BenchRow[]> {
  if (line.length !== 63) throw new Error(`the bench line has ${line.length + 1} bytes, not 64`);
  const device = fork(join(import.meta.dirname, "pty-device.js"), [`${line}\n`]);
  const path = await new Promise<string>((resolve) =>
    device.once("message", (name) => resolve(name as string)),
  );
  const measured = {
    ours: { rate: [] as number[], trip: [] as number[] },
    bare: { rate: [] as number[], trip: [] as number[] },
  };
  try {
    // The first turn of each warms the machine and is not counted.
    for (let window = -1; window < windows; window++) {
      for (const [name, open] of [
        ["ours", openOurs],
        ["bare", openBare],
      ] as const) {
        const way = await open(path);
        const rate = await way.lines(linesPerWindow);
        const trip = await way.trips(tripsPerWindow);
        await way.close();
        if (window < 0) continue;
        measured[name].rate.push(rate);
        measured[name].trip.push(trip);
      }
    }
  } finally {
    device.disconnect();
  }
  const { ours, bare } = measured;
  return [
    rowOf("serial lines, link + codec", "lines/s", ours.rate, { bare: bare.rate, aim: { atLeast: 0.6 } }),
    rowOf("serial lines, bare serialport + readline", "lines/s", bare.rate),
    rowOf("serial round trip, link + codec", "us", ours.trip, { bare: bare.trip, aim: { atMost: 1.5 } }),
    rowOf("serial round trip, bare serialport + readline", "us", bare.trip),
  ];
}

async function openOurs(path: string): Promise<Way> {
  const link = linesOf(await ptyPort(path)());
  const batches = link.batches[Symbol.asyncIterator]();
  const receive = async (count: number): Promise<void> => {
    for (let seen = 0; seen < count;) {
      const batch = await batches.next();
      if (batch.done === true) throw new Error("the terminal ended");
      for (const text of batch.value) if (decode(text).kind === "e") seen++;
    }
  };
  return {
    lines: (count) =>
      rateOf(count, async () => {
        await link.write([flood(count)]);
        await receive(count);
      }),
    trips: (count) =>
      medianTrip(count, async () => {
        await link.write([line]);
        await receive(1);
      }),
    close: () => link.close(),
  };
}

async function openBare(path: string): Promise<Way> {
  const port = new SerialPort({ path, baudRate: 115_200, autoOpen: false });
  await new Promise<void>((resolve, reject) =>
    port.open((error) => (error === null ? resolve() : reject(error))),
  );
  const parser = port.pipe(
    new ReadlineParser({ delimiter: "\n", encoding: "latin1", readableObjectMode: true }),
  );
  let left = 0;
  let done = (): void => undefined;
  parser.on("data", () => {
    if (--left === 0) done();
  });
  const receive = (count: number, text: string): Promise<void> =>
    new Promise((resolve) => {
      left = count;
      done = resolve;
      port.write(`${text}\n`);
    });
  return {
    lines: (count) => rateOf(count, () => receive(count, flood(count))),
    trips: (count) => medianTrip(count, () => receive(1, line)),
    close: () => new Promise((resolve) => port.close(() => resolve())),
  };
}

function flood(count: number): string {
  return `F${count}`;
}

async function rateOf(count: number, work: () => Promise<void>): Promise<number> {
  const from = performance.now();
  await work();
  return (count / (performance.now() - from)) * 1000;
}

async function medianTrip(count: number, trip: () => Promise<void>): Promise<number> {
  const took = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const from = performance.now();
    await trip();
    took[i] = performance.now() - from;
  }
  return took.sort()[count >> 1]! * 1000;
}
