// What the desk knows: the inboxes, the open conversation, who else is there. No DOM, no socket: frames come in, frames
// to send come out; what is worth a sound or a word to a screen reader is told by `takeHappenings`; views draw the rest.

import { Thread } from './thread.js';

/** @typedef {import('./kept.js').Kept} Kept */
/** @typedef {import('./thread.js').Content} Content */
/** @typedef {import('./thread.js').Line} Line */
/** @typedef {import('./thread.js').Message} Message */
/** @typedef {import('./thread.js').Pending} Pending */
/** @typedef {import('./thread.js').Suggestion} Suggestion */
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
 * @property {{ source?: string, text: string }[]} suggestions
 * @property {number} unread
 * @property {{ id: string, name: string } | null} [group]
 * @property {number} [priority]
 * @property {string | null} [taken_at]
 * @property {string | null} [awaiting_since] since when the shopper waits for a person's words
 * @property {string | null} [due] when the service level wants them
 * @property {string | null} [promised]
 * @property {string | null} [contact]
 * @property {string[]} [tags]
 * @property {string | null} [wrap_up] its id
 * @property {string | null} [note] what was noted when it was left
 * @property {string | null} [ended_at]
 * @property {{ score: number, comment?: string | null } | null} [rating]
 * @property {boolean} [mentioned]
 */
/** @typedef {{ id: string, name: string, role: string, status?: string, capacity?: number, groups?: string[] }} Agent */
/** @typedef {{ id: string, name: string, status: 'here' | 'away' | 'offline', load: number, capacity: number, groups: string[], shops?: string[] }} Colleague */
/**
 * @typedef {object} Shop
 * @property {string} id
 * @property {string} name
 * @property {{ id: string, name: string }[]} [groups]
 * @property {string[]} [tags]
 * @property {{ id: string, name: string }[]} [wrap_ups]
 * @property {{ id: string, zh: string, en?: string | null }[]} [canned]
 * @property {{ id: string, alt: string }[]} [stickers]
 * @property {{ first_reply?: number, reply?: number }} [service]
 */
/** @typedef {'mine' | 'waiting' | 'messages' | 'others' | 'closed'} ListName */
/** @typedef {Record<ListName, Card[]>} BoardLists */
/** @typedef {{ code: string, by?: string }} Notice */
/**
 * @typedef {{ kind: 'waiting' | 'assigned' | 'message' | 'mentioned', card: Card } | { kind: 'taken', conversation: string, by: string }
 *   | { kind: 'said', card: Card, message: Message } | { kind: 'given_back', conversation: string }} Happening
 */

/** @type {ListName[]} */
export const LISTS = ['mine', 'waiting', 'messages', 'others', 'closed'];
/** What can't succeed by trying again: the words go back to whoever wrote them. */
const FINAL = new Set(['too_long', 'not_yours', 'not_found', 'id_reused', 'forbidden', 'bad_frame', 'bad_image', 'bad_sticker']);

export class Board {
  /** @param {{ id: () => string, kept: Kept, agent?: Agent | null }} how */
  constructor({ id, kept, agent = null }) {
    this.makeId = id;
    this.kept = kept;
    /** @type {Agent | null} */
    this.agent = agent;
    /** @type {Shop[]} */
    this.shops = [];
    /** @type {BoardLists} */
    this.lists = { mine: [], waiting: [], messages: [], others: [], closed: [] };
    /** @type {Colleague[]} */
    this.colleagues = [];
    this.status = 'here';
    /** @type {Map<string, Thread>} */
    this.threads = new Map();
    /** @type {Map<string, Card>} the last card of each conversation, also after it left the lists */
    this.cards = new Map();
    /** @type {string | null} */
    this.open = null;
    /** @type {Map<string, Notice>} what went wrong, by conversation */
    this.notices = new Map();
    /** @type {Map<string, string>} what was asked of a conversation and not answered yet */
    this.asked = new Map();
    /** @type {Map<string, { seq: number, asked: number, list: Suggestion[] }>} */
    this.suggested = new Map();
    this.suggests = true;
    this.live = false;
    this.ready = false;
    /** @type {Happening[]} */
    this.happenings = [];
    for (const conversation of kept.unsent()) this.thread(conversation);
  }

