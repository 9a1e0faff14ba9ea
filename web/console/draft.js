// What an editor has changed and not published: kept in this browser until it is published or given up, whatever happens
// to the page. Nothing here draws anything.

/** @typedef {import('./standing.js').Problem} Problem */
/** @typedef {{ path: string, revision: string, own: boolean, problems: number }} Listed a file as the server has it */
/** @typedef {{ path: string, text: string | null, base: string | null }} Changed a file as it is to be; no text: it goes; no base: it is new */
/** @typedef {{ text: string, value: any, revision: string | null, own: boolean }} File */
/** @typedef {{ id: string, name: { zh: string | null, en: string | null }, examples: number }} Intent */
/** @typedef {{ at: (string | number | { by: string, is: string })[], to?: any }} Edit */
/** @typedef {(method: string, path: string, body?: object) => Promise<{ ok: boolean, status: number, code: string, value: any }>} Ask */
/** @typedef {{ get(name: string): any, set(name: string, value: unknown): void }} Shelf */

const MOST_STEPS = 50;

export class Draft {
  /**
   * @param {string} shop
   * @param {{ ask: Ask, shelf: Shelf, changed: () => void }} world
   */
  constructor(shop, { ask, shelf, changed }) {
    this.path = `/api/v1/console/shops/${encodeURIComponent(shop)}`;
    this.ask = ask;
    this.shelf = shelf;
    this.tell = changed;
    /** @type {Map<string, Listed>} */
    this.files = new Map();
    /** @type {Map<string, Changed>} */
    this.changes = new Map((shelf.get('changes') ?? []).map((/** @type {Changed} */ one) => [one.path, one]));
    /** @type {Intent[]} */
    this.intents = [];
    /** @type {Problem[]} of the draft */
    this.problems = [];
    /** What is live. @type {string | null} */
    this.version = null;
    /** What was published here last, and is live a moment later. @type {string | null} */
    this.published = null;
    /** Texts as the server has them, by path. @type {Map<string, File>} */
    this.read = new Map();
    /** Values of what is changed, by path. @type {Map<string, any>} */
    this.values = new Map();
    /** The way back: what was at a path before. @type {{ path: string, before: Changed | null }[]} */
    this.steps = [];
    /** Edits are made one after another. @type {Promise<unknown>} */
    this.turn = Promise.resolve();
    this.checks = 0;
    /** The last look for problems. @type {Promise<void>} */
    this.checking = Promise.resolve();

    /** A FAQ that was begun elsewhere, for its form. @type {{ ask: string[], answer: string } | null} */
    this.begun = null;
  }

  /** Reads what is there. @returns {Promise<string>} empty, or why it can't be */
  async load() {
    const { ok, code, value } = await this.ask('GET', `${this.path}/files`);
    if (!ok) return code;
    this.files = new Map(value.files.map((/** @type {Listed} */ one) => [one.path, one]));
    this.intents = value.intents;
    this.version = value.version;
    this.read.clear();
    if (this.changes.size === 0) this.problems = value.problems;
    else await this.check();
    this.tell();
    return '';
  }

  /** Files that others changed since this draft began with them. */
  get conflicts() {
    return [...this.changes.values()].filter(({ path, base }) => (this.files.get(path)?.revision ?? null) !== base).map(({ path }) => path);
  }

  /** Every file as it would be, by path. */
  get paths() {
    const paths = new Set(this.files.keys());
    for (const { path, text } of this.changes.values()) if (text === null) paths.delete(path); else paths.add(path);
    return [...paths].sort();
  }

  /** @param {string} path @returns {Promise<File | null>} the file as it would be */
  async file(path) {
    const change = this.changes.get(path);
    if (change && change.text === null) return null;
    if (change && change.text !== null) {
      if (!this.values.has(path)) this.values.set(path, (await this.#edited(change.text, [])).value?.value ?? null);
      return { text: change.text, value: this.values.get(path), revision: change.base, own: true };
    }
    return this.#before(path);
  }

  /** @param {string} path @returns {Promise<File | null>} the file as the server has it */
  async #before(path) {
    if (!this.files.has(path)) return null;
    const known = this.read.get(path);
    if (known) return known;
    const { ok, value } = await this.ask('GET', `${this.path}/file?path=${encodeURIComponent(path)}`);
    if (ok) this.read.set(path, value);
    return ok ? value : null;
  }

  /** @param {string} text @param {Edit[]} edits */
  #edited(text, edits) {
    return this.ask('POST', '/api/v1/console/edit', { text, edits });
  }

