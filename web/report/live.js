// How things stand now: asked for every three seconds while somebody looks, and not while nobody does.

import { fill, h } from '../shared/html.js';
import { request } from '../shared/signin.js';
import { showTime } from '../shared/format.js';
import { NOTHING, nameIn, share, showPercent, showSeconds } from './figures.js';

/** @typedef {import('./figures.js').Live} Live */

const EVERY = 3000;

export class LiveView {
  /** @param {{ t: import('../shared/i18n.js').Translate, locale: string, shop: string, signedOut: () => void }} page */
  constructor(page) {
    this.page = page;
    this.place = h('section', { class: 'now', 'aria-labelledby': 'now-title' });
    /** @type {Live | null} */
    this.live = null;
    this.reachable = true;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.over = false;
    this.drawn = '';
    this.onVisible = () => this.#look();
    document.addEventListener('visibilitychange', this.onVisible);
    this.#look();
  }

  stop() {
    this.over = true;
    clearTimeout(this.timer);
    document.removeEventListener('visibilitychange', this.onVisible);
  }

  async #look() {
    clearTimeout(this.timer);
    if (this.over || document.hidden) return;
    const { ok, status, value } = await request('GET', `/api/v1/desk/live?shop=${encodeURIComponent(this.page.shop)}`);
    if (this.over) return;
    if (status === 401) return this.page.signedOut();
    this.reachable = ok;
    if (ok) this.live = value;
    this.draw();
    clearTimeout(this.timer);
    if (!document.hidden) this.timer = setTimeout(() => this.#look(), EVERY);
  }