  hello() {
    return { type: 'hello', v: 1 };
  }

  offline() {
    this.live = false;
    this.asked.clear();
  }

  /** The open conversation's card, if one is open. */
  get card() {
    return this.open === null ? null : (this.cards.get(this.open) ?? null);
  }

  /** What is open is no more, or never was. */
  get isGone() {
    return this.open !== null && this.card === null && this.notices.get(this.open)?.code === 'not_found';
  }

  /** The open conversation's lines. */
  get openThread() {
    return this.open === null ? null : this.thread(this.open);
  }

  /** Whether the open conversation is this agent's to answer. */
  get isMine() {
    const { card } = this;
    return card !== null && card.mode === 'agent' && card.agent?.id === this.agent?.id;
  }

  get isOwner() {
    return this.agent?.role === 'owner';
  }

  /** @param {string} shop @returns {Shop} */
  shop(shop) {
    return this.shops.find(({ id }) => id === shop) ?? { id: shop, name: shop };
  }

  /** How a conversation ended, in words. @param {Card} card @returns {string | null} */
  wrapUp({ shop, wrap_up: id }) {
    return id ? (this.shop(shop).wrap_ups?.find((one) => one.id === id)?.name ?? id) : null;
  }

  /** What happened since the last call. @returns {Happening[]} */
  takeHappenings() {
    const { happenings } = this;
    this.happenings = [];
    return happenings;
  }

