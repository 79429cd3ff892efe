/** One line to a person: where, what was found, what was expected. */
export const located = (file: string, line: number, found: string, expected: string): string =>
  `${file}:${line}: found ${printable(found)}; expected ${expected}`;

/** A file of anything at all may be given: nothing of it that moves a terminal's cursor is printed. */
const printable = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]/g, "·");
