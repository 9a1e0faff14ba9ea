// What the desk knows: the three lists, the conversation that is open, what is being said. No DOM, no socket: frames
// come in, frames to send come out, and the views draw what is here.

/** @typedef {import('../shared/parts.js').Part} Part */
/**
 * @typedef {object} Card
 * @property {string} conversation
 * @property {string} shop
 * @property {string} mode
 * @property {{ id?: string | null, name?: string | null, signed_in: boolean }} shopper
 * @property {string} since
 * @property {{ code: string, text: string } | null} reason
 * @property {string[]} summary
 * @property {{ name: string, value: string }[]} slots
 * @property {string | null} [order]
 * @property {string | null} [product]
 * @property {string | null} [ticket]
 * @property {{ from: string, text: string, at: string } | null} last
 * @property {{ id: string, name: string } | null} [agent]
 * @property {string} locale
 * @property {{ text: string }[]} suggestions
 * @property {number} unread
 */
/** @typedef {{ seq: number, from: string, id?: string, at: string, parts: Part[], agent?: { name: string } }} Message */
/** @typedef {{ n: number, at: string, agent: { name: string }, text: string }} Note */
/** @typedef {{ id: string, kind: 'say' | 'note', text: string, at: string, status: 'pending' | 'failed' }} Pending */
/** @typedef {{ messages: Message[], notes: Note[], pending: Pending[], typingUntil: number, shopperRead: number, lastSeq: number, asking: boolean }} Thread */
/** @typedef {{ key: string, kind: 'message', message: Message } | { key: string, kind: 'note', note: Note } | { key: string, kind: 'pending', entry: Pending }} Line */

const TYPING_FOR_MS = 6_000;

export class Board {
  /** @param {{ id: () => string }} how */
  constructor({ id }) {
    this.makeId = id;
    /** @type {{ id: string, name: string, role: string } | null} */
    this.agent = null;
    /** @type {{ id: string, name: string }[]} */
    this.shops = [];
    /** @type {{ waiting: Card[], mine: Card[], closed: Card[] }} */
    this.lists = { waiting: [], mine: [], closed: [] };
    /** @type {Map<string, Thread>} */
    this.threads = new Map();
    /** @type {Map<string, Card>} the last card of each conversation, also after it left the lists */
    this.cards = new Map();
    /** @type {Map<string, string>} what is written and not sent, by conversation and kind */
    this.drafts = new Map();
    /** @type {string | null} */
    this.open = null;
    /** @type {{ code: string } | null} */
    this.notice = null;
    this.live = false;
  }

  hello() {
    return { type: 'hello', v: 1 };
  }

  offline() {
    this.live = false;
  }

  /** The open conversation's card, if one is open. */
  get card() {
    return this.open === null ? null : (this.cards.get(this.open) ?? null);
  }

  /** Whether the open conversation is this agent's to answer. */
  get isMine() {
    const { card } = this;
    return card !== null && card.mode === 'agent' && card.agent?.id === this.agent?.id;
  }