  /**
   * @param {string | null} conversation
   * @returns {object[]} frames to send
   */
  show(conversation) {
    const before = this.open;
    if (before === conversation) return [];
    this.open = conversation;
    if (before !== null) this.notices.delete(before);
    /** @type {object[]} */
    const frames = before === null ? [] : [{ type: 'shut', conversation: before }];
    if (conversation !== null) frames.push(this.#openFrame(conversation));
    return frames;
  }

  /** What was said before what is here. @returns {object[]} */
  earlier() {
    const thread = this.openThread;
    if (!thread || !this.live || !thread.hasEarlier || thread.asking) return [];
    thread.asking = true;
    return [{ type: 'earlier', conversation: this.open, before: thread.messages[0].seq }];
  }

  /**
   * Asks something of the open conversation: take, close …
   * @param {string} type
   * @param {object} [fields]
   * @returns {object[]}
   */
  ask(type, fields = {}) {
    const conversation = this.open;
    if (conversation === null || !this.live || this.asked.has(conversation)) return [];
    this.notices.delete(conversation);
    if (type !== 'tag') this.asked.set(conversation, type);
    return [{ type, conversation, ...fields }];
  }

  /** @param {'here' | 'away'} status @returns {object[]} */
  setStatus(status) {
    this.status = status;
    return this.live ? [{ type: 'status', status }] : [];
  }

  /**
   * Says or notes something in the open conversation.
   * @param {'say' | 'note'} kind
   * @param {Content} content
   * @param {{ label?: string, suggestion?: Suggestion, now: number }} about
   * @returns {object[]}
   */
  write(kind, content, { label, suggestion, now }) {
    const conversation = this.open;
    if (conversation === null) return [];
    if (content.text !== undefined) {
      content = { text: content.text.trim() };
      if (content.text === '') return [];
      this.kept.setDraft(conversation, kind, null);
    }
    /** @type {Pending} */
    const entry = { id: this.makeId(), kind, content, label: label ?? content.text ?? '', suggestion, at: new Date(now).toISOString(), since: now, status: 'pending' };
    const thread = this.thread(conversation);
    thread.write(entry);
    this.#keep(conversation, thread);
    this.notices.delete(conversation);
    return this.live ? [frameFor(conversation, entry)] : [];
  }

  /** Says failed words again under their id, so that they can't count twice. @param {string} id @param {number} now @returns {object[]} */
  retry(id, now) {
    const conversation = this.open;
    const thread = this.openThread;
    if (conversation === null || !thread) return [];
    const entry = thread.change(id, { status: 'pending', since: now });
    this.notices.delete(conversation);
    return entry && this.live ? [frameFor(conversation, entry)] : [];
  }

  /** Takes failed words out of the conversation, back into the draft. @param {string} id @param {number} now */
  takeBack(id, now) {
    if (this.open !== null) this.#giveBack(this.open, id, now);
  }

  /** Everything in the open conversation is before the agent's eyes. @returns {object[]} */
  see() {
    const { card, openThread: thread } = this;
    if (!card || !thread || !this.isMine || !this.live) return [];
    if (thread.lastOfShopper <= thread.seen) return [];
    thread.seen = thread.lastSeq;
    return [{ type: 'read', conversation: card.conversation, seq: thread.lastSeq }];
  }

  /** Asks for replies that fit the shopper's last words, once for each. @returns {object[]} */
  wantSuggestions() {
    const { card, openThread: thread } = this;
    if (!card || !thread || !this.isMine || !this.live || !this.suggests) return [];
    const seq = thread.lastOfShopper;
    const known = this.suggested.get(card.conversation) ?? { seq: 0, asked: 0, list: [] };
    if (seq === 0 || known.asked >= seq) return [];
    this.suggested.set(card.conversation, { ...known, asked: seq });
    return [{ type: 'suggest', conversation: card.conversation }];
  }

  /** Replies that fit what the shopper said last, unless it is answered already. @returns {Suggestion[]} */
  get suggestions() {
    const { card, openThread: thread } = this;
    if (!card || !thread || !this.isMine) return [];
    const answered = thread.messages.findLast(({ from }) => from === 'shopper' || from === 'agent')?.from === 'agent';
    if (answered || thread.pending.some(({ kind }) => kind === 'say')) return [];
    const { list = [], seq = 0 } = this.suggested.get(card.conversation) ?? {};
    if (list.length > 0 && seq >= thread.lastOfShopper) return list;
    return card.suggestions.map(({ source = 'faq', text }) => ({ source, text }));
  }

  /** @param {number} now @returns {boolean} whether something changed by time alone */
  tick(now) {
    if (!this.live) return false;
    let changed = false;
    for (const [conversation, thread] of this.threads) {
      if (!thread.expire(now)) continue;
      this.#keep(conversation, thread);
      changed = true;
    }
    return changed;
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
        return this.#welcome(frame, now);
      case 'board':
        this.#board(frame);
        return this.#seeMention();
      case 'conversation':
        return this.#conversation(frame);
      case 'earlier':
        thread?.fillEarlier(frame.messages);
        return [];
      case 'message':
        return thread ? this.#message(frame.conversation, thread, frame) : [];
      case 'ack':
        if (thread) this.#ack(thread, frame);
        return [];
      case 'note':
        thread?.addNote({ n: frame.n, at: frame.at, agent: frame.agent, text: frame.text });
        return [];
      case 'state':
        this.#state(frame);
        return [];
      case 'typing':
        if (frame.from === 'shopper') thread?.shopperTypes(now);
        return [];
      case 'read':
        thread?.read(frame.from, Number(frame.seq) || 0);
        return [];
      case 'suggestions':
        this.#suggestions(frame);
        return [];
      case 'error':
        this.#error(frame, now);
        return [];
      default:
        return [];
    }
  }

  /** @param {any} frame @param {number} now @returns {object[]} */
  #welcome(frame, now) {
    this.live = true;
    this.suggests = true;
    this.agent = frame.agent;
    this.shops = frame.shops ?? [];
    // What was asked for on the line before is not answered on this one.
    for (const thread of this.threads.values()) thread.asking = thread.opening = false;
    for (const [conversation, known] of this.suggested) this.suggested.set(conversation, { ...known, asked: known.seq });
    this.#board(frame, frame.status ?? frame.agent?.status);
    this.ready = true;
    /** @type {object[]} */
    const frames = this.open === null ? [] : [this.#openFrame(this.open)];
    for (const [conversation, thread] of this.threads) {
      for (const entry of thread.pending) {
        if (entry.status === 'failed') continue;
        thread.change(entry.id, { since: now, status: 'pending' });
        frames.push(frameFor(conversation, entry));
      }
    }
    return frames;
  }

