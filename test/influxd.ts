import type { ChildProcess } from "node:child_process";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/**
 * A real InfluxDB server on loopback ports and in a folder of its own, to be stopped and started as a test likes. What it has
 * been given outlasts a stop. Where `influxd` is missing, `.ci/provision` is asked to install it; else the test fails with the
 * line that mends it.
 */
export interface Influxd {
  /** `http://127.0.0.1:PORT`, without a database. */
  readonly origin: string;
  start(): Promise<void>;
  /** As a power cut: SIGKILL, when `hard`. */
  stop(hard?: boolean): Promise<void>;
  /** Stops it and removes its folder. */
  remove(): Promise<void>;
}

export interface InfluxdOptions {
  readonly auth?: boolean;
  /** Longest request body it takes, bytes. */
  readonly maxBody?: number;
}

export async function makeInfluxd(options: InfluxdOptions = {}): Promise<Influxd> {
  const program = provided();
  const folder = await mkdtemp(join(tmpdir(), "radrig-influxd-"));
  const [http, rpc] = [await freePort(), await freePort()];
  const config = join(folder, "influxd.conf");
  await writeFile(config, configOf(folder, http, rpc, options));
  let child: ChildProcess | null = null;
  const stop = async (hard = false): Promise<void> => {
    const running = child;
    child = null;
    if (running === null || running.exitCode !== null || running.signalCode !== null) return;
    const exited = once(running, "exit");
    running.kill(hard ? "SIGKILL" : "SIGTERM");
    await exited;
  };
  // A test that is cut off leaves no server behind.
  process.once("exit", () => child?.kill("SIGKILL"));
  return {
    origin: `http://127.0.0.1:${http}`,
    start: async () => {
      child = spawn(program, ["-config", config], { stdio: ["ignore", "ignore", "pipe"] });
      await listening(child);
    },
    stop,
    remove: async () => {
      await stop(true);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** One request to it: InfluxQL in, the answer's JSON out; what is wrong with it is thrown. */
export async function ask(
  origin: string,
  database: string,
  query: string,
  login?: { readonly user: string; readonly password: string },
): Promise<unknown> {
  const headers: Record<string, string> =
    login === undefined
      ? {}
      : { authorization: `Basic ${Buffer.from(`${login.user}:${login.password}`).toString("base64")}` };
  const response = await fetch(`${origin}/query?db=${encodeURIComponent(database)}&epoch=ns`, {
    method: "POST",
    headers,
    body: new URLSearchParams({ q: query }),
  });
  const answer = await response.text();
  if (!response.ok || answer.includes('"error"')) throw new Error(`${response.status} ${answer}`);
  return JSON.parse(answer);
}

let looked = false;

function provided(): string {
  if (!looked) {
    // Built, this file stands one folder further down.
    const folders = [join(import.meta.dirname, ".."), join(import.meta.dirname, "..", "..")];
    const script = folders.map((folder) => join(folder, ".ci", "provision")).find((path) => existsSync(path));
    if (script === undefined) throw new Error(".ci/provision is missing from this clone");
    const { stderr } = spawnSync(script, ["influxd"], { encoding: "utf8", timeout: 1_800_000 });
    if (spawnSync("influxd", ["version"]).status !== 0)
      throw new Error(
        `this test needs a real InfluxDB server: sudo apt-get install -y --no-install-recommends influxdb\n${stderr}`,
      );
    looked = true;
  }
  return "influxd";
}

async function listening(child: ChildProcess): Promise<void> {
  const said: string[] = [];
  const lines = createInterface({ input: child.stderr! });
  await new Promise<void>((resolve, reject) => {
    lines.on("line", (line) => {
      if (said.length < 100) said.push(line);
      if (line.includes("Listening on HTTP")) resolve();
    });
    child.once("error", reject);
    child.once("exit", () => reject(new Error(`influxd ended at once:\n${said.join("\n")}`)));
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

function configOf(folder: string, http: number, rpc: number, options: InfluxdOptions): string {
  return `reporting-disabled = true
bind-address = "127.0.0.1:${rpc}"
[meta]
dir = "${folder}/meta"
[data]
dir = "${folder}/data"
wal-dir = "${folder}/wal"
query-log-enabled = false
[http]
enabled = true
bind-address = "127.0.0.1:${http}"
auth-enabled = ${options.auth === true}
log-enabled = false
max-body-size = ${options.maxBody ?? 25_000_000}
[monitor]
store-enabled = false
[continuous_queries]
enabled = false
[subscriber]
enabled = false
`;
}