  /**
   * @param {string | null} conversation
   * @returns {object[]} frames to send
   */
  show(conversation) {
    const before = this.open;
    this.open = conversation;
    this.notice = null;
    if (before === conversation) return [];
    /** @type {object[]} */
    const frames = before === null ? [] : [{ type: 'shut', conversation: before }];
    if (conversation !== null) frames.push(this.#openFrame(conversation));
    return frames;
  }

  /** Whether the open conversation began before what is here. */
  get hasEarlier() {
    const thread = this.open === null ? undefined : this.threads.get(this.open);
    return thread !== undefined && (thread.messages[0]?.seq ?? 1) > 1;
  }

  /** What was said before what is here. @returns {object[]} */
  earlier() {
    const conversation = this.open;
    if (conversation === null || !this.live || !this.hasEarlier) return [];
    const thread = this.#thread(conversation);
    if (thread.asking) return [];
    thread.asking = true;
    return [{ type: 'earlier', conversation, before: thread.messages[0].seq }];
  }

  /**
   * @param {'say' | 'note'} kind
   * @param {string} text
   * @param {number} now
   * @returns {object[]}
   */
  write(kind, text, now) {
    const conversation = this.open;
    if (conversation === null || text.trim() === '') return [];
    const entry = { id: this.makeId(), kind, text: text.trim(), at: new Date(now).toISOString(), status: /** @type {const} */ ('pending') };
    const thread = this.#thread(conversation);
    thread.pending = [...thread.pending, entry];
    this.drafts.delete(`${conversation}/${kind}`);
    this.notice = null;
    return this.live ? [{ type: kind, id: entry.id, conversation, text: entry.text }] : [];
  }

  /** @param {string} id @returns {object[]} */
  retry(id) {
    const conversation = this.open;
    if (conversation === null) return [];
    const thread = this.#thread(conversation);
    const entry = thread.pending.find((one) => one.id === id);
    if (!entry) return [];
    thread.pending = thread.pending.map((one) => (one === entry ? { ...one, status: 'pending' } : one));
    return [{ type: entry.kind, id, conversation, text: entry.text }];
  }

  /** Everything in the open conversation is before the agent's eyes. @returns {object[]} */
  see() {
    const { card } = this;
    if (!card || !this.isMine || !this.live) return [];
    const thread = this.#thread(card.conversation);
    const last = thread.messages.findLast((message) => message.from === 'shopper')?.seq ?? 0;
    if (last <= thread.shopperRead) return [];
    thread.shopperRead = last;
    return [{ type: 'read', conversation: card.conversation, seq: thread.lastSeq }];
  }

  /** What the open conversation shows, in the order of time. @returns {Line[]} */
  lines() {
    const thread = this.open === null ? undefined : this.threads.get(this.open);
    if (!thread) return [];
    /** @type {(Line & { at: string })[]} */
    const lines = [
      ...thread.messages.map((message) => ({ key: `m${message.seq}`, kind: /** @type {const} */ ('message'), message, at: message.at })),
      ...thread.notes.map((note) => ({ key: `n${note.n}`, kind: /** @type {const} */ ('note'), note, at: note.at })),
    ];
    // Sorting is stable, so messages of one moment keep the order of their numbers.
    lines.sort((a, b) => new Date(a.at).getTime() - new Date(b.at).getTime());
    return [...lines, ...thread.pending.map((entry) => ({ key: `p${entry.id}`, kind: /** @type {const} */ ('pending'), entry }))];
  }

  /** @param {number} now */
  isTyping(now) {
    const thread = this.open === null ? undefined : this.threads.get(this.open);
    return thread !== undefined && now < thread.typingUntil;
  }

  /**
   * @param {any} frame
   * @param {number} now
   * @returns {object[]} frames to send
   */
  receive(frame, now) {
    const thread = frame.conversation ? this.threads.get(frame.conversation) : undefined;
    switch (frame.type) {
      case 'welcome':
        return this.#welcome(frame);
      case 'board':
        this.#lists(frame);
        return [];
      case 'conversation':
        this.#conversation(frame);
        return [];
      case 'earlier':
        if (thread) this.#earlier(thread, frame);
        return [];
      case 'message':
        return thread ? this.#message(frame.conversation, thread, frame) : [];
      case 'ack':
        // A note's ack is all its writer needs; a message stays pending until it is seen at its place.
        if (thread && frame.n !== undefined) thread.pending = thread.pending.filter((entry) => entry.id !== frame.id);
        return [];
      case 'note':
        if (thread) this.#note(thread, frame);
        return [];
      case 'state':
        this.#state(frame);
        return [];
      case 'typing':
        if (thread && frame.from === 'shopper') thread.typingUntil = now + TYPING_FOR_MS;
        return [];
      case 'error':
        this.#error(frame);
        return [];
      default:
        return [];
    }
  }

  /** @param {any} frame @returns {object[]} */
  #welcome(frame) {
    this.live = true;
    // What was asked for on the line before is not answered on this one.
    for (const thread of this.threads.values()) thread.asking = false;
    this.agent = frame.agent;
    this.shops = frame.shops ?? [];
    this.#lists(frame);
    if (this.open === null) return [];
    const again = this.#thread(this.open).pending.filter((entry) => entry.status === 'pending');
    return [this.#openFrame(this.open), ...again.map(({ id, kind, text }) => ({ type: kind, id, conversation: this.open, text }))];
  }

  /** @param {any} frame */
  #lists({ waiting = [], mine = [], closed = [] }) {
    this.lists = { waiting, mine, closed };
    for (const card of [...closed, ...waiting, ...mine]) this.cards.set(card.conversation, card);
  }

