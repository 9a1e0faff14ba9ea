// Draws the conversation itself: messages, times between them, what is pending, who is typing.

import { KeyedList, fill, h } from '../shared/html.js';
import { showDay, showTime } from '../shared/format.js';
import { icon } from '../shared/icons.js';
import { drawPart } from '../shared/parts.js';
import { fitting, reserve } from '../shared/pictures.js';
import { sticker } from '../shared/stickers.js';

/** @typedef {import('./conversation.js').Conversation} Conversation */
/** @typedef {import('./conversation.js').Message} Message */
/** @typedef {import('./conversation.js').Pending} Pending */
/** @typedef {import('../shared/i18n.js').Translate} Translate */
/**
 * @typedef {object} LogActions
 * @property {(content: Record<string, string>, label: string) => void} say
 * @property {(id: string) => void} retry
 * @property {(id: string) => void} takeBack
 * @property {() => void} seen the end of the conversation came into view
 */
/** @typedef {{ t: Translate, locale: string, origin: string, mascot: string, trace: boolean, find: (address: string) => Promise<string> }} Setting */
/** @typedef {{ kind: 'message', key: string, message: Message, active: boolean, first: boolean, read: boolean } | { kind: 'pending', key: string, entry: Pending } | { kind: 'time', key: string, at: string }} Row */

const QUIET_MS = 5 * 60_000;
/** Pixels from the end that still count as being there. */
const END_WITHIN = 48;
const LARGEST = { width: 220, height: 240 };
/** What is wrong with a picture itself: the same again would be refused again. */
const HOPELESS = new Set(['too_large', 'too_many_pixels', 'unsupported_media', 'bad_image', 'too_many']);

