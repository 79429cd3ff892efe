/**
 * Shapes of records as data, checked against their types: `ShapeOf<T>` has one check for each property of T, so a property
 * that is added to a record and not here is an error of the compiler.
 *
 * A check looks at `holder[key]` and answers null, or what is wrong. JSON knows no NaN: where a number was none it reads
 * null, and the check puts NaN back.
 */
export type Check = (holder: Record<string, unknown>, key: string) => string | null;
export type ShapeOf<T> = { readonly [K in keyof T]-?: Check };

export const anyNumber: Check = (holder, key) => {
  const value = holder[key];
  if (typeof value === "number") return null;
  if (value !== null) return wrong(key, value, "a number");
  holder[key] = Number.NaN;
  return null;
};

export const text: Check = (holder, key) =>
  typeof holder[key] === "string" ? null : wrong(key, holder[key], "text");

export const flag: Check = (holder, key) =>
  typeof holder[key] === "boolean" ? null : wrong(key, holder[key], "true or false");

export function oneOf(words: readonly string[]): Check {
  const known = new Set<unknown>(words);
  return (holder, key) =>
    known.has(holder[key]) ? null : wrong(key, holder[key], `one of ${words.join(", ")}`);
}

export function exactly(wanted: number): Check {
  return (holder, key) => (holder[key] === wanted ? null : wrong(key, holder[key], String(wanted)));
}

export function orNull(check: Check): Check {
  return (holder, key) => (holder[key] === null ? null : check(holder, key));
}

export function listOf(check: Check): Check {
  return (holder, key) => {
    const list = holder[key];
    if (!Array.isArray(list)) return wrong(key, list, "a list");
    for (let index = 0; index < list.length; index++) {
      const found = check(list as unknown as Record<string, unknown>, String(index));
      if (found !== null) return `${key}.${found}`;
    }
    return null;
  };
}

export function object<T>(shape: ShapeOf<T>): Check {
  const properties = propertiesOf(shape);
  return (holder, key) => {
    const inner = holder[key];
    if (typeof inner !== "object" || inner === null || Array.isArray(inner))
      return wrong(key, inner, "an object");
    const found = misshapen(inner as Record<string, unknown>, properties);
    return found === null ? null : `${key}.${found}`;
  };
}

/** A shape laid out to be walked often. */
export interface Properties {
  readonly keys: readonly string[];
  readonly checks: readonly Check[];
}

export function propertiesOf(shape: Readonly<Record<string, Check>>): Properties {
  return { keys: Object.keys(shape), checks: Object.values(shape) };
}

/** What is wrong with the properties named; null where nothing is. Properties that nobody named are left as they are. */
export function misshapen(holder: Record<string, unknown>, { keys, checks }: Properties): string | null {
  for (let index = 0; index < keys.length; index++) {
    const found = checks[index]!(holder, keys[index]!);
    if (found !== null) return found;
  }
  return null;
}

function wrong(key: string, value: unknown, expected: string): string {
  const found = value === undefined ? "missing" : (JSON.stringify(value) as string | undefined)?.slice(0, 60);
  return `${key} is ${found ?? typeof value}, expected ${expected}`;
}
