/**
 * A set of ids that count from 1 and come nearly in order, as strikes do: all up to a mark, and the few beyond it.
 * A campaign of a billion strikes done in order takes one number.
 */
export interface IdSet {
  readonly size: number;
  has(id: number): boolean;
  /** False where it was there already. */
  add(id: number): boolean;
}

export function createIdSet(): IdSet {
  let upTo = 0;
  const beyond = new Set<number>();
  const has = (id: number): boolean => (id >= 1 && id <= upTo) || beyond.has(id);
  return {
    get size() {
      return upTo + beyond.size;
    },
    has,
    add(id) {
      if (has(id)) return false;
      beyond.add(id);
      while (beyond.delete(upTo + 1)) upTo++;
      return true;
    },
  };
}
