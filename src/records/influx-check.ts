import { adminOf, createDatabase, wordsOf } from "./influx-admin.ts";
import { createPoster } from "./influx-post.ts";
import type { InfluxServer } from "./influx-server.ts";
import { passwordVariable, userVariable } from "./influx-server.ts";
import { obstacle } from "./influx-shipper.ts";

/** One thing that points need on their way, found or missing with the line that mends it. */
export interface InfluxFinding {
  readonly name: "server" | "login" | "database" | "write" | "read back";
  readonly ok: boolean;
  readonly found: string;
  readonly mend: string | null;
}

/**
 * The whole way there and back: answers it, may we in, is the database there, does a point come back as it was sent. Stops at
 * the first that fails. The point is always the same one, in the measurement `radrig_check`.
 */
export async function* checkInflux(
  server: InfluxServer,
  options: { readonly mayCreate?: boolean } = {},
): AsyncGenerator<InfluxFinding, void> {
  const admin = adminOf(server);
  // The package pings the root of a host, which is not the server's own where a proxy stands in front.
  if (server.path === "") {
    const [ping] = await admin.ping(5000);
    if (ping?.online !== true) {
      yield bad("server", `none answers at ${server.name}`, "start it (influxd), or mend the address");
      return;
    }
    yield good("server", `InfluxDB ${ping.version} at ${server.name}, ${ping.rtt.toFixed(0)} ms`);
  }

  let names: readonly string[];
  try {
    names = await admin.getDatabaseNames();
  } catch (error) {
    yield bad(
      "login",
      wordsOf(error),
      `set ${userVariable} and ${passwordVariable} to a user who may write there`,
    );
    return;
  }
  yield good("login", server.hasLogin ? `as the user in ${userVariable}` : "none needed");

  if (!names.includes(server.database)) {
    const refusal = options.mayCreate === true ? await createDatabase(server) : "it was not asked for";
    if (refusal !== null) {
      yield bad(
        "database",
        `there is no '${server.database}' (${names.length} others can be seen)`,
        `influx -execute 'CREATE DATABASE "${server.database}"'`,
      );
      return;
    }
  }
  yield good("database", server.database);

  const poster = createPoster(server);
  try {
    const posted = await poster.post(Buffer.from("radrig_check,by=radrig saved=true 1000000000000000000"));
    if (posted.kind !== "written") {
      const found = "reason" in posted ? posted.reason : posted.kind;
      const mend =
        posted.kind === "rejected" || posted.kind === "too_large"
          ? "look at the measurement radrig_check of that database: it is not radrig's"
          : obstacle(server, posted);
      yield bad("write", found, mend);
      return;
    }
    yield good("write", "a point was taken");
  } finally {
    poster.close();
  }
  yield await readBack(server);
}

async function readBack(server: InfluxServer): Promise<InfluxFinding> {
  try {
    const rows = await adminOf(server).query<{ saved: unknown }>(
      "SELECT saved FROM radrig_check WHERE time = 1000000000000000000",
    );
    return rows[0]?.saved === true
      ? good("read back", "the point came back as it was sent")
      : bad(
          "read back",
          "the point did not come back",
          "look at the server's log: it takes points and loses them",
        );
  } catch (error) {
    return bad("read back", wordsOf(error), "give the user the right to read, or look at the server's log");
  }
}

function good(name: InfluxFinding["name"], found: string): InfluxFinding {
  return { name, ok: true, found, mend: null };
}

function bad(name: InfluxFinding["name"], found: string, mend: string): InfluxFinding {
  return { name, ok: false, found, mend };
}
