// One conversation as this desk has it: what was said, once and in order; what colleagues noted; what is on its way.
// No DOM, no socket. Every change counts `revision` up, so that a view draws only what is new.

/** @typedef {import('../shared/parts.js').Part} Part */
/** @typedef {{ seq: number, from: string, id?: string, at: string, parts: Part[], agent?: { name: string } }} Message */
/** @typedef {{ n: number, at: string, agent: { name: string }, text: string }} Note */
/** @typedef {{ text?: string, image?: string, sticker?: string }} Content */
/** @typedef {{ source: string, text: string }} Suggestion */
/**
 * @typedef {object} Pending something written here that the server has not shown back yet
 * @property {string} id
 * @property {'say' | 'note'} kind
 * @property {Content} content
 * @property {string} label what to show for it
 * @property {Suggestion} [suggestion] what the words were made from
 * @property {string} at
 * @property {number} since when it was last handed over, in milliseconds
 * @property {'pending' | 'sent' | 'failed'} status
 */
/** @typedef {{ key: string, kind: 'message', message: Message } | { key: string, kind: 'note', note: Note } | { key: string, kind: 'pending', entry: Pending }} Line */

const TYPING_FOR_MS = 6_000;
const UNACKED_FOR_MS = 20_000;

export class Thread {
  /** @param {Pending[]} [pending] what an earlier page left unsent */
  constructor(pending = []) {
    /** @type {Message[]} */
    this.messages = [];
    /** @type {Note[]} */
    this.notes = [];
    /** @type {Pending[]} */
    this.pending = pending;
    this.typingUntil = 0;
    /** How far the shopper has read what was said to them. */
    this.shopperRead = 0;
    /** How far this side has read, here or in another window. */
    this.seen = 0;
    this.lastSeq = 0;
    /** Earlier lines were asked for and have not come. */
    this.asking = false;
    /** An `open` is on its way; a gap before its answer is filled by the answer. */
    this.opening = false;
    this.revision = 0;
    /** @type {{ revision: number, lines: Line[] }} */
    this.made = { revision: -1, lines: [] };
    /** @type {Map<string, Line>} */
    this.kept = new Map();
  }

  get hasEarlier() {
    return (this.messages[0]?.seq ?? 1) > 1;
  }

  /** The number of the shopper's last words. */
  get lastOfShopper() {
    return this.messages.findLast(({ from }) => from === 'shopper')?.seq ?? 0;
  }

  /**
   * The answer to `open`.
   * @param {{ messages: Message[], notes: Note[] }} frame
   */
  fill({ messages, notes }) {
    this.opening = false;
    const known = new Map(this.messages.map((message) => [message.seq, message]));
    // Without a common edge the latest lines stand alone, and what is between is asked for by scrolling up.
    if (messages.length > 0 && messages[0].seq > this.lastSeq + 1) known.clear();
    for (const message of messages) {
      if (!known.has(message.seq)) known.set(message.seq, message);
      this.#shown(message.id);
    }
    this.messages = [...known.values()].sort((a, b) => a.seq - b.seq);
    this.lastSeq = this.messages.at(-1)?.seq ?? 0;
    this.notes = notes;
    this.revision += 1;
  }

  /** @param {Message[]} messages what was said before what is here */
  fillEarlier(messages) {
    const first = this.messages[0]?.seq ?? Infinity;
    this.messages = [...messages.filter(({ seq }) => seq < first), ...this.messages];
    this.asking = false;
    this.revision += 1;
  }

  /**
   * @param {Message} message
   * @returns {'new' | 'known' | 'gap'}
   */
  add(message) {
    this.#shown(message.id);
    if (message.from === 'shopper') this.typingUntil = 0;
    this.revision += 1;
    if (message.seq <= this.lastSeq) return 'known';
    if (message.seq > this.lastSeq + 1 && this.lastSeq > 0) return 'gap';
    this.messages = [...this.messages, message];
    this.lastSeq = message.seq;
    return 'new';
  }

  /** @param {Note} note @returns {boolean} whether it is new */
  addNote(note) {
    if (this.notes.some(({ n }) => n === note.n)) return false;
    this.notes = [...this.notes, note];
    this.revision += 1;
    return true;
  }

  /** The conversation is no more: nothing that was said in it is shown. What was written here and not sent stays its writer's. */
  forget() {
    this.messages = [];
    this.notes = [];
    this.lastSeq = this.typingUntil = 0;
    this.asking = this.opening = false;
    this.revision += 1;
  }

  /** @param {Pending} entry */
  write(entry) {
    this.pending = [...this.pending, entry];
    this.revision += 1;
  }

  /** @param {string} id @param {Partial<Pending>} change @returns {Pending | null} */
  change(id, change) {
    const old = this.pending.find((entry) => entry.id === id);
    if (!old) return null;
    const fresh = { ...old, ...change };
    this.pending = this.pending.map((entry) => (entry === old ? fresh : entry));
    this.revision += 1;
    return fresh;
  }

  /** @param {string} id @returns {Pending | null} what was taken out */
  drop(id) {
    const entry = this.pending.find((one) => one.id === id) ?? null;
    if (entry) this.#shown(id);
    return entry;
  }

  /** Words that nobody answered for too long have failed. @param {number} now @returns {boolean} */
  expire(now) {
    const late = this.pending.filter(({ status, since }) => status === 'pending' && since + UNACKED_FOR_MS <= now);
    for (const { id } of late) this.change(id, { status: 'failed' });
    return late.length > 0;
  }

  /** @param {number} now */
  shopperTypes(now) {
    this.typingUntil = now + TYPING_FOR_MS;
  }

  /** @param {string} from @param {number} seq */
  read(from, seq) {
    if (from === 'shopper') {
      if (seq > this.shopperRead) this.revision += 1;
      this.shopperRead = Math.max(this.shopperRead, seq);
    } else this.seen = Math.max(this.seen, seq);
  }

  /** Everything in the order of time; a line is the same object as long as it says the same. @returns {Line[]} */
  lines() {
    if (this.made.revision === this.revision) return this.made.lines;
    /** @type {{ at: number, line: Line }[]} */
    const told = [
      ...this.messages.map((message) => ({ at: Date.parse(message.at), line: this.#line({ key: `m${message.seq}`, kind: 'message', message }) })),
      ...this.notes.map((note) => ({ at: Date.parse(note.at), line: this.#line({ key: `n${note.n}`, kind: 'note', note }) })),
    ];
    // Sorting is stable, so messages of one moment keep the order of their numbers.
    told.sort((a, b) => a.at - b.at);
    const lines = [...told.map(({ line }) => line), ...this.pending.map((entry) => this.#line({ key: `p${entry.id}`, kind: 'pending', entry }))];
    this.kept = new Map(lines.map((line) => [line.key, line]));
    this.made = { revision: this.revision, lines };
    return lines;
  }

  /** @param {Line} line @returns {Line} the one from before, if it shows the same thing */
  #line(line) {
    const old = this.kept.get(line.key);
    const same = old && /** @type {any} */ (old)[old.kind === 'pending' ? 'entry' : old.kind] === /** @type {any} */ (line)[line.kind === 'pending' ? 'entry' : line.kind];
    return same ? old : line;
  }

  /** @param {string | undefined} id */
  #shown(id) {
    if (id === undefined || !this.pending.some((entry) => entry.id === id)) return;
    this.pending = this.pending.filter((entry) => entry.id !== id);
    this.revision += 1;
  }
}