  /**
   * Edits a file by what is meant; one that is not there begins empty.
   * @param {string} path
   * @param {Edit[]} edits
   * @returns {Promise<string>} empty, or why it can't be
   */
  edit(path, edits) {
    return this.#inTurn(async () => {
      const before = await this.file(path);
      const { ok, code, value } = await this.#edited(before?.text ?? '', edits);
      if (!ok) return code;
      await this.#put(path, value.text);
      this.values.set(path, value.value);
      return '';
    });
  }

  /** @param {string} path @param {string | null} text nothing removes it */
  write(path, text) {
    return this.#inTurn(async () => {
      await this.#put(path, text);
      return '';
    });
  }

  /** @param {() => Promise<string>} run */
  #inTurn(run) {
    const mine = this.turn.then(run);
    this.turn = mine.catch(() => {});
    return mine;
  }

  /** @param {string} path @param {string | null} text */
  async #put(path, text) {
    const old = await this.#before(path);
    const before = this.changes.get(path) ?? null;
    if ((before ? before.text : (old?.text ?? null)) === text) return;
    this.steps.push({ path, before });
    if (this.steps.length > MOST_STEPS) this.steps.shift();
    const base = before ? before.base : (this.files.get(path)?.revision ?? null);
    this.#set(path, { path, text, base });
  }

  /** @param {string} path @param {Changed | null} change */
  #set(path, change) {
    this.values.delete(path);
    const same = change && change.text === (this.read.get(path)?.text ?? null) && change.base === (this.files.get(path)?.revision ?? null);
    if (change && !same) this.changes.set(path, change);
    else this.changes.delete(path);
    this.#keep();
    void this.check();
  }

  #keep() {
    this.shelf.set('changes', this.changes.size === 0 ? null : [...this.changes.values()]);
    this.tell();
  }

  /** The last change is taken back. */
  undo() {
    const step = this.steps.pop();
    if (step) this.#set(step.path, step.before);
  }

  /** All that is not published is given up. */
  giveUp() {
    this.changes.clear();
    this.steps = [];
    this.#keep();
    void this.check();
  }

  /** A file that others changed too: what is theirs is replaced by mine once I publish. @param {string} path */
  keepMine(path) {
    const change = this.changes.get(path);
    if (change) this.#set(path, { ...change, base: this.files.get(path)?.revision ?? null });
  }

  /** @param {string} path */
  takeTheirs(path) {
    this.#set(path, null);
  }

  /** Looks for what is wrong with the files as they would be; the last look counts. */
  check() {
    this.checking = this.#look();
    return this.checking;
  }

  async #look() {
    this.checks += 1;
    const mine = this.checks;
    const { ok, value } = await this.ask('POST', `${this.path}/check`, { files: [...this.changes.values()] });
    if (!ok || mine !== this.checks) return;
    // A draft with errors makes no shop: the intents known before stay.
    this.intents = value.intents ?? this.intents;
    this.problems = value.problems;
    this.tell();
  }

  /** What changed, as texts. @returns {Promise<{ path: string, before: string | null, after: string | null }[]>} */
  async difference() {
    const all = [...this.changes.values()].sort((one, other) => one.path.localeCompare(other.path));
    return Promise.all(all.map(async ({ path, text }) => ({ path, before: (await this.#before(path))?.text ?? null, after: text })));
  }

  /**
   * Publishes all of it, or nothing.
   * @param {string} note
   * @returns {Promise<string>} empty, or why not: `conflict`, `has_errors`, …
   */
  async publish(note) {
    await this.turn;
    const { ok, code, value } = await this.ask('PUT', `${this.path}/files`, { files: [...this.changes.values()], note });
    if (!ok) {
      if (code === 'conflict') await this.load();
      if (code === 'has_errors') this.problems = value.error.problems;
      this.tell();
      return code;
    }
    this.published = value.version;
    this.changes.clear();
    this.steps = [];
    this.#keep();
    await this.load();
    return '';
  }
}