export class Log {
  /** @param {LogActions} actions */
  constructor(actions) {
    this.actions = actions;
    this.list = h('ol');
    this.typing = h('div', { class: 'typing', hidden: true });
    this.newer = h('button', { class: 'newer', type: 'button', hidden: true, onclick: () => this.toEnd() });
    this.hello = h('div', { class: 'hello' });
    this.root = h('div', { class: 'log', role: 'log', 'aria-live': 'off', tabindex: '0', onscroll: () => this.#scrolled() },
      this.hello, this.list, this.typing, this.newer);
    this.atEnd = true;
    /** @type {Setting | null} */
    this.setting = null;
    /** @type {Map<any, Row>} */
    this.rows = new Map();
    /** @type {KeyedList<Row>} */
    this.keyed = new KeyedList(this.list, { key: (row) => row.key, draw: (row) => this.#draw(row), stamp: (row) => this.#stamp(row) });
        this.endTop = 0;
    const grown = new ResizeObserver(() => this.atEnd && this.toEnd());
    grown.observe(this.root);
    grown.observe(this.list);
  }

  /**
   * @param {Conversation} conversation
   * @param {Setting} setting
   */
  update(conversation, setting) {
    const { t } = setting;
    this.setting = setting;
    this.root.setAttribute('aria-label', t('log'));
    const empty = conversation.messages.length === 0 && conversation.pending.length === 0;
    this.hello.hidden = !empty;
    if (empty) fill(this.hello, h('img', { src: setting.mascot, alt: '' }), h('h3', null, t('greeting_title')), h('p', null, t('greeting')));
    this.keyed.update(this.#rowsOf(conversation));
    this.#drawTyping(conversation);
    this.newer.textContent = t('new_messages');
    if (this.atEnd) this.toEnd();
    else this.newer.hidden = conversation.unread === 0;
  }

  toEnd() {
        this.root.scrollTop = this.root.scrollHeight;
    this.endTop = this.root.scrollTop;
    this.newer.hidden = true;
    this.atEnd = true;
  }

  #scrolled() {
        const { scrollHeight, scrollTop, clientHeight } = this.root;
    // A banner that comes and a picture that has loaded move the end away too: only who scrolls up has left it.
    if (scrollHeight - scrollTop - clientHeight < END_WITHIN) this.atEnd = true;
    else if (scrollTop < this.endTop - 2) this.atEnd = false;
    if (!this.atEnd || this.newer.hidden) return;
    this.newer.hidden = true;
    this.actions.seen();
  }

  /**
   * Rows keep their identity while nothing about them changes, so that only what is new is drawn.
   * @param {Conversation} conversation
   * @returns {Row[]}
   */
  #rowsOf(conversation) {
    const { messages, pending } = conversation;
    /** @type {Row[]} */
    const rows = [];
    const lastSaid = pending.length > 0 ? Infinity : (messages.findLast((one) => one.from === 'shopper')?.seq ?? 0);
    let before = 0;
    let from = '';
    for (const message of messages) {
      const at = new Date(message.at).getTime() || before;
      if (at - before > QUIET_MS) {
        rows.push(this.#same(`time:${message.key}`, { kind: 'time', key: `time:${message.key}`, at: message.at }, message));
        from = '';
      }
      before = at;
      const read = message.seq === lastSaid && message.seq <= conversation.agentRead;
      rows.push(this.#same(message, { kind: 'message', key: message.key, message, active: message.seq > lastSaid, first: message.from !== from, read }, message));
      from = message.from;
    }
    for (const entry of pending) rows.push(this.#same(entry, { kind: 'pending', key: entry.key, entry }, entry));
    const kept = new Set(rows);
    for (const [key, row] of this.rows) if (!kept.has(row)) this.rows.delete(key);
    return rows;
  }

  /**
   * @param {any} key
   * @param {Row} row
   * @param {object} source
   * @returns {Row}
   */
  #same(key, row, source) {
    const old = this.rows.get(key);
    const same = old && old.kind === row.kind && (old.kind !== 'message' || (row.kind === 'message' && old.message === source && old.active === row.active && old.first === row.first && old.read === row.read));
    if (same) return old;
    this.rows.set(key, row);
    return row;
  }

  /** @param {Row} row */
  #stamp(row) {
    return `${this.setting?.locale} ${this.setting?.trace} ${row.kind}`;
  }

  /** @param {Row} row */
  #draw(row) {
    if (row.kind === 'time') return h('li', { class: 'when' }, showDay(this.#set().locale, row.at));
    return row.kind === 'pending' ? this.#drawPending(row.entry) : this.#drawMessage(row);
  }

  #set() {
    return /** @type {Setting} */ (this.setting);
  }

  /** @param {Extract<Row, { kind: 'message' }>} row */
  #drawMessage({ message, active, first, read }) {
    const { t, locale, origin, trace, find } = this.#set();
    const context = { t, locale, pictures: origin, links: document.baseURI, active, find, say: message.from === 'shopper' ? null : this.actions.say };
    const who = message.from === 'system' ? null : h('span', { class: 'hush' }, t(`from_${message.from}`));
    return h('li', { class: `row ${message.from}`, title: showTime(locale, message.at) },
      message.from === 'bot' || message.from === 'agent' ? this.#face(message.from, first, message.agent) : null,
      h('div', { class: 'stack' }, who, message.parts.map((part) => drawPart(part, context)),
        read && h('div', { class: 'mark' }, t('read')),
        trace && message.trace && this.#drawTrace(message.trace)));
  }

  /**
   * @param {'bot' | 'agent'} from
   * @param {boolean} visible the first of several in a row shows its face
   * @param {string | null} agent whose first letter stands for a face
   */
  #face(from, visible, agent) {
    if (!visible) return h('span', { class: 'face' });
    return from === 'bot' ? h('img', { class: 'face', src: this.#set().mascot, alt: '' }) : h('span', { class: 'face letter', 'aria-hidden': 'true' }, agent ? [...agent][0] : '人');
  }

  /** @param {Pending} entry */
  #drawPending(entry) {
    const { t } = this.#set();
    const failed = entry.status === 'failed';
    const reason = entry.picture && failed ? t(`problem_${entry.problem}`) : '';
    const hopeless = entry.problem !== undefined && HOPELESS.has(entry.problem);
    const mark = failed
      ? h('div', { class: 'mark failed' }, `⚠ ${reason === '' || reason.startsWith('problem_') ? t('failed') : reason}`,
        !hopeless && h('button', { type: 'button', onclick: () => this.actions.retry(entry.id) }, t('retry')),
        (entry.content.text || entry.picture) && h('button', { type: 'button', onclick: () => this.actions.takeBack(entry.id) }, t(entry.picture ? 'take_back' : 'edit')))
      : entry.status === 'pending' && h('div', { class: 'mark' }, t('pending'));
    const shown = entry.picture ? this.#drawSending(entry, entry.picture) : entry.content.sticker
      ? sticker(entry.content.sticker, entry.label, this.#set().origin, 112) : h('div', { class: 'bubble' }, entry.label);
    return h('li', { class: entry.status === 'sent' ? 'row shopper' : 'row shopper waiting' },
      h('div', { class: 'stack' }, h('span', { class: 'hush' }, t('from_shopper')), shown, mark));
  }

  /**
   * A picture on its way: what it shows, how far it is, and a way to stop it.
   * @param {Pending} entry
   * @param {import('./conversation.js').Picture} picture
   */
  #drawSending({ id, status, label }, picture) {
    const { t } = this.#set();
    const { width, height } = fitting(picture, LARGEST);
    const ring = () => h('div', { class: 'ring', role: 'progressbar', 'aria-label': t('uploading'), 'aria-valuemin': 0, 'aria-valuemax': 100, 'aria-valuenow': 0, dataset: { upload: id } },
      h('button', { type: 'button', 'aria-label': t('stop_upload'), onclick: () => this.actions.takeBack(id) }, icon('close', 18)));
    const place = h('div', { class: `photo sending ${status}` }, h('img', { src: picture.url, alt: label, width, height }), status === 'uploading' && ring());
    reserve(place, { width, height });
    return place;
  }

  /**
   * Drawn into what is there: a row drawn anew many times a second would flicker.
   * @param {string} id
   * @param {number} share
   */
  showProgress(id, share) {
    const ring = /** @type {HTMLElement | null} */ (this.list.querySelector(`[data-upload="${id}"]`));
    ring?.style.setProperty('--share', String(share));
    ring?.setAttribute('aria-valuenow', String(Math.round(share * 100)));
  }

  /** @param {import('./conversation.js').Trace} trace */
  #drawTrace(trace) {
    const { t } = this.#set();
    const confidence = trace.confidence === undefined ? '' : `${Math.round(trace.confidence * 1000) / 10} %`;
    const micros = trace.micros === undefined ? '' : trace.micros >= 1000 ? `${(trace.micros / 1000).toFixed(1)} ms` : `${trace.micros} µs`;
    /** @type {[string, string | undefined][]} */
    const pairs = [['trace_intent', trace.intent], ['trace_confidence', confidence], ['trace_source', trace.source], ['trace_micros', micros]];
    return h('details', { class: 'trace' },
      h('summary', null, [trace.intent, confidence, micros].filter(Boolean).join(' · ') || t('trace')),
      h('dl', null, pairs.filter(([, value]) => value).flatMap(([name, value]) => [h('dt', null, t(name)), h('dd', null, value)])));
  }

  /** @param {Conversation} conversation */
  #drawTyping({ typing, mode, agent }) {
    const from = typing?.from === 'agent' ? 'agent' : 'bot';
    this.typing.hidden = !typing || (mode === 'agent' && from === 'bot');
    if (this.typing.hidden) return;
    fill(this.typing, this.#face(from, true, agent?.name ?? null), h('div', { class: 'dots', role: 'img', 'aria-label': this.#set().t(`typing_${from}`) }, h('i'), h('i'), h('i')));
  }
}
