import { existsSync, realpathSync } from "node:fs";
import { SerialPort } from "serialport";
import { RigError } from "../domain/errors.ts";
import type { OpenPort, Port } from "../domain/link.ts";
import { chunkQueue } from "./chunk-queue.ts";
import type { ChunkQueue } from "./chunk-queue.ts";
import { writerOf } from "./writer-of.ts";
import { choosePort, listPorts } from "./serial-identity.ts";
import type { PortFacts, SerialAddress } from "./serial-identity.ts";
import { within } from "./within.ts";

/**
 * A serial port through `serialport`, raw, 8N1. Pseudo-terminals open by the same way, by path or symlink.
 *
 *   identity ─→ the one port that has it ─→ open ─→ data ─→ [ queue ] ─→ chunks
 *                                                        ←─ pause/resume
 *
 * Its `close` event is believed when it comes, but not waited for: it may come twice, or never. Whether a device is
 * alive is for the session to find, by a deadline; then it closes this port, and that ends the chunks at once.
 */
export function serialPort(
  address: SerialAddress,
  list: () => Promise<readonly PortFacts[]> = listPorts,
): OpenPort {
  return async (signal) => {
    const path = onlyPath(address) ?? choosePort(await list(), address).path;
    if (!existsSync(path))
      throw new RigError(
        "port_missing",
        `no port ${path}: plug the board in, or see 'radrig ports' for what is there`,
      );
    return openSerial(path, address.baud, nameOf(address, path), signal);
  };
}

/** A pseudo-terminal, or a symlink to one. It has no baud rate: the device behind it sets the pace. */
export function ptyPort(path: string): OpenPort {
  return async (signal) => {
    if (!existsSync(path))
      throw new RigError(
        "port_missing",
        `no pseudo-terminal ${path}: start its device first ('radrig emulate RIG' makes those of an emulated rig)`,
      );
    return openSerial(path, 115_200, `pty:${path}`, signal);
  };
}

function onlyPath(address: SerialAddress): string | null {
  const named = address.usbSerial ?? address.byPath ?? address.vidPid;
  return named === undefined ? (address.path ?? null) : null;
}

function nameOf(address: SerialAddress, path: string): string {
  if (address.usbSerial !== undefined) return `serial:usb-serial=${address.usbSerial}`;
  if (address.byPath !== undefined) return `serial:by-path=${address.byPath}`;
  if (address.vidPid !== undefined) return `serial:usb=${address.vidPid}`;
  return `serial:${path}`;
}

const closeWithinMs = 1000;

async function openSerial(path: string, baudRate: number, name: string, signal?: AbortSignal): Promise<Port> {
  const serial = new SerialPort({ path: realpathSync(path), baudRate, autoOpen: false });
  const queue = chunkQueue(() => serial.resume());
  const write = writerOf(serial);
  let why: string | null = null;
  const end = (reason: string): void => {
    why ??= reason;
    queue.end();
  };
  serial.on("error", (error) => end(error.message));
  serial.on("close", (error: Error | null) => end(error?.message ?? "the port closed"));
  await new Promise<void>((resolve, reject) => {
    serial.open((error) => (error === null ? resolve() : reject(refusal(path, error))));
  });
  serial.on("end", () => end("end of file"));
  serial.on("data", (chunk: Buffer) => {
    if (!queue.push(chunk)) serial.pause();
  });
  const watching = watchForHangUp(serial, queue, () => {
    end("the line hung up");
    void close();
  });
  const close = async (): Promise<void> => {
    clearInterval(watching);
    end("closed here");
    serial.resume();
    if (serial.isOpen) await within(closeWithinMs, (done) => serial.close(() => done()));
  };
  if (signal?.aborted === true) {
    await close();
    throw new RigError("link_lost", `${name}: given up while it was being opened`);
  }
  return {
    name,
    chunks: queue.chunks,
    write: (bytes) => (queue.ended ? Promise.resolve() : write(bytes)),
    ended: () => why,
    close,
  };
}

const hangUpLookMs = 250;

/**
 * A line that hangs up while nothing is being read (just opened, or held back) is read again and again by the package,
 * for nothing and without a word: each read gives no byte, and no `close` ever comes. So a port that brings nothing is
 * asked for its modem lines now and then; a pseudo-terminal has none, and says so in another way than a dead line.
 */
function watchForHangUp(serial: SerialPort, queue: ChunkQueue, hungUp: () => void): NodeJS.Timeout {
  let seen = -1;
  const look = setInterval(() => {
    if (queue.bytesPushed !== seen) {
      seen = queue.bytesPushed;
      return;
    }
    if (!serial.isOpen) return;
    serial.get((error) => {
      if (error !== null && /input\/output error|no such device/i.test(error.message)) hungUp();
    });
  }, hangUpLookMs);
  return look.unref();
}

function refusal(path: string, error: Error): RigError {
  const cause = { cause: error };
  if (/lock|busy|EBUSY/i.test(error.message))
    return new RigError(
      "port_busy",
      `${path} is in use by another program: close that one (fuser ${path} names it)`,
      cause,
    );
  if (/permission|EACCES/i.test(error.message))
    return new RigError(
      "environment",
      `${path}: no permission to open it; add yourself to its group (sudo usermod -aG dialout $USER, then log in again)`,
      cause,
    );
  return new RigError(
    "port_missing",
    `${path} cannot be opened: ${error.message.replace(/^Error:?\s*/, "")}; see 'radrig ports' for what is there`,
    cause,
  );
}