  draw() {
    const { page: { t }, live, place } = this;
    if (!live && this.reachable) return fill(place, h('h2', { id: 'now-title' }, t('now')), h('p', { class: 'soft' }, t('loading')));
    // Nothing is drawn again that looks the same: a reader keeps their place and their selection.
    const now = JSON.stringify([this.reachable, live]);
    if (now === this.drawn) return;
    this.drawn = now;
    const scrolled = [...place.querySelectorAll('.scroll')].map((one) => one.scrollLeft);
    const focused = [...place.querySelectorAll('.scroll')].indexOf(/** @type {Element} */ (document.activeElement));
    fill(place,
      h('div', { class: 'head' }, h('h2', { id: 'now-title' }, t('now')),
        h('span', { class: this.reachable ? 'pulse' : 'pulse off', role: this.reachable ? null : 'status' }, this.reachable || !live ? t(live ? 'now_updated' : 'failed') : t('now_stale', { time: showTime(this.page.locale, live.at) }))),
      live && [this.#tiles(live), h('div', { class: 'pair' }, this.#queues(live), this.#people(live))]);
    [...place.querySelectorAll('.scroll')].forEach((one, at) => {
      one.scrollLeft = scrolled[at] ?? 0;
      if (at === focused) /** @type {HTMLElement} */ (one).focus({ preventScroll: true });
    });
  }

  /** @param {Live} live */
  #tiles(live) {
    const { t } = this.page;
    const sum = (/** @type {(line: Live['queue'][number]) => number} */ of) => live.queue.reduce((all, line) => all + of(line), 0);
    const [waiting, late, held] = [sum((line) => line.waiting), sum((line) => line.late), sum((line) => line.held)];
    const longest = Math.max(...live.queue.map((line) => line.longest ?? 0));
    const here = live.people.filter(({ status }) => status === 'here');
    const there = live.people.filter(({ status }) => status !== 'offline').length;
    const room = here.reduce((all, { capacity, load }) => all + Math.max(0, capacity - load), 0);
    const unanswered = live.people.reduce((all, one) => all + one.unanswered, 0);
    const overdue = live.people.reduce((all, one) => all + one.late, 0);
    const kept = share(live.today.level.within, live.today.level.of);
    const queueNote = waiting === 0 ? t('n_nobody') : `${t('n_longest', { time: showSeconds(longest, t) })}${late > 0 ? ` · ${t('n_late', { n: late })}` : ''}`;
    const heldNote = overdue > 0 ? t('n_late', { n: overdue }) : unanswered > 0 ? t('n_unanswered', { n: unanswered }) : t('n_all_answered');
    const messages = live.messages;
    return h('div', { class: 'tiles live' },
      tile(t('n_waiting'), waiting, queueNote, late > 0 ? 'bad' : waiting > 0 ? 'warn' : ''),
      tile(t('n_held'), held, heldNote, overdue > 0 ? 'bad' : ''),
      tile(t('n_here'), [here.length, h('small', null, ` / ${live.people.length}`)], there === 0 ? t('offline') : room > 0 ? t('n_room', { n: room }) : t(here.length === 0 ? 'away' : 'n_no_room'), here.length === 0 && waiting > 0 ? 'bad' : ''),
      tile(t('n_messages'), messages.waiting, messages.waiting === 0 ? t('n_messages_none') : messages.late > 0 ? t('n_late', { n: messages.late }) : t('n_messages_kept'), messages.late > 0 ? 'bad' : ''),
      tile(t('n_today'), showPercent(kept, 0), t('n_today_of', { n: live.today.came }), kept === null ? '' : kept >= 90 ? 'good' : kept < 70 ? 'bad' : 'warn'));
  }

  /** @param {Live} live */
  #queues(live) {
    const { t, locale } = this.page;
    return h('div', { class: 'card' }, h('h3', null, t('queues')),
      h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': t('queues') }, h('table', null, h('caption', { class: 'hush' }, t('queues')),
        h('thead', null, h('tr', null, ['c_group', 'c_waiting', 'c_longest', 'c_next', 'c_held', 'c_here', 'c_room'].map((name) => h('th', { scope: 'col' }, t(name))))),
        h('tbody', null, live.queue.map((line) => h('tr', null,
          h('th', { scope: 'row' }, nameIn(line.group.name, locale, line.group.id || t('everybody'))),
          h('td', { class: line.late > 0 ? 'bad' : line.waiting > 0 ? 'strong' : 'faint' }, line.waiting),
          h('td', { class: line.late > 0 ? 'bad' : 'faint' }, showSeconds(line.longest, t)),
          h('td', { class: 'faint' }, line.next_wait === null ? NOTHING : t('about', { time: showSeconds(line.next_wait, t) })),
          h('td', null, line.held), h('td', { class: line.here === 0 && line.waiting > 0 ? 'bad' : '' }, line.here), h('td', { class: line.room === 0 ? 'faint' : '' }, line.room)))))));
  }

  /** @param {Live} live */
  #people(live) {
    const { t, locale } = this.page;
    const order = { here: 0, away: 1, offline: 2 };
    const people = [...live.people].sort((one, other) => order[one.status] - order[other.status] || other.load - one.load);
    return h('div', { class: 'card' }, h('h3', null, t('people')), people.length === 0 ? h('p', { class: 'soft' }, t('no_people')) : h('ul', { class: 'people', tabindex: 0, 'aria-label': t('people') }, people.map((one) => {
      const full = one.load >= one.capacity;
      const idle = one.since && one.load === 0 && one.status === 'here' ? (Date.parse(live.at) - Date.parse(one.since)) / 1000 : null;
      const groups = one.groups.map((group) => nameIn(group.name, locale, group.id)).join(locale === 'en' ? ', ' : '、');
      return h('li', { class: one.status },
        h('span', { class: 'who' }, h('i', { class: 'dot', 'aria-hidden': 'true' }), h('b', null, one.agent.name), h('span', { class: 'soft' }, t(one.status), groups && ` · ${groups}`)),
        h('span', { class: 'what' }, one.late > 0 ? h('span', { class: 'flag bad' }, t('n_late', { n: one.late })) : one.unanswered > 0 ? h('span', { class: 'flag' }, t('n_unanswered', { n: one.unanswered })) : idle !== null && idle >= 60 && h('span', { class: 'soft' }, t('since', { time: showSeconds(Math.floor(idle / 60) * 60, t) }))),
        h('span', { class: 'load', role: 'img', 'aria-label': t('load_label', { load: one.load, capacity: one.capacity }) },
          h('span', { class: 'track', 'aria-hidden': 'true' }, h('i', { class: full ? 'gold' : 'teal', style: `width:${Math.min(100, (one.load / Math.max(1, one.capacity)) * 100).toFixed(0)}%` })), h('span', { 'aria-hidden': 'true' }, t('load', { load: one.load, capacity: one.capacity }))));
    })));
  }
}

/**
 * @param {string} name
 * @param {import('../shared/html.js').Children} value
 * @param {import('../shared/html.js').Children} note
 * @param {string} [tone]
 * @param {import('../shared/html.js').Child} [more]
 */
export function tile(name, value, note, tone = '', more = null) {
  return h('div', { class: `tile ${tone}` }, h('h3', null, name), h('p', { class: 'value' }, value), h('p', { class: 'note' }, note), more);
}
