import { control, field, memoryAt, modeAt, readAt, Trap } from "./oracle-state.ts";
import type { OracleState } from "./oracle-state.ts";

/** Caches, shared memory and memory of the slow interpreter: docs/gpu.md, "Caches" and "Memory". */
export const memoryWords = (s: OracleState): number =>
  Math.min(s.get("control", memoryAt), s.words["hbm"]!.length);

/** Set and way of a line in L1 or L2; it is fetched if it is not there. */
export function lookUp(
  s: OracleState,
  level: "l1" | "l2",
  sm: readonly number[],
  line: number,
): readonly [number, number] {
  const sets = (level === "l1" ? s.sizes.l1Lines : s.sizes.l2Lines) / 4;
  const set = line % sets;
  const tags = [0, 1, 2, 3].map((way) => readAt(s, `${level}-tag`, [...sm, set, way]));
  const wanted = Math.floor(line / sets);
  const found = tags.findIndex((tag) => isValid(tag) && tag % 65536 === wanted);
  if (found >= 0) return [set, found];
  const fetched = level === "l1" ? lookUp(s, "l2", [], line) : null;
  const way = Math.max(
    0,
    tags.findIndex((tag) => Math.floor(tag / 2 ** 18) % 2 === 1),
  );
  if (level === "l2") {
    if (isValid(tags[way]!) && isDirty(tags[way]!)) writeBack(s, set, way);
    if (line * 32 + 31 >= memoryWords(s)) throw new Trap();
  }
  for (let word = 0; word < 32; word++)
    s.set(
      level,
      [...sm, set, way, word],
      fetched === null ? s.get("hbm", line * 32 + word) : s.get("l2", fetched[0], fetched[1], word),
    );
  s.set(`${level}-tag`, [...sm, set, way], wanted + 65536);
  const after = [...sm, set, (way + 1) % 4];
  const next = readAt(s, `${level}-tag`, after);
  if (Math.floor(next / 2 ** 18) % 2 === 0) s.set(`${level}-tag`, after, next + 2 ** 18);
  return [set, way];
}

const isValid = (tag: number): boolean => Math.floor(tag / 65536) % 2 === 1;
const isDirty = (tag: number): boolean => Math.floor(tag / 131072) % 2 === 1;

function writeBack(s: OracleState, set: number, way: number): void {
  const line = (s.get("l2-tag", set, way) % 65536) * (s.sizes.l2Lines / 4) + set;
  if (line * 32 + 31 >= memoryWords(s)) throw new Trap();
  for (let word = 0; word < 32; word++) s.set("hbm", [line * 32 + word], s.get("l2", set, way, word));
}

export function flush(s: OracleState): void {
  for (let set = 0; set < s.sizes.l2Lines / 4; set++)
    for (let way = 0; way < 4; way++) {
      const tag = s.get("l2-tag", set, way);
      if (isValid(tag) && isDirty(tag)) writeBack(s, set, way);
    }
}

export function access(
  s: OracleState,
  sm: number,
  warp: number,
  mnemonic: string,
  address: number,
  stored: number,
  loaded: (value: number) => void,
): void {
  const [unit, type = "b32"] = mnemonic.split(".") as [string, string?];
  const bytes = Number(type.slice(1)) / 8;
  if (address % bytes !== 0) throw new Trap();
  const word = Math.floor(address / 4);
  const shift = (address % 4) * 8;
  let places: [string, number[]][];
  if (unit.endsWith("s")) {
    const warps = s.get("control", control.warps);
    if (warps === 0) throw new Trap();
    const size = s.get("control", control.shared);
    const at = Math.floor(warp / warps) * size + word;
    if (word >= size || at >= s.sizes.sharedWords) throw new Trap();
    places = [["shared", [sm, at]]];
  } else {
    if (word >= memoryWords(s)) throw new Trap();
    const line = Math.floor(word / 32);
    if (unit === "ldg") {
      const through = s.get("control", modeAt) % 2 === 1;
      const [set, way] = through ? lookUp(s, "l1", [sm], line) : lookUp(s, "l2", [], line);
      places = [through ? ["l1", [sm, set, way, word % 32]] : ["l2", [set, way, word % 32]]];
    } else {
      places = [];
      const sets = s.sizes.l1Lines / 4;
      for (let way = 3; way >= 0; way--) {
        const tag = s.get("l1-tag", sm, line % sets, way);
        if (isValid(tag) && tag % 65536 === Math.floor(line / sets))
          places = [["l1", [sm, line % sets, way, word % 32]]];
      }
      const [set, way] = lookUp(s, "l2", [], line);
      const tag = s.get("l2-tag", set, way);
      if (!isDirty(tag)) s.set("l2-tag", [set, way], tag + 131072);
      places.push(["l2", [set, way, word % 32]]);
    }
  }
  for (const [target, place] of places) {
    const now = readAt(s, target, place);
    if (unit.startsWith("ld")) {
      const part = field(now, shift, bytes * 8);
      loaded(type === "s8" && part > 127 ? part + 2 ** 32 - 256 : part);
    } else {
      const keep = now - field(now, shift, bytes * 8) * 2 ** shift;
      s.set(target, place, keep + (stored % 2 ** (bytes * 8)) * 2 ** shift);
    }
  }
}
