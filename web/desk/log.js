// What was said, line by line. What is being read never moves: at the end it follows, anywhere else new lines wait
// below behind a pill, and earlier ones come in above without a jump.

import { KeyedList, h } from '../shared/html.js';
import { icon } from '../shared/icons.js';
import { showTime } from '../shared/format.js';
import { drawPart } from '../shared/parts.js';
import { mentionsIn } from './completions.js';

/** @typedef {import('./board.js').Board} Board */
/** @typedef {import('./board.js').Line} Line */
/** @typedef {import('./lists.js').Setting} Setting */
/** @typedef {{ retry: (id: string) => void, takeBack: (id: string) => void, earlier: () => void, seen: () => void }} LogActions */
/** @typedef {{ key: string, line: Line, first: boolean, mark: '' | 'sent' | 'read' } | { key: string, day: string }} Row */

const QUIET_MS = 5 * 60_000;
const END_WITHIN = 56;
/** How often to look for a line further up before giving up. */
const MOST_STEPS_BACK = 25;

export class Log {
  /** @param {LogActions} actions */
  constructor(actions) {
    this.actions = actions;
    this.earlier = /** @type {HTMLButtonElement} */ (h('button', { class: 'earlier', type: 'button', hidden: true, onclick: () => this.actions.earlier() }));
    this.list = h('ol');
    this.typing = h('p', { class: 'typing', hidden: true });
    this.content = h('div', { class: 'log-content' }, this.earlier, this.list, this.typing);
    this.scroller = h('div', { class: 'log', role: 'log', 'aria-live': 'off', tabindex: '0', onscroll: () => this.#scrolled() }, this.content);
    this.pill = h('button', { class: 'newer', type: 'button', hidden: true, onclick: () => this.toEnd() });
    this.root = h('div', { class: 'log-frame' }, this.scroller, this.pill);
    this.atEnd = true;
    this.leftAt = 0;
    /** Where the end was when it was last gone to. */
    this.endTop = 0;
    /** The last message that was drawn. */
    this.drawnSeq = 0;
    /** @type {string | null} */
    this.shown = null;
    /** @type {{ conversation: string, mark: string, seq: number, steps: number } | null} */
    this.wanted = null;
    /** @type {Board | null} */
    this.board = null;
    /** @type {Setting | null} */
    this.setting = null;
    this.drawn = '';
    /** @type {Map<string, Row>} */
    this.rows = new Map();
    /** @type {KeyedList<Row>} */
    this.keyed = new KeyedList(this.list, { key: (row) => row.key, stamp: () => `${this.setting?.locale}`, draw: (row) => this.#draw(row) });
    const follow = new ResizeObserver(() => this.#noticeLeaving() && this.toEnd());
    follow.observe(this.scroller);
    follow.observe(this.content);
  }

  /**
   * @param {Board} board
   * @param {Setting} setting
   */
  update(board, setting) {
    const { t } = setting;
    const thread = board.openThread;
    if (!thread || board.open === null) return;
    this.board = board;
    this.setting = setting;
    if (this.shown !== board.open) {
      this.shown = board.open;
      this.atEnd = true;
      this.endTop = 0;
      this.rows.clear();
      this.drawn = '';
    }
    this.#noticeLeaving();
    const stamp = JSON.stringify([board.open, thread.revision, setting.locale, board.colleagues.map(({ name }) => name), new Date().toDateString()]);
    if (stamp !== this.drawn) {
      this.drawn = stamp;
      this.scroller.setAttribute('aria-label', t('log'));
      this.earlier.textContent = t('earlier');
      this.#drawLines(board);
    }
    const typing = setting.now < thread.typingUntil;
    this.typing.hidden = !typing;
    if (typing && this.typing.textContent !== t('typing')) this.typing.textContent = t('typing');
    if (this.atEnd) this.toEnd();
    this.#drawPill(board, t);
    this.#seek(board);
  }

  toEnd() {
    this.atEnd = true;
    this.pill.hidden = true;
    if (this.scroller.scrollTop + this.scroller.clientHeight < this.scroller.scrollHeight - 1) this.scroller.scrollTop = this.scroller.scrollHeight;
    this.endTop = this.scroller.scrollTop;
  }

  /**
   * Somebody who scrolls up is heard of a moment later, and must not be pulled down by what comes in between.
   * @returns {boolean} whether the end is still looked at
   */
  #noticeLeaving() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    if (this.atEnd && scrollTop < this.endTop - 2 && scrollHeight - scrollTop - clientHeight >= END_WITHIN) this.#left(this.drawnSeq);
    return this.atEnd;
  }

  /**
   * Shows one line, fetching what is before it as far as needed.
   * @param {string} conversation
   * @param {string} mark how its element is known: `seq="3"`, `note="2"`
   * @param {number} seq how far back it is worth looking
   */
  reveal(conversation, mark, seq) {
    this.wanted = { conversation, mark, seq, steps: 0 };
  }

  /** @param {Board} board */
  #seek(board) {
    const { wanted } = this;
    const thread = board.openThread;
    if (!wanted || !thread || wanted.conversation !== board.open || thread.messages.length === 0) return;
    const node = this.list.querySelector(`[data-${wanted.mark}]`);
    if (node) {
      this.wanted = null;
      this.#left(thread.lastSeq);
      node.scrollIntoView({ block: 'center' });
      node.classList.add('hit');
      /** @type {HTMLElement} */ (node).tabIndex = -1;
      /** @type {HTMLElement} */ (node).focus({ preventScroll: true });
    } else if (thread.hasEarlier && wanted.seq < thread.messages[0].seq && wanted.steps < MOST_STEPS_BACK) {
      if (thread.asking) return;
      wanted.steps += 1;
      this.actions.earlier();
    } else this.wanted = null;
  }

  /** @param {Board} board */
  #drawLines(board) {
    const first = this.list.querySelector('[data-seq]');
    const before = first?.getBoundingClientRect().top ?? 0;
    this.earlier.hidden = !board.openThread?.hasEarlier;
    this.keyed.update(this.#rowsOf(board));
    this.drawnSeq = board.openThread?.lastSeq ?? 0;
    if (!this.atEnd && first?.isConnected) this.scroller.scrollTop += first.getBoundingClientRect().top - before;
  }

  /** @param {Board} board @param {import('../shared/i18n.js').Translate} t */
  #drawPill(board, t) {
    const fresh = this.atEnd ? 0 : (board.openThread?.messages.filter(({ seq, from }) => seq > this.leftAt && from !== 'agent').length ?? 0);
    const far = !this.atEnd && this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight > this.scroller.clientHeight;
    this.pill.hidden = fresh === 0 && !far;
    const words = fresh > 0 ? t('new_messages', { n: fresh }) : t('to_end');
    if (this.pill.textContent !== words) this.pill.replaceChildren(icon('down', 16), words);
  }

  #scrolled() {
    const { scroller } = this;
    const atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < END_WITHIN;
        // A banner that comes and a picture that has loaded move the end away too: only who scrolls up has left it.
    if (this.atEnd && !atEnd && scroller.scrollTop < this.endTop - 2) this.#left(this.drawnSeq);
    else if (!this.atEnd && atEnd) {
      this.atEnd = true;
      this.actions.seen();
    }
    if (this.board && this.setting) this.#drawPill(this.board, this.setting.t);
    // At the top, what was said before is wanted.
    if (scroller.scrollTop < 40 && scroller.scrollHeight > scroller.clientHeight && this.board?.openThread?.hasEarlier) this.actions.earlier();
  }

  /** @param {number} seq the last message that was there when the end went out of sight */
  #left(seq) {
    if (this.atEnd) this.leftAt = seq;
    this.atEnd = false;
  }

