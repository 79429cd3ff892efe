import { existsSync, readFileSync, readdirSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { SerialPort } from "serialport";
import { RigError } from "../domain/errors.ts";

/** Which serial port is meant. What is given must all hold; a device file's name alone is the weakest of them. */
export interface SerialAddress {
  readonly usbSerial?: string | undefined;
  readonly byPath?: string | undefined;
  readonly vidPid?: string | undefined;
  readonly path?: string | undefined;
  readonly baud: number;
}

/** What is known of a port on this machine. */
export interface PortFacts {
  readonly path: string;
  readonly usbSerial: string | null;
  /** `0403:6001`, lower case. */
  readonly vidPid: string | null;
  /** Name in /dev/serial/by-path: the physical socket. */
  readonly byPath: string | null;
  readonly maker: string | null;
}

/** Every serial port of this machine. Where udev is missing (containers, small boards) the facts come from sysfs. */
export async function listPorts(root = "/"): Promise<readonly PortFacts[]> {
  const sockets = byPathNames(join(root, "dev/serial/by-path"));
  const listed = root === "/" ? await listedByUdev() : null;
  const ports = listed ?? listedBySysfs(root);
  return ports
    .map((port) => ({ ...port, byPath: sockets.get(port.path) ?? null }))
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** The one port with this identity, or RigError `port_missing` or `port_ambiguous`, which name what was found. */
export function choosePort(ports: readonly PortFacts[], wanted: SerialAddress): PortFacts {
  const fits = ports.filter(
    (port) =>
      (wanted.usbSerial === undefined || port.usbSerial === wanted.usbSerial) &&
      (wanted.vidPid === undefined || port.vidPid === wanted.vidPid.toLowerCase()) &&
      (wanted.byPath === undefined || port.byPath === basename(wanted.byPath)) &&
      (wanted.path === undefined || port.path === realOf(wanted.path)),
  );
  const asked = Object.entries(wanted)
    .filter(([key, value]) => key !== "baud" && value !== undefined)
    .map(([key, value]) => `${key} ${value}`)
    .join(", ");
  if (fits.length > 1)
    throw new RigError(
      "port_ambiguous",
      `${fits.length} ports have ${asked}: ${fits.map(describe).join("; ")}. Add usbSerial or byPath to name one of them`,
    );
  const fit = fits[0];
  if (fit === undefined)
    throw new RigError(
      "port_missing",
      `no port has ${asked}; found ${ports.length === 0 ? "no serial port at all" : ports.map(describe).join("; ")}. Plug it in, or correct the link in the rig file`,
    );
  return fit;
}

export function describe(port: PortFacts): string {
  const facts = [
    port.usbSerial === null ? null : `usbSerial ${port.usbSerial}`,
    port.vidPid === null ? null : `vidPid ${port.vidPid}`,
    port.byPath === null ? null : `byPath ${port.byPath}`,
    port.maker,
  ].filter((fact) => fact !== null);
  return facts.length === 0 ? port.path : `${port.path} (${facts.join(", ")})`;
}

type WithoutSocket = Omit<PortFacts, "byPath">;

/** null where `udevadm` is missing: then the list is refused as a whole. */
async function listedByUdev(): Promise<readonly WithoutSocket[] | null> {
  try {
    return (await SerialPort.list()).map((port) => ({
      path: port.path,
      usbSerial: port.serialNumber ?? null,
      vidPid: port.vendorId && port.productId ? `${port.vendorId}:${port.productId}`.toLowerCase() : null,
      maker: port.manufacturer ?? null,
    }));
  } catch {
    return null;
  }
}

function listedBySysfs(root: string): readonly WithoutSocket[] {
  return namesIn(join(root, "sys/class/tty"))
    .filter((name) => /^tty(USB|ACM|AMA|XRUSB|mxc|THS)\d+$/.test(name))
    .map((name) => {
      const usb = usbFolderOf(join(root, "sys/class/tty", name, "device"));
      const vendor = usb === null ? null : contentOf(join(usb, "idVendor"));
      const product = usb === null ? null : contentOf(join(usb, "idProduct"));
      return {
        path: `/dev/${name}`,
        usbSerial: usb === null ? null : contentOf(join(usb, "serial")),
        vidPid: vendor === null || product === null ? null : `${vendor}:${product}`.toLowerCase(),
        maker: usb === null ? null : contentOf(join(usb, "manufacturer")),
      };
    });
}

/** The USB device a tty belongs to: the nearest folder above it that has an `idVendor`. */
function usbFolderOf(device: string): string | null {
  if (!existsSync(device)) return null;
  for (let folder = realpathSync(device); folder !== dirname(folder); folder = dirname(folder))
    if (existsSync(join(folder, "idVendor"))) return folder;
  return null;
}

function byPathNames(folder: string): ReadonlyMap<string, string> {
  return new Map(namesIn(folder).map((name) => [realOf(join(folder, name)), name]));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function contentOf(path: string): string | null {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return null;
  }
}

function realOf(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}
