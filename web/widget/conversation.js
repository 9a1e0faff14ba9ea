// What the shopper's side knows of one conversation. No DOM, no socket, no clock of its own: frames and the time
// come in, commands go out, and the view draws what is here.
//
// It keeps the promises of the wire on this side: every message once and in order, a gap is never shown, what was
// said stays visible until the server has it, and words that could not be sent go back to who wrote them.

/** @typedef {'shopper' | 'bot' | 'agent' | 'system'} From */
/** @typedef {{ kind: string, text: string, [field: string]: any }} Part */
/** @typedef {{ intent?: string, confidence?: number, source?: string, micros?: number }} Trace */
/** @typedef {{ key: string, seq: number, from: From, agent: string | null, at: string, parts: Part[], trace: Trace | null }} Message */
/** @typedef {{ text?: string, choice?: string, product?: string, order?: string, sticker?: string, image?: string }} Content */
/** @typedef {{ url: string, blob: Blob, width: number, height: number, name: string }} Picture one that is at hand, not yet sent */
/**
 * @typedef {object} Pending something said that the server has not shown back yet
 * @property {string} key
 * @property {string} id
 * @property {Content} content
 * @property {string} label what to show for it
 * @property {string} at
 * @property {number} since when it was last handed over, in milliseconds
 * @property {number} attempts
 * @property {number | null} again when to say it again by itself
 * @property {'uploading' | 'pending' | 'sent' | 'failed'} status a picture is uploaded before it is said
 * @property {Picture} [picture]
 * @property {string} [problem] the code of what went wrong with it
 */
/** @typedef {'bot' | 'queue' | 'agent' | 'message' | 'closed'} Mode */
/**
 * @typedef {{ do: 'send', frame: object } | { do: 'reconnect' } | { do: 'fetch', after: number } | { do: 'give_back', text: string }
 *   | { do: 'upload', id: string, picture: Picture } | { do: 'abort', id: string } | { do: 'give_back_picture', picture: Picture }
 *   | { do: 'sign_in_again' } | { do: 'stop' }} Command
 */

const UNACKED_FOR_MS = 20_000;
const TYPING_FOR_MS = 6_000;
const MOST_ATTEMPTS = 4;
const PASSING = new Set(['too_fast', 'overloaded']);
const RETRYABLE = new Set(['internal', 'forbidden']);

export class Conversation {
  /** @param {{ id: () => string, token: string | null, seen: number }} start */
  constructor({ id, token, seen }) {
    this.makeId = id;
    this.token = token;
    /** The highest number that the shopper has had before their eyes. */
    this.seen = seen;
    /** @type {string | null} */
    this.id = null;
    /** @type {{ id: string, name: string, locales?: string[], stickers?: { id: string, alt: string }[] } | null} */
    this.shop = null;
    /** @type {Mode} */
    this.mode = 'bot';
    /** @type {{ position: number, wait_seconds?: number } | null} */
    this.queue = null;
    /** @type {{ name: string } | null} */
    this.agent = null;
    this.lastSeq = 0;
    /** @type {Message[]} */
    this.messages = [];
    /** @type {Pending[]} */
    this.pending = [];
    /** @type {{ from: From, until: number } | null} */
    this.typing = null;
    this.agentRead = 0;
    /** @type {{ code: string, retryMs: number | null } | null} */
    this.notice = null;
    this.rated = false;
    this.live = false;
    this.resuming = false;
    this.startAfresh = false;
    /** @type {Map<number, any>} messages that came before one that is missing */
    this.ahead = new Map();
  }

  /**
   * The first frame of a line. The second and later lines ask only for what was not seen.
   * @param {{ locale: string, page: object | null, shopper: string | null, trace: boolean }} about
   * @returns {object}
   */
  hello({ locale, page, shopper, trace }) {
    this.resuming = this.token !== null && this.id !== null && this.lastSeq > 0 && !this.startAfresh;
    return {
      type: 'hello',
      v: 1,
      locale,
      ...(this.token ? { token: this.token } : {}),
      ...(this.resuming ? { after: this.lastSeq } : {}),
      ...(page ? { page } : {}),
      ...(shopper ? { shopper } : {}),
      ...(trace ? { trace: true } : {}),
    };
  }

