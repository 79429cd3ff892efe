import { RigError } from "../domain/errors.ts";

/**
 * Where points go. The address comes from the command line, user and password from the environment alone; they live inside
 * this value's functions, so that no log, error or file that prints it can tell them.
 */
export interface InfluxServer {
  readonly protocol: "http" | "https";
  readonly host: string;
  readonly port: number;
  /** Of a proxy in front of the server, without the last slash; "" where there is none. */
  readonly path: string;
  readonly database: string;
  /** For people and files: address and database, nothing else. */
  readonly name: string;
  readonly hasLogin: boolean;
  login(): { readonly user: string; readonly password: string } | null;
}

export const userVariable = "RADRIG_INFLUX_USER";
export const passwordVariable = "RADRIG_INFLUX_PASSWORD";

/** RigError `config`, which never repeats what might be a password. */
export function influxServer(
  address: string,
  environment: Readonly<Record<string, string | undefined>>,
): InfluxServer {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:"))
    throw new RigError("config", `the InfluxDB address is no URL: expected http://host:8086/database`);
  if (url.username !== "" || url.password !== "")
    throw new RigError(
      "config",
      `the InfluxDB address holds a user or password, which every list of processes would show: leave them out and set ${userVariable} and ${passwordVariable}`,
    );
  if (url.search !== "" || url.hash !== "")
    throw new RigError("config", `the InfluxDB address ends in ? or #: expected http://host:8086/database`);
  const parts = url.pathname.split("/").filter((part) => part !== "");
  const database = decoded(parts.pop());
  if (database === null)
    throw new RigError(
      "config",
      `the InfluxDB address ${url.origin} names no database: expected ${url.origin}/database`,
    );
  const user = environment[userVariable] ?? "";
  const password = environment[passwordVariable] ?? "";
  if (user === "" && password !== "")
    throw new RigError("config", `${passwordVariable} is set and ${userVariable} is not: set both or none`);
  const protocol = url.protocol === "http:" ? "http" : "https";
  return {
    protocol,
    // An address of IPv6 stands in brackets in a URL, and without them in a socket.
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: url.port === "" ? (protocol === "http" ? 80 : 443) : Number(url.port),
    path: parts.map((part) => `/${part}`).join(""),
    database,
    name: `${url.origin}${url.pathname.replace(/\/+$/, "")}`,
    hasLogin: user !== "",
    login: () => (user === "" ? null : { user, password }),
  };
}

function decoded(part: string | undefined): string | null {
  if (part === undefined) return null;
  try {
    const name = decodeURIComponent(part);
    return /^[^\p{Cc}/\\"']{1,128}$/u.test(name) ? name : null;
  } catch {
    return null;
  }
}
