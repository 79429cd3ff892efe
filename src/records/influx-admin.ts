import { InfluxDB } from "influx";
import type { InfluxServer } from "./influx-server.ts";

const patienceMs = 10_000;

/**
 * The `influx` package's client, for everything but the record's own points: ping, databases, queries. A new one for each
 * occasion: after a failure it refuses to try again for a while that grows.
 */
export function adminOf(server: InfluxServer): InfluxDB {
  const login = server.login();
  return new InfluxDB({
    protocol: server.protocol,
    host: server.host,
    port: server.port,
    path: server.path,
    database: server.database,
    // Left out, they would be guessed.
    username: login?.user ?? "",
    password: login?.password ?? "",
    pool: { requestTimeout: patienceMs, maxRetries: 0 },
  });
}

/** Makes the database where it is missing; null when it is there, else what the server said. */
export async function createDatabase(server: InfluxServer): Promise<string | null> {
  try {
    await adminOf(server).createDatabase(server.database);
    return null;
  } catch (error) {
    return wordsOf(error);
  }
}

export function wordsOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replaceAll(/\s+/g, " ").trim().slice(0, 300);
}
