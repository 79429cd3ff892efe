/**
 * A set of ids that count from 1 and come nearly in order, as strikes do: all up to a mark, and the few beyond it.
 * A campaign of a billion strikes done in order takes one number.
 */
export interface IdSet {
  readonly size: number;
  /** Ids kept one by one: what the set costs. */
  readonly scattered: number;
  has(id: number): boolean;
  /** False where it was there already. */
  add(id: number): boolean;
  /** A set of its own with the same ids. */
  copy(): IdSet;
}

export function createIdSet(): IdSet {
  return idSet(0, new Set());
}

function idSet(first: number, beyond: Set<number>): IdSet {
  let upTo = first;
  const has = (id: number): boolean => (id >= 1 && id <= upTo) || beyond.has(id);
  return {
    get size() {
      return upTo + beyond.size;
    },
    get scattered() {
      return beyond.size;
    },
    has,
    add(id) {
      if (has(id)) return false;
      beyond.add(id);
      while (beyond.delete(upTo + 1)) upTo++;
      return true;
    },
    copy: () => idSet(upTo, new Set(beyond)),
  };
}
