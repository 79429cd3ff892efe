/**
 * The values a field can hold on the wire. Every type has exactly one spelling for a value (canonical), so that
 * `encode(decode(line)) = line` for whatever is accepted: `parse` answers undefined for any other spelling.
 * `PROTOCOL.md`, "Values", is the norm.
 */
export interface FieldType<T> {
  /** The name used in PROTOCOL.md. */
  readonly name: string;
  parse(text: string): T | undefined;
  print(value: T): string;
}

/** A field of a message: its key on the wire and its type. */
export interface Field<T> {
  readonly key: string;
  readonly type: FieldType<T>;
}

export function field<T>(key: string, type: FieldType<T>): Field<T> {
  return { key, type };
}

function unsigned(name: string, max: number): FieldType<number> {
  return {
    name,
    parse: (text) => {
      const value = wholeNumber(text);
      return value <= max ? value : undefined;
    },
    print: (value) => {
      if (!Number.isInteger(value) || value < 0 || value > max)
        throw new RangeError(`${value} is not a ${name}`);
      return String(value);
    },
  };
}

/** Digits without a leading zero, at most 16, digit by digit: a good part of a line is numbers. Infinity for anything else. */
function wholeNumber(text: string): number {
  const length = text.length;
  if (length === 0 || length > 16 || (length > 1 && text.charCodeAt(0) === 0x30)) return Infinity;
  let value = 0;
  for (let i = 0; i < length; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return Infinity;
    value = value * 10 + digit;
  }
  return value;
}

export const u16 = unsigned("u16", 0xffff);
export const u24 = unsigned("u24", 0xffffff);
export const u32 = unsigned("u32", 0xffffffff);
/** 40 bits: 34 years of milliseconds; the cycles of one iteration. */
export const u40 = unsigned("u40", 0xffffffffff);
/** The largest whole numbers a double holds exactly: 104 days of device cycles at 1 GHz, any fluence. */
export const u53 = unsigned("u53", Number.MAX_SAFE_INTEGER);

/** Signed, for milli-degrees: -2147483648 .. 2147483647, no `-0`. */
export const i32: FieldType<number> = {
  name: "i32",
  parse: (text) =>
    /^(0|-?[1-9][0-9]{0,9})$/.test(text) && (Number(text) | 0) === Number(text) ? Number(text) : undefined,
  print: (value) => {
    if ((value | 0) !== value) throw new RangeError(`${value} is not an i32`);
    return String(value | 0);
  },
};

export const flag: FieldType<boolean> = {
  name: "flag",
  parse: (text) => (text === "0" ? false : text === "1" ? true : undefined),
  print: (value) => (value ? "1" : "0"),
};

/** A 32-bit word as 8 lower-case hex digits, held as an unsigned number. */
export const hex8: FieldType<number> = {
  name: "hex8",
  parse: (text) => {
    if (text.length !== 8) return undefined;
    let word = 0;
    for (let i = 0; i < 8; i++) {
      const code = text.charCodeAt(i);
      const digit =
        code >= 0x30 && code <= 0x39 ? code - 0x30 : code >= 0x61 && code <= 0x66 ? code - 0x57 : -1;
      if (digit < 0) return undefined;
      word = (word << 4) | digit;
    }
    return word >>> 0;
  },
  print: (value) => {
    if (!Number.isInteger(value) || value < 0 || value > 0xffffffff)
      throw new RangeError(`${value} is not a hex8`);
    return value.toString(16).padStart(8, "0");
  },
};

/** A 64-bit digest as 16 lower-case hex digits, held as text. */
export const hex16: FieldType<string> = pattern("hex16", /^[0-9a-f]{16}$/);

/** A name: 1 to 32 of `a-z 0-9 . _ -`, upper case too in serial numbers; starts with a letter or digit. */
export const token: FieldType<string> = pattern("token", /^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/);

/** A token of at most 20, where several stand in one line. */
export const token20: FieldType<string> = pattern("token20", /^[A-Za-z0-9][A-Za-z0-9._-]{0,19}$/);

/** Free text, percent-encoded: letters, digits and `. _ : / + -` stand for themselves, every other byte is `%hh`. At most 120 on the wire. */
export const text: FieldType<string> = {
  name: "text",
  parse: (wire) => {
    if (wire.length > 120 || !/^(?:[A-Za-z0-9._:/+-]|%[0-9a-f]{2})*$/.test(wire)) return undefined;
    if (!wire.includes("%")) return wire;
    const value = wire.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
    return printText(value) === wire ? value : undefined;
  },
  print: (value) => {
    const wire = printText(value);
    if (wire.length > 120) throw new RangeError("text too long for a line");
    return wire;
  },
};

/** The longest beginning of `value` that fits into a `text` field. */
export function fitText(value: string): string {
  let length = 0;
  let fitting = "";
  for (const character of value) {
    length += printText(character).length;
    if (length > 120) break;
    fitting += character;
  }
  return fitting;
}

