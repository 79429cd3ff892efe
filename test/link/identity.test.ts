import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { virtualClock } from "../../src/cli/clocks.ts";
import { RigError } from "../../src/domain/errors.ts";
import { memoryPair } from "../../src/link/memory.ts";
import { reopen } from "../../src/link/reopen.ts";
import { choosePort, describe as inWords, listPorts } from "../../src/link/serial-identity.ts";
import type { PortFacts } from "../../src/link/serial-identity.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const baud = 115_200;
const port = (path: string, facts: Partial<PortFacts> = {}): PortFacts => ({
  path,
  usbSerial: null,
  vidPid: null,
  byPath: null,
  maker: null,
  ...facts,
});
const ports = [
  port("/dev/ttyS0"),
  port("/dev/ttyUSB0", { usbSerial: "A1", vidPid: "0403:6001", byPath: "pci-0:1.1", maker: "FTDI" }),
  port("/dev/ttyUSB1", { usbSerial: "A2", vidPid: "0403:6001", byPath: "pci-0:1.2", maker: "FTDI" }),
  port("/dev/ttyUSB2", { usbSerial: "0001", vidPid: "10c4:ea60", byPath: "pci-0:1.3" }),
  port("/dev/ttyUSB3", { usbSerial: "0001", vidPid: "10c4:ea60", byPath: "pci-0:1.4" }),
];

describe("which port is meant", () => {
  test.each([
    [{ usbSerial: "A2", baud }, "/dev/ttyUSB1"],
    [{ byPath: "pci-0:1.3", baud }, "/dev/ttyUSB2"],
    [{ byPath: "/dev/serial/by-path/pci-0:1.3", baud }, "/dev/ttyUSB2"],
    [{ vidPid: "0403:6001", usbSerial: "A1", baud }, "/dev/ttyUSB0"],
    [{ vidPid: "10C4:EA60", byPath: "pci-0:1.4", baud }, "/dev/ttyUSB3"],
    [{ usbSerial: "0001", path: "/dev/ttyUSB3", baud }, "/dev/ttyUSB3"],
  ])("%j is %s", (wanted, path) => {
    expect(choosePort(ports, wanted).path).toBe(path);
  });

  test("two that fit are ambiguous: the candidates are listed with what tells them apart", () => {
    for (const wanted of [
      { usbSerial: "0001", baud },
      { vidPid: "10c4:ea60", baud },
    ]) {
      const error = failure(() => choosePort(ports, wanted));
      expect(error.code).toBe("port_ambiguous");
      expect(error.message).toMatch(/ttyUSB2 .*by-?[pP]ath pci-0:1.3.*ttyUSB3 .*pci-0:1.4/);
      expect(error.message).not.toContain("\n");
    }
  });

  test("none that fits is missing: what was found is listed", () => {
    const error = failure(() => choosePort(ports, { usbSerial: "A9", baud }));
    expect(error.code).toBe("port_missing");
    expect(error.message).toMatch(/usbSerial A9; found .*ttyUSB0 \(usbSerial A1, vidPid 0403:6001/);
    expect(failure(() => choosePort([], { usbSerial: "A9", baud })).message).toContain(
      "no serial port at all",
    );
  });

  test("a port without facts is its path", () => {
    expect(inWords(port("/dev/ttyS0"))).toBe("/dev/ttyS0");
  });
});

describe("the ports of a machine", () => {
  test("are found in sysfs where udev is missing", async () => {
    const root = temporaryFolder();
    const usb = join(root, "sys/devices/usb1/1-1");
    mkdirSync(join(usb, "1-1:1.0/ttyUSB0"), { recursive: true });
    for (const [name, content] of Object.entries({
      idVendor: "0403\n",
      idProduct: "6001\n",
      serial: "A1\n",
      manufacturer: "FTDI\n",
    }))
      writeFileSync(join(usb, name), content);
    mkdirSync(join(root, "sys/class/tty/ttyUSB0"), { recursive: true });
    mkdirSync(join(root, "sys/class/tty/ttyAMA0"), { recursive: true });
    mkdirSync(join(root, "sys/class/tty/tty1"), { recursive: true });
    symlinkSync(join(usb, "1-1:1.0/ttyUSB0"), join(root, "sys/class/tty/ttyUSB0/device"));
    expect(await listPorts(root)).toEqual([
      port("/dev/ttyAMA0"),
      port("/dev/ttyUSB0", { usbSerial: "A1", vidPid: "0403:6001", maker: "FTDI" }),
    ]);
  });

  test("of this machine are listed without a failure, udev or not", async () => {
    for (const found of await listPorts()) expect(found.path).toMatch(/^\/dev\//);
  });

  test("of a machine without any are none", async () => {
    expect(await listPorts(temporaryFolder())).toEqual([]);
  });
});

describe("opening again", () => {
  const missing = new RigError("port_missing", "gone");

  test("waits twice as long after each failure, up to the longest pause, until it succeeds", async () => {
    const clock = virtualClock();
    const tries: number[] = [];
    const [host] = memoryPair("back");
    const open = () => {
      tries.push(clock.nowNs() / 1e6);
      return tries.length < 9 ? Promise.reject(missing) : Promise.resolve(host);
    };
    const failures: string[] = [];
    const onFailure = (error: RigError): void => void failures.push(error.code);
    const back = await reopen(
      open,
      { clock, firstMs: 50, longestMs: 2000, onFailure },
      new AbortController().signal,
    );
    expect(back).toBe(host);
    expect(tries).toEqual([0, 50, 150, 350, 750, 1550, 3150, 5150, 7150]);
    expect(failures).toHaveLength(8);
  });

  test("is given up when the signal aborts, and a port that came too late is closed", async () => {
    const clock = virtualClock();
    const abort = new AbortController();
    const waiting = reopen(() => Promise.reject(missing), { clock }, abort.signal);
    await clock.sleep(500);
    abort.abort();
    expect(await waiting).toBeNull();

    const [host, device] = memoryPair("late");
    const late = new AbortController();
    const open = () => {
      late.abort();
      return Promise.resolve(host);
    };
    expect(await reopen(open, { clock }, late.signal)).toBeNull();
    for await (const chunk of device.chunks) expect(chunk).toBeUndefined();
  });

  test("a fault that is not the bench's is thrown on", async () => {
    const broken = reopen(
      () => Promise.reject(new TypeError("bug")),
      { clock: virtualClock() },
      new AbortController().signal,
    );
    await expect(broken).rejects.toThrow(TypeError);
  });
});

function failure(work: () => unknown): RigError {
  try {
    work();
  } catch (error) {
    if (error instanceof RigError) return error;
  }
  throw new Error("nothing was thrown");
}
