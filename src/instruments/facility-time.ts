/**
 * Times as a facility's log writes them, to seconds since 1970 UTC. Formats are made of YYYY MM DD HH mm ss SSS and the characters
 * between them; a run of spaces in the format is any run of spaces. `unix`: seconds, with or without a fraction.
 */
export type ReadTime = (text: string) => number | null;

const fields = ["YYYY", "MM", "DD", "HH", "mm", "ss", "SSS"] as const;
type Field = (typeof fields)[number];
const token = /YYYY|MM|DD|HH|mm|SSS|ss/g;

/** Whether a format has a day and a time of day. */
export function isTimeFormat(format: string): boolean {
  if (format === "unix") return true;
  const found: readonly string[] = format.match(token) ?? [];
  return new Set(found).size === found.length && fields.slice(0, 6).every((field) => found.includes(field));
}

/** `utcOffsetMinutes`: how far the log's clock is ahead of UTC. */
export function timeReader(format: string, utcOffsetMinutes: number): ReadTime {
  if (format === "unix") return unixTime;
  const order = (format.match(token) ?? []) as Field[];
  const pattern = new RegExp(
    `^\\s*${format
      .split(token)
      .map((between) => between.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll(/ +/g, "\\s+"))
      .reduce((made, between, index) => `${made}(\\d{${order[index - 1]!.length}})${between}`)}\\s*$`,
  );
  return (text) => {
    const found = pattern.exec(text);
    if (found === null) return null;
    const value = (field: Field): number => Number(found[order.indexOf(field) + 1] ?? 0);
    const [year, month, day, hour, minute, second] = [
      value("YYYY"),
      value("MM"),
      value("DD"),
      value("HH"),
      value("mm"),
      value("ss"),
    ];
    if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 24 || minute > 59 || second > 60)
      return null;
    const milliseconds = order.includes("SSS") ? value("SSS") : 0;
    return Date.UTC(year, month - 1, day, hour, minute, second, milliseconds) / 1_000 - utcOffsetMinutes * 60;
  };
}

function unixTime(text: string): number | null {
  return /^\s*\d{1,11}(\.\d{1,9})?\s*$/.test(text) ? Number(text) : null;
}