  /** The line is gone: nothing is live, what was said stays pending. */
  offline() {
    this.live = false;
    this.typing = null;
  }

  /**
   * @param {Content} content
   * @param {string} label what to show for it
   * @param {number} now
   * @returns {Command[]}
   */
  say(content, label, now) {
    const id = this.makeId();
    this.notice = null;
    this.pending.push({
      key: `id:${id}`, id, content, label, at: new Date(now).toISOString(), since: now, attempts: 1, again: null, status: 'pending',
    });
    return this.live ? [this.#frameFor(this.pending[this.pending.length - 1])] : [];
  }

  /**
   * Says a picture: it stands in the conversation at once, is uploaded, and then said by the id it was given.
   * @param {Picture} picture
   * @param {string} label
   * @param {number} now
   * @returns {Command[]}
   */
  sayPicture(picture, label, now) {
    const id = this.makeId();
    this.notice = null;
    this.pending.push({
      key: `id:${id}`, id, content: {}, label, at: new Date(now).toISOString(), since: now, attempts: 1, again: null, status: 'uploading', picture,
    });
    return this.#uploadWhenLive(id);
  }

  /**
   * @param {string} id
   * @param {string} upload what the server calls the picture
   * @param {number} now
   * @returns {Command[]}
   */
  uploaded(id, upload, now) {
    const entry = this.#uploading(id);
    if (!entry) return [];
    this.#replace(entry, { content: { image: upload }, status: 'pending', since: now });
    const fresh = this.pending.find((one) => one.id === id);
    return this.live && fresh ? [this.#frameFor(fresh)] : [];
  }

  /**
   * @param {string} id
   * @param {string} code
   */
  notUploaded(id, code) {
    const entry = this.#uploading(id);
    if (entry) this.#replace(entry, { status: 'failed', problem: code });
  }

  /**
   * Says a failed message again under its id, so that it can't count twice.
   * @param {string} id
   * @param {number} now
   * @returns {Command[]}
   */
  retry(id, now) {
    const entry = this.pending.find((one) => one.id === id);
    if (!entry) return [];
    const status = entry.picture && !entry.content.image ? 'uploading' : 'pending';
    this.#replace(entry, { status, since: now, attempts: 1, again: null, problem: undefined });
    this.notice = null;
    if (status === 'uploading') return this.#uploadWhenLive(id);
    const fresh = this.pending.find((one) => one.id === id);
    return this.live && fresh ? [this.#frameFor(fresh)] : [];
  }

  /**
   * Takes a message out of the conversation that failed, or a picture that is still on its way.
   * @param {string} id
   * @returns {Command[]} its words or its picture, for the composer
   */
  takeBack(id) {
    const entry = this.pending.find((one) => one.id === id && (one.status === 'failed' || one.status === 'uploading'));
    if (!entry) return [];
    this.pending = this.pending.filter((one) => one !== entry);
    if (entry.picture) return [{ do: 'abort', id }, { do: 'give_back_picture', picture: entry.picture }];
    return entry.content.text ? [{ do: 'give_back', text: entry.content.text }] : [];
  }

  /** @param {string} id */
  #uploading(id) {
    return this.pending.find((one) => one.id === id && one.status === 'uploading');
  }

  /**
   * The first upload of a newcomer waits for the conversation's token.
   * @param {string} id
   * @returns {Command[]}
   */
  #uploadWhenLive(id) {
    const picture = this.#uploading(id)?.picture;
    return this.live && picture ? [{ do: 'upload', id, picture }] : [];
  }

  /**
   * @param {number} score 1 to 5
   * @param {string} comment
   * @returns {Command[]}
   */
  rate(score, comment) {
    if (!this.live || score < 1 || score > 5) return [];
    this.rated = true;
    return [{ do: 'send', frame: { type: 'rate', score, ...(comment ? { comment } : {}) } }];
  }

  /** How many messages wait to be seen. */
  get unread() {
    return this.messages.filter((message) => message.from !== 'shopper' && message.seq > this.seen).length;
  }

  /** Everything here is before the shopper's eyes now. @returns {Command[]} */
  see() {
    if (this.seen >= this.lastSeq) return [];
    this.seen = this.lastSeq;
    return this.live ? [{ do: 'send', frame: { type: 'read', seq: this.lastSeq } }] : [];
  }

  /**
   * @param {any} frame
   * @param {number} now
   * @returns {Command[]}
   */
  receive(frame, now) {
    switch (frame.type) {
      case 'welcome':
        return this.#welcome(frame, now);
      case 'message':
        return this.#message(frame);
      case 'ack':
        return this.#ack(frame);
      case 'state':
        this.#state(frame);
        return [];
      case 'typing':
        this.typing = { from: frame.from, until: now + TYPING_FOR_MS };
        return [];
      case 'read':
        if (frame.from !== 'shopper') this.agentRead = Math.max(this.agentRead, Number(frame.seq) || 0);
        return [];
      case 'error':
        return this.#error(frame, now);
      default:
        return [];
    }
  }

  /**
   * Messages that were fetched because a welcome could not hold them all.
   * @param {any[]} messages
   * @param {boolean} more
   * @returns {Command[]}
   */
  fetched(messages, more) {
    const before = this.lastSeq;
    for (const message of messages) this.#accept(message);
    return more && this.lastSeq > before ? [{ do: 'fetch', after: this.lastSeq }] : [];
  }

  /**
   * What only time does: typing ends, unanswered words are said again or fail.
   * @param {number} now
   * @returns {{ changed: boolean, commands: Command[] }}
   */
  tick(now) {
    /** @type {Command[]} */
    const commands = [];
    let changed = false;
    if (this.typing && this.typing.until <= now) {
      this.typing = null;
      changed = true;
    }
    for (const entry of this.pending) {
      if (entry.status !== 'pending') continue;
      if (entry.again !== null && entry.again <= now) {
        this.#replace(entry, { again: null, since: now, attempts: entry.attempts + 1 });
        if (this.live) commands.push(this.#frameFor(entry));
      } else if (entry.again === null && entry.since + UNACKED_FOR_MS <= now) {
        this.#replace(entry, { status: 'failed' });
        changed = true;
      }
    }
    return { changed, commands };
  }

  /**
   * @param {any} frame
   * @param {number} now
   * @returns {Command[]}
   */
  #welcome(frame, now) {
    const same = this.id === frame.conversation && this.resuming && !this.startAfresh;
    if (this.id !== null && this.id !== frame.conversation) {
      this.seen = 0;
      // What was uploaded belongs to the other conversation.
      for (const entry of this.pending) if (entry.picture && entry.content.image) this.#replace(entry, { content: {}, status: 'uploading' });
    }
    this.id = frame.conversation;
    this.token = frame.token ?? this.token;
    this.shop = frame.shop ?? this.shop;
    this.live = true;
    this.startAfresh = false;
    /** @type {any[]} */
    const messages = Array.isArray(frame.messages) ? frame.messages : [];
    if (!same) {
      this.messages = [];
      this.ahead.clear();
      this.lastSeq = messages.length > 0 ? messages[0].seq - 1 : (Number(frame.seq) || 0);
    }
    for (const message of messages) this.#accept(message);
    this.#state(typeof frame.state === 'string' ? { mode: frame.state } : (frame.state ?? {}));
    const missing = same && frame.more === true;
    if (!missing) this.#closeGap();
    this.#forgetShown();
    const again = this.pending.filter((entry) => entry.status === 'pending');
    for (const entry of again) this.#replace(entry, { since: now, again: null });
    /** @type {Command[]} */
    const commands = again.map((entry) => this.#frameFor(entry));
    for (const { id, status } of this.pending) if (status === 'uploading') commands.push(...this.#uploadWhenLive(id));
    return missing ? [{ do: 'fetch', after: this.lastSeq }, ...commands] : commands;
  }

  /**
   * @param {any} frame
   * @returns {Command[]}
   */
  #message(frame) {
    const gap = !this.#accept(frame);
    if (frame.from === this.typing?.from) this.typing = null;
    return gap && this.ahead.size === 1 ? [{ do: 'reconnect' }] : [];
  }

  /**
   * Takes a message at its place. One that was there already is dropped.
   * @param {any} frame
   * @returns {boolean} false when messages before it are missing
   */
  #accept(frame) {
    const seq = Number(frame.seq);
    if (!Number.isInteger(seq)) return true;
    if (frame.id) this.pending = this.pending.filter((entry) => entry.id !== frame.id);
    if (seq <= this.lastSeq) return true;
    if (seq > this.lastSeq + 1) {
      this.ahead.set(seq, frame);
      return false;
    }
    this.messages.push(shown(frame));
    this.lastSeq = seq;
    const next = this.ahead.get(seq + 1);
    this.ahead.delete(seq + 1);
    return next ? this.#accept(next) : true;
  }

  /** The server said all it has: what is still missing does not exist, and what came after it is shown. */
  #closeGap() {
    for (const seq of [...this.ahead.keys()].sort((a, b) => a - b)) {
      const frame = this.ahead.get(seq);
      this.ahead.delete(seq);
      if (seq <= this.lastSeq) continue;
      this.lastSeq = seq - 1;
      this.#accept(frame);
    }
  }