  /** @param {any} frame @param {string} [status] */
  #board(frame, status = frame.status) {
    const before = this.lists;
    const known = new Map(this.cards);
    const list = (/** @type {ListName} */ name) => (frame[name] ?? []).map((/** @type {Card} */ card) => this.#card(card, known.get(card.conversation)));
    this.lists = /** @type {BoardLists} */ (Object.fromEntries(LISTS.map((name) => [name, list(name)])));
    this.colleagues = frame.colleagues ?? this.colleagues;
    if (status) this.status = status;
    this.#tell(before, known);
  }

  /** A mention in what is open is before one's eyes: opening it again tells the server so. @returns {object[]} */
  #seeMention() {
    const { card, openThread: thread } = this;
    return card?.mentioned && thread && !thread.opening && this.live ? [this.#openFrame(card.conversation)] : [];
  }

  /** A card that says the same stays the same object, so that its line is not drawn again. @param {Card} card @param {Card | undefined} old */
  #card(card, old) {
    const same = old !== undefined && JSON.stringify(old) === JSON.stringify(card);
    if (old && (old.mode !== card.mode || old.agent?.id !== card.agent?.id)) {
      this.asked.delete(card.conversation);
      // Whoever has it now need not read that somebody else was faster.
      if (card.mode === 'agent' && card.agent?.id === this.agent?.id) this.notices.delete(card.conversation);
    }
    const kept = same ? old : card;
    this.cards.set(card.conversation, kept);
    return kept;
  }

  /** Compares the lists with those before: who is new, who spoke. @param {BoardLists} before @param {Map<string, Card>} known */
  #tell(before, known) {
    if (!this.ready) return;
    const had = (/** @type {Card[]} */ list) => new Set(list.map(({ conversation }) => conversation));
    const [waiting, mine] = [had(before.waiting), had(before.mine)];
    for (const card of this.lists.waiting) if (!waiting.has(card.conversation)) this.happenings.push({ kind: 'waiting', card });
    for (const card of this.lists.mine) {
      const old = known.get(card.conversation);
      if (card.conversation === this.open) continue;
      if (!mine.has(card.conversation)) this.happenings.push({ kind: 'assigned', card });
      else if (card.unread > (old?.unread ?? 0)) this.happenings.push({ kind: 'message', card });
    }
    for (const [conversation, card] of this.cards) {
      if (card.mentioned && !known.get(conversation)?.mentioned) this.happenings.push({ kind: 'mentioned', card });
    }
  }

  /** @param {any} frame @returns {object[]} */
  #conversation(frame) {
    // Whoever opens it has seen that they are mentioned.
    const card = { ...frame.card, mentioned: false };
    this.cards.set(card.conversation, card);
    if (frame.card.mentioned) {
      const seen = (/** @type {Card} */ one) => (one.conversation === card.conversation ? { ...one, mentioned: false } : one);
      this.lists = /** @type {BoardLists} */ (Object.fromEntries(LISTS.map((name) => [name, this.lists[name].map(seen)])));
    }
    const thread = this.thread(card.conversation);
    const after = thread.lastSeq;
    thread.fill(frame);
    this.#keep(card.conversation, thread);
    // A long absence is caught up in pieces.
    return after > 0 && frame.more === true && thread.lastSeq > after ? [this.#openFrame(card.conversation)] : [];
  }

  /**
   * @param {string} conversation
   * @param {Thread} thread
   * @param {any} frame
   * @returns {object[]}
   */
  #message(conversation, thread, frame) {
    const { type: _, conversation: __, ...message } = frame;
    const was = thread.add(message);
    if (message.id) this.#keep(conversation, thread);
    const card = this.cards.get(conversation);
    if (was === 'new' && card && message.from === 'shopper') this.happenings.push({ kind: 'said', card, message });
    return was === 'gap' && !thread.opening ? [this.#openFrame(conversation)] : [];
  }

  /** A note's ack is all its writer needs; words stay until they are seen at their place, where that is open. @param {Thread} thread @param {any} frame */
  #ack(thread, { id, conversation, n }) {
    if (n !== undefined || conversation !== this.open) thread.drop(id);
    else thread.change(id, { status: 'sent' });
    this.#keep(conversation, thread);
  }

  /** @param {any} frame */
  #state({ conversation, mode, agent }) {
    const card = this.cards.get(conversation);
    const asked = this.asked.delete(conversation);
    if (!card) return;
    const mine = card.mode === 'agent' && card.agent?.id === this.agent?.id;
    // Who did not ask for it is told why they can't answer any more.
    if (mine && !asked && mode === 'queue') this.notices.set(conversation, { code: 'requeued' });
    if (mine && !asked && mode === 'agent' && agent && agent.name !== this.agent?.name) this.notices.set(conversation, { code: 'taken_over', by: agent.name });
    const same = agent && card.agent?.name === agent.name;
    // A name alone does not tell who it is: the board that follows does.
    const holder = mode !== 'agent' || !agent ? null : same ? card.agent : { id: agent.id ?? '', name: agent.name };
    this.cards.set(conversation, { ...card, mode, agent: holder });
  }

  /** @param {any} frame */
  #suggestions({ conversation, seq, suggestions }) {
    const known = this.suggested.get(conversation);
    if (known && seq < known.seq) return;
    this.suggested.set(conversation, { seq, asked: Math.max(seq, known?.asked ?? 0), list: suggestions ?? [] });
  }

  /** @param {any} frame @param {number} now */
  #error({ code, id, conversation, by }, now) {
    if (code === 'unknown_type') {
      // A server that is older than this page: it does without.
      this.suggests = false;
      if (!id && !conversation) return;
    }
    const place = conversation ?? [...this.threads].find(([, one]) => one.pending.some((entry) => entry.id === id))?.[0] ?? this.open;
    if (place === null) return;
    this.asked.delete(place);
    this.notices.set(place, { code, ...(by ? { by } : {}) });
    if (code === 'taken') this.happenings.push({ kind: 'taken', conversation: place, by: by ?? '' });
    const thread = this.threads.get(place);
    if (!thread) return;
    thread.asking = thread.opening = false;
    if (code === 'not_found' && conversation && !id) {
      thread.forget();
      this.cards.delete(place);
      this.suggested.delete(place);
    }
    if (!id) return;
    if (FINAL.has(code)) this.#giveBack(place, id, now);
    else thread.change(id, { status: 'failed' });
    this.#keep(place, thread);
  }

  /** @param {string} conversation @param {string} id @param {number} now */
  #giveBack(conversation, id, now) {
    const thread = this.thread(conversation);
    const entry = thread.drop(id);
    if (entry?.content.text === undefined) return;
    this.kept.giveBack(conversation, entry.kind, entry.content.text, now);
    this.#keep(conversation, thread);
    this.happenings.push({ kind: 'given_back', conversation });
  }

  /** @param {string} conversation */
  #openFrame(conversation) {
    const thread = this.thread(conversation);
    thread.opening = true;
    return { type: 'open', conversation, ...(thread.lastSeq > 0 ? { after: thread.lastSeq } : {}) };
  }

  /** @param {string} conversation @param {Thread} thread */
  #keep(conversation, thread) {
    this.kept.setOutbox(conversation, thread.pending);
  }

  /** @param {string} conversation @returns {Thread} */
  thread(conversation) {
    const there = this.threads.get(conversation);
    if (there) return there;
    const fresh = new Thread(this.kept.outbox(conversation));
    this.threads.set(conversation, fresh);
    return fresh;
  }
}

/** @param {string} conversation @param {Pending} entry */
function frameFor(conversation, { kind, id, content, suggestion }) {
  return { type: kind, id, conversation, ...content, ...(suggestion ? { suggestion } : {}) };
}
