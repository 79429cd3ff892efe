/**
 * How far the time in a log's name is ahead of the time its first line tells, in minutes, to the nearest quarter of an hour. Names are
 * written in local time and lines in UTC, so this is the reader's time zone, and its changes show. Null where the name has
 * no time of its first line (`….log.2023-12-06_16-32`), or one that is more than a day away.
 */
export function zoneOffsetMinutes(path: string, firstSeconds: number): number | null {
  const stamp = /\.log\.(\d{4})-(\d\d)-(\d\d)_(\d\d)-(\d\d)$/.exec(path);
  if (stamp === null) return null;
  const [year, month, day, hour, minute] = stamp.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const named = Date.UTC(year, month - 1, day, hour, minute) / 1000;
  const minutes = Math.round((named - firstSeconds) / 900) * 15;
  return Math.abs(minutes) <= 1440 ? minutes + 0 : null;
}