  /** Acked words whose message is among those already shown are not pending any more. */
  #forgetShown() {
    const shownIds = new Set(this.messages.map((message) => message.key));
    this.pending = this.pending.filter((entry) => !shownIds.has(entry.key));
  }

  /**
   * @param {any} frame
   * @returns {Command[]}
   */
  #ack(frame) {
    const entry = this.pending.find((one) => one.id === frame.id);
    if (entry) this.#replace(entry, { status: 'sent', again: null });
    return [];
  }

  /** @param {any} frame */
  #state(frame) {
    if (!frame.mode) return;
    if (frame.mode !== 'closed') this.rated = false;
    this.mode = frame.mode;
    this.queue = frame.mode === 'queue' ? (frame.queue ?? this.queue) : null;
    this.agent = frame.mode === 'agent' ? (frame.agent ?? this.agent) : null;
  }

  /** The next welcome is that of a new conversation. */
  #forget() {
    this.token = null;
    this.startAfresh = true;
  }

  /**
   * @param {any} frame
   * @param {number} now
   * @returns {Command[]}
   */
  #error(frame, now) {
    const code = String(frame.code ?? 'internal');
    const retryMs = Number.isFinite(frame.retry_ms) ? frame.retry_ms : null;
    const entry = frame.id ? this.pending.find((one) => one.id === frame.id) : undefined;
    if (code === 'bad_token' || code === 'bad_after') {
      if (code === 'bad_token') this.token = null;
      this.startAfresh = true;
      return [];
    }
    if (code === 'bad_shopper') {
      // On an open line the conversation is another shopper's: this one begins their own. Before it, the token is old.
      if (!this.live) return [{ do: 'sign_in_again' }];
      this.#forget();
      return [{ do: 'reconnect' }];
    }
    this.notice = { code, retryMs };
    if (code === 'unsupported_version') return [{ do: 'stop' }];
    if (!entry) return [];
    if (PASSING.has(code) && entry.attempts < MOST_ATTEMPTS) {
      this.#replace(entry, { again: now + (retryMs ?? 1000 * entry.attempts) });
      return [];
    }
    this.#replace(entry, { status: 'failed', again: null, problem: code });
    return PASSING.has(code) || RETRYABLE.has(code) ? [] : this.takeBack(entry.id);
  }

  /**
   * Entries are replaced, never changed, so that the view sees what is new.
   * @param {Pending} entry
   * @param {Partial<Pending>} change
   */
  #replace(entry, change) {
    this.pending = this.pending.map((one) => (one === entry ? { ...one, ...change } : one));
  }

  /**
   * @param {Pending} entry
   * @returns {Command}
   */
  #frameFor(entry) {
    return { do: 'send', frame: { type: 'say', id: entry.id, ...entry.content } };
  }
}

/**
 * @param {any} frame
 * @returns {Message}
 */
function shown(frame) {
  const parts = Array.isArray(frame.parts) ? frame.parts : [{ kind: 'text', text: String(frame.text ?? '') }];
  const traced = frame.intent !== undefined || frame.source !== undefined;
  return {
    key: frame.id ? `id:${frame.id}` : `seq:${frame.seq}`,
    seq: frame.seq,
    from: frame.from,
    agent: frame.agent?.name ?? null,
    at: frame.at,
    parts,
    trace: traced ? { intent: frame.intent, confidence: frame.confidence, source: frame.source, micros: frame.micros } : null,
  };
}