  /**
   * Lines with the days between them, each saying whether its speaker changed and, for the last of ours, whether it was read.
   * @param {Board} board
   * @returns {Row[]}
   */
  #rowsOf(board) {
    const thread = /** @type {import('./thread.js').Thread} */ (board.openThread);
    const lines = thread.lines();
    const ours = thread.messages.findLast(({ from }) => from === 'agent')?.seq ?? 0;
    /** @type {Row[]} */
    const rows = [];
    let [day, speaker, before] = ['', '', 0];
    for (const line of lines) {
      const at = line.kind === 'message' ? line.message.at : line.kind === 'note' ? line.note.at : line.entry.at;
      const time = Date.parse(at);
      const today = new Date(time).toDateString();
      if (today !== day) rows.push(this.#row({ key: `day:${today}`, day: at }));
      const who = line.kind === 'message' ? `${line.message.from} ${line.message.agent?.name ?? ''}` : line.kind === 'note' ? `note ${line.note.agent.name}` : `mine ${line.entry.kind}`;
      const first = today !== day || who !== speaker || time - before > QUIET_MS;
      const mark = line.kind === 'message' && line.message.seq === ours ? (ours <= thread.shopperRead ? 'read' : 'sent') : '';
      rows.push(this.#row({ key: line.key, line, first, mark }));
      [day, speaker, before] = [today, who, time];
    }
    this.rows = new Map(rows.map((row) => [row.key, row]));
    return rows;
  }

  /** @param {Row} row @returns {Row} the one from before, if it shows the same */
  #row(row) {
    const old = this.rows.get(row.key);
    if (!old) return row;
    if ('day' in row) return old;
    return 'line' in old && old.line === row.line && old.first === row.first && old.mark === row.mark ? old : row;
  }

