/** Numbers as people read them, always with their unit. */

/** 0.2883 → `28.8`; below 10 % one digit more, so that rare outcomes can be told apart. */
export function percent(share: number): string {
  const value = share * 100;
  return value < 9.995 ? value.toFixed(2) : value.toFixed(1);
}

/** 8.34e-8: three digits, as little as a counted rate is known to. */
export function scientific(value: number): string {
  return value.toExponential(2).replace("e+", "e");
}

/** 1234567 → `1,234,567`. */
export function whole(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ",");
}

/** 1_240_000 → `1.24 MB`. */
export function byteSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(2)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}

/** 3725 → `1:02:05`, 65 → `1:05`. */
export function duration(seconds: number): string {
  const total = Math.max(0, Math.round(seconds));
  const [h, m, s] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  const two = (value: number): string => String(value).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
