// Small things kept in the browser under one prefix, in memory where the browser refuses.

/** @typedef {{ getItem(key: string): string | null, setItem(key: string, value: string): void, removeItem(key: string): void }} Shelf */

const PREFIX = 'xiaoer:';

/** @returns {Shelf | null} the browser's own storage, where it is allowed */
function browserShelf() {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}

/** @returns {Shelf | null} what the browser keeps for this tab alone, where it is allowed */
export function tabShelf() {
  try {
    return globalThis.sessionStorage ?? null;
  } catch {
    return null;
  }
}

/** Values by name, as JSON. Reading never fails: what can't be read is as if it were not there. */
export class Storage {
  /**
   * @param {string} space a name that keeps one use apart from another
   * @param {Shelf | null} [shelf]
   */
  constructor(space, shelf = browserShelf()) {
    this.space = `${PREFIX}${space}:`;
    this.shelf = shelf;
    /** @type {Map<string, string>} */
    this.memory = new Map();
  }

  /**
   * @param {string} name
   * @returns {any} null if there is none
   */
  get(name) {
    const key = this.space + name;
    try {
      const text = this.memory.get(key) ?? this.shelf?.getItem(key) ?? null;
      return text === null ? null : JSON.parse(text);
    } catch {
      return null;
    }
  }

  /**
   * @param {string} name
   * @param {unknown} value null removes it
   */
  set(name, value) {
    const key = this.space + name;
    if (value === null || value === undefined) return this.remove(key);
    const text = JSON.stringify(value);
    try {
      if (!this.shelf) throw new Error('no storage');
      this.shelf.setItem(key, text);
      this.memory.delete(key);
    } catch {
      this.memory.set(key, text);
    }
  }

  /** @param {string} key */
  remove(key) {
    this.memory.delete(key);
    try {
      this.shelf?.removeItem(key);
    } catch {
      // A shelf that refuses holds nothing of ours.
    }
  }
}