  /** @param {Row} row */
  #draw(row) {
    const { t, locale } = /** @type {Setting} */ (this.setting);
    if ('day' in row) return h('li', { class: 'day' }, h('span', null, showDayName(locale, row.day, t)));
    const { line, first, mark } = row;
    if (line.kind === 'pending') return this.#drawPending(line.entry);
    if (line.kind === 'note') return this.#drawNote(line.note, first);
    return this.#drawMessage(line.message, first, mark);
  }

  /** @param {import('./thread.js').Note} note @param {boolean} first */
  #drawNote(note, first) {
    const { t, locale } = /** @type {Setting} */ (this.setting);
    const board = /** @type {Board} */ (this.board);
    const names = [...board.colleagues.map(({ name }) => name), board.agent?.name ?? ''];
    return h('li', { class: `line note${first ? ' first' : ''}`, dataset: { note: note.n } },
      first && h('p', { class: 'speaker' }, `${t('note')} · ${note.agent.name}`),
      h('div', { class: 'bubble' }, mentionsIn(note.text, names).map(({ text, mention }) => (mention ? h('mark', null, text) : text))),
      h('small', { class: 'when' }, showTime(locale, note.at)));
  }

  /** @param {import('./thread.js').Message} message @param {boolean} first @param {string} mark */
  #drawMessage(message, first, mark) {
    const { t, locale } = /** @type {Setting} */ (this.setting);
    const board = /** @type {Board} */ (this.board);
    const context = { t, locale, pictures: location.origin, links: location.origin, active: false, say: null };
    const names = { agent: message.agent?.name ?? t('agent'), bot: t('bot'), shopper: board.card?.shopper.name || t('guest') };
    const who = names[/** @type {'bot'} */ (message.from)];
    const small = message.from === 'system' ? null : [showTime(locale, message.at), mark && ` · ${t(`mark_${mark}`)}`];
    return h('li', { class: `line ${message.from}${first ? ' first' : ''}`, dataset: { seq: message.seq } },
      who && (first ? h('p', { class: 'speaker' }, who) : h('span', { class: 'hush' }, who)),
      message.parts.map((part) => drawPart(part, context)),
      small && h('small', { class: mark ? 'when keep' : 'when' }, small));
  }

  /** @param {import('./thread.js').Pending} entry */
  #drawPending(entry) {
    const { t } = /** @type {Setting} */ (this.setting);
    const failed = entry.status === 'failed';
    return h('li', { class: `line ${entry.kind === 'note' ? 'note' : 'agent'} first ${entry.status === 'sent' ? '' : 'waiting'}` },
      h('div', { class: 'bubble' }, entry.label),
      failed
        ? h('small', { class: 'failed' }, `⚠ ${t('failed')}`,
          h('button', { type: 'button', onclick: () => this.actions.retry(entry.id) }, t('retry')),
          entry.content.text !== undefined && h('button', { type: 'button', onclick: () => this.actions.takeBack(entry.id) }, t('edit')))
        : h('small', { class: 'when' }, t(entry.status === 'sent' ? 'mark_sent' : 'pending')));
  }
}

/**
 * @param {string} locale
 * @param {string} at
 * @param {import('../shared/i18n.js').Translate} t
 */
function showDayName(locale, at, t) {
  const date = new Date(at);
  const today = new Date();
  if (date.toDateString() === today.toDateString()) return t('today');
  today.setDate(today.getDate() - 1);
  if (date.toDateString() === today.toDateString()) return t('yesterday');
  return new Intl.DateTimeFormat(locale, { month: 'long', day: 'numeric', weekday: 'short', year: date.getFullYear() === today.getFullYear() ? undefined : 'numeric' }).format(date);
}