  /** @param {any} frame */
  #conversation({ card, messages, notes }) {
    this.cards.set(card.conversation, card);
    const thread = this.#thread(card.conversation);
    const known = new Map(thread.messages.map((message) => [message.seq, message]));
    for (const message of messages) {
      if (!known.has(message.seq)) known.set(message.seq, message);
      thread.pending = thread.pending.filter((entry) => entry.id !== message.id);
    }
    thread.messages = [...known.values()].sort((a, b) => a.seq - b.seq);
    thread.lastSeq = thread.messages.at(-1)?.seq ?? 0;
    thread.notes = notes;
  }

  /** @param {Thread} thread @param {any} frame */
  #earlier(thread, { messages }) {
    const first = thread.messages[0]?.seq ?? Infinity;
    thread.messages = [...messages.filter((/** @type {Message} */ { seq }) => seq < first), ...thread.messages];
    thread.asking = false;
  }

  /**
   * @param {string} conversation
   * @param {Thread} thread
   * @param {any} frame
   * @returns {object[]}
   */
  #message(conversation, thread, frame) {
    const { type: _, conversation: __, ...message } = frame;
    if (message.id) thread.pending = thread.pending.filter((entry) => entry.id !== message.id);
    if (message.from === 'shopper') thread.typingUntil = 0;
    if (message.seq <= thread.lastSeq) return [];
    // A gap: everything after the last number is asked for again.
    if (message.seq > thread.lastSeq + 1 && thread.lastSeq > 0) return [this.#openFrame(conversation)];
    thread.messages = [...thread.messages, message];
    thread.lastSeq = message.seq;
    return [];
  }

  /** @param {Thread} thread @param {any} frame */
  #note(thread, { n, at, agent, text }) {
    if (thread.notes.some((note) => note.n === n)) return;
    thread.notes = [...thread.notes, { n, at, agent, text }];
  }

  /** @param {any} frame */
  #state({ conversation, mode, agent }) {
    const card = this.cards.get(conversation);
    if (!card) return;
    const holder = mode !== 'agent' ? null : card.agent && card.agent.name === agent?.name ? card.agent : (agent ? { id: this.agent?.name === agent.name ? (this.agent?.id ?? '') : '', name: agent.name } : card.agent);
    this.cards.set(conversation, { ...card, mode, agent: holder });
  }

  /** @param {any} frame */
  #error({ code, id, conversation }) {
    this.notice = { code };
    const thread = conversation ? this.threads.get(conversation) : [...this.threads.values()].find((one) => one.pending.some((entry) => entry.id === id));
    if (thread) thread.asking = false;
    const entry = thread?.pending.find((one) => one.id === id);
    if (!thread || !entry) return;
    thread.pending = thread.pending.map((one) => (one === entry ? { ...one, status: 'failed' } : one));
  }

  /** @param {string} conversation */
  #openFrame(conversation) {
    const after = this.#thread(conversation).lastSeq;
    return { type: 'open', conversation, ...(after > 0 ? { after } : {}) };
  }

  /** @param {string} conversation @returns {Thread} */
  #thread(conversation) {
    const there = this.threads.get(conversation);
    if (there) return there;
    const fresh = { messages: [], notes: [], pending: [], typingUntil: 0, shopperRead: 0, lastSeq: 0, asking: false };
    this.threads.set(conversation, fresh);
    return fresh;
  }
}
