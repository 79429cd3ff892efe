import { checkInflux } from "../records/influx-check.ts";
import { influxServer } from "../records/influx-server.ts";
import type { Finding } from "./diagnose.ts";

/** The way of a point to that server and back. */
export async function* diagnoseInflux(
  address: string,
  environment: Readonly<Record<string, string | undefined>>,
): AsyncGenerator<Finding, void> {
  for await (const { name, ok: fine, found, mend } of checkInflux(influxServer(address, environment)))
    yield { name: `InfluxDB ${name}`, state: fine ? "ok" : "failure", found, mend };
}