function printText(value: string): string {
  return Array.from(value, (character) => {
    if (/[A-Za-z0-9._:/+-]/.test(character)) return character;
    const code = character.charCodeAt(0);
    if (code > 0xff) return "%3f";
    return `%${code.toString(16).padStart(2, "0")}`;
  }).join("");
}

function pattern(name: string, expression: RegExp): FieldType<string> {
  return {
    name,
    parse: (wire) => (expression.test(wire) ? wire : undefined),
    print: (value) => {
      if (!expression.test(value)) throw new RangeError(`'${value}' is not a ${name}`);
      return value;
    },
  };
}

/** One of a closed list of words. */
export function oneOf<const T extends string>(...words: readonly T[]): FieldType<T> {
  return {
    name: `one of ${words.join(", ")}`,
    parse: (wire) => words.find((word) => word === wire),
    print: (value) => {
      if (!words.includes(value)) throw new RangeError(`'${value}' is not one of ${words.join(", ")}`);
      return value;
    },
  };
}

/** The same values under a name of their own. */
export function named<T>(name: string, type: FieldType<T>): FieldType<T> {
  return { ...type, name };
}

/** A set of words, each spelled by its letter, in the order given here; the empty set is `-`. */
export function lettersOf<const W extends string>(
  name: string,
  words: Readonly<Record<string, W>>,
): FieldType<readonly W[]> {
  const letters = Object.keys(words);
  const print = (values: readonly W[]): string => {
    for (const value of values)
      if (!Object.values(words).includes(value)) throw new RangeError(`'${value}' is not one of ${name}`);
    return letters.filter((letter) => values.includes(words[letter]!)).join("") || "-";
  };
  return {
    name,
    parse: (wire) => {
      const values = letters.filter((letter) => wire.includes(letter)).map((letter) => words[letter]!);
      return print(values) === wire ? values : undefined;
    },
    print,
  };
}

/** Up to `most` items joined by commas; an empty list is `-`. */
export function listOf<T>(item: FieldType<T>, most: number): FieldType<readonly T[]> {
  return {
    name: `list of up to ${most} ${item.name}`,
    parse: (wire) => {
      if (wire === "-") return [];
      const parts = wire.split(",");
      if (parts.length > most) return undefined;
      const items: T[] = [];
      for (const part of parts) {
        const value = item.parse(part);
        if (value === undefined) return undefined;
        items.push(value);
      }
      return items;
    },
    print: (values) => {
      if (values.length > most) throw new RangeError(`${values.length} items where at most ${most} fit`);
      return values.length === 0 ? "-" : values.map((value) => item.print(value)).join(",");
    },
  };
}

/** `index:expected:got`, an output element that differs. */
export const element: FieldType<{ readonly index: number; readonly expected: number; readonly got: number }> =
  {
    name: "element",
    parse: (wire) => {
      const parts = wire.split(":");
      if (parts.length !== 3) return undefined;
      const [index, expected, got] = [u32.parse(parts[0]!), hex8.parse(parts[1]!), hex8.parse(parts[2]!)];
      return index === undefined || expected === undefined || got === undefined
        ? undefined
        : { index, expected, got };
    },
    print: ({ index, expected, got }) => `${u32.print(index)}:${hex8.print(expected)}:${hex8.print(got)}`,
  };

/** `label:bits`, a class and the raw bits of its score. */
export const score: FieldType<{ readonly label: number; readonly bits: number }> = {
  name: "score",
  parse: (wire) => {
    const parts = wire.split(":");
    if (parts.length !== 2) return undefined;
    const [label, bits] = [u16.parse(parts[0]!), hex8.parse(parts[1]!)];
    return label === undefined || bits === undefined ? undefined : { label, bits };
  },
  print: ({ label, bits }) => `${u16.print(label)}:${hex8.print(bits)}`,
};

/** One dimension of what `shape-ok` lays out. */
export interface ShapeAxis {
  readonly name: string;
  readonly size: number;
}

/** Axes of a line at most: with six of the widest, `shape-ok` is 241 bytes long. */
export const mostAxes = 6;

const axis = /^([a-z][a-z0-9-]{0,15}):([1-9][0-9]{0,9})$/;

/** `name:size` of one axis after the other, outermost first, parted by `/`; a size is at least 1. */
export const axes: FieldType<readonly ShapeAxis[]> = {
  name: "axes",
  parse: (wire) => {
    const parts = wire.split("/");
    if (parts.length > mostAxes) return undefined;
    const found: ShapeAxis[] = [];
    for (const part of parts) {
      const [, name, digits] = axis.exec(part) ?? [];
      const size = digits === undefined ? undefined : u32.parse(digits);
      if (name === undefined || size === undefined) return undefined;
      found.push({ name, size });
    }
    return found;
  },
  print: (values) => {
    const wire = values.map(({ name, size }) => `${name}:${u32.print(size)}`).join("/");
    if (axes.parse(wire) === undefined) throw new RangeError(`'${wire}' are no axes`);
    return wire;
  },
};
