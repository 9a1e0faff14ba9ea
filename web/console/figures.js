// Figures of the assistant: how much it answered by itself, what it did not know, what is asked most and never, and what
// it sold.

import { fill, h } from '../shared/html.js';
import { icon } from '../shared/icons.js';
import { showTime } from '../shared/format.js';
import { request } from '../shared/signin.js';
import { drawChart, drawLegend } from '../report/charts.js';
import { NOTHING, change, nameIn, showMean, showPercent, ticks } from '../report/figures.js';
import { around, dayLabel, named, plusDays, step } from '../report/period.js';
import { amounts, plain, sortable } from '../report/tables.js';

/** @typedef {import('./faq.js').World} World */
/** @typedef {import('../report/period.js').Span} Span */
/**
 * @typedef {{ visits: number, asked: number, answered: number, unknown: number, clarified: number, out_of_scope: number, handed: number,
 *   resolved: number, repeated: number, undecided: number, hopeful: number, ratings: number[], understood: number | null, resolved_share: number | null, rating: number | null }} Counts
 */
/** @typedef {{ count: number, median: number | null, p90: number | null }} Times */
/** @typedef {{ zh: string | null, en: string | null } | null} Name */
/**
 * @typedef {{ total: Counts, days: (Counts & { date: string })[], hours: (Counts & { hour: number })[], locales: (Counts & { locale: string })[],
 *   pages: (Counts & { product: string | null })[], intents: { intent: string, name: Name, count: number, unresolved: number }[],
 *   faq: { faq: string, ask: string | null, count: number, unresolved: number }[],
 *   promotions: { promotion: string, title: Name, quoted: number, used: number }[], reasons: { code: string, name: string, count: number }[],
 *   orders: { count: number, paid: { amount: string, currency: string } } | null, first_response: Times, length: Times, today: string, at: string }} Figures
 */

/** While today is shown, it is read again so often, in milliseconds: a sale's night is watched. */
const AGAIN_MS = 15_000;
/** Rows of a list of what is asked most. */
const SHOWN = 12;

export class FiguresPage {
  /** @param {import('./draft.js').Draft} draft @param {string} shop @param {World} world */
  constructor(draft, shop, world) {
    this.path = `${draft.path}/figures`;
    this.shop = shop;
    this.world = world;
    /** @type {Span} */
    this.span = 'week';
    this.today = '';
    /** @type {import('../report/period.js').Period | null} */
    this.period = null;
    this.asked = 0;
    this.drawn = '';
    this.head = h('div', { class: 'head' });
    this.body = h('div', { class: 'figures-body', 'aria-live': 'polite' });
    this.root = h('section', { class: 'page insight' }, this.head, this.body);
  }

  update() {
    if (this.period === null) return this.#begin();
    if (this.timer === undefined) this.#wait();
    return undefined;
  }

  /** The server says what day it is where the shop is. */
  async #begin() {
    const { ok, value } = await request('GET', this.path);
    if (!ok) return fill(this.body, h('p', { class: 'problem', role: 'alert' }, this.world.t('failed')));
    this.today = value.today;
    return this.#move(this.span, this.today);
  }

  /** @param {Span} span @param {string} day */
  #move(span, day) {
    this.span = span;
    this.period = around(span, day > this.today ? this.today : day);
    this.#drawHead();
    return this.#load();
  }

  #drawHead() {
    const { t, locale } = this.world;
    const period = /** @type {import('../report/period.js').Period} */ (this.period);
    const next = step(this.span, period, 1);
    const day = period.to > this.today ? this.today : period.to;
    fill(this.head, h('h2', null, t('figures_title')), h('div', { class: 'picker' },
      h('div', { class: 'segments', role: 'group', 'aria-label': t('figures_span') }, /** @type {Span[]} */ (['day', 'week', 'month']).map((one) => h('button', { type: 'button', 'aria-pressed': String(one === this.span), onclick: () => void this.#move(one, day) }, t(`figures_${one}`)))),
      h('div', { class: 'steps' },
        h('button', { type: 'button', class: 'round', 'aria-label': t('figures_earlier'), onclick: () => void this.#move(this.span, plusDays(period.from, -1)) }, icon('back', 18)),
        h('b', { class: 'which' }, named(this.span, period, locale)),
        h('button', { type: 'button', class: 'round later', 'aria-label': t('figures_later'), disabled: next.from > this.today, onclick: () => void this.#move(this.span, next.from) }, icon('back', 18)))));
  }

  /** @param {import('../report/period.js').Period} period */
  #ask({ from, to }) {
    return request('GET', `${this.path}?from=${from}&to=${to}`);
  }

  async #load() {
    const period = /** @type {import('../report/period.js').Period} */ (this.period);
    const mine = ++this.asked;
    clearTimeout(this.timer);
    const [now, before] = await Promise.all([this.#ask(period), this.#ask(step(this.span, period, -1))]);
    if (mine !== this.asked) return;
    if (!now.ok) return fill(this.body, h('p', { class: 'problem', role: 'alert' }, this.world.t('failed')));
    this.#wait();
    // What has not changed stays as it is under the reader's eyes.
    const { at, ...figures } = now.value;
    const text = JSON.stringify([this.world.locale, period, figures]);
    if (text !== this.drawn) this.#draw(now.value, before.ok ? before.value : null);
    else if (this.clock) this.clock.textContent = this.world.t('figures_at', { time: showTime(this.world.locale, at) });
    this.drawn = text;
  }

  /** Today goes on. */
  #wait() {
    clearTimeout(this.timer);
    if (this.period && this.period.to < this.today) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (this.root.isConnected) void this.#load();
    }, AGAIN_MS);
  }

  /** @param {Figures} now @param {Figures | null} before */
  #draw(now, before) {
    const { t, locale } = this.world;
    if (now.total.visits === 0) {
      return fill(this.body, h('div', { class: 'card empty' }, h('img', { src: '/shared/mascot.svg', alt: '', width: 88, height: 88 }), h('h3', null, t('figures_empty')), h('p', { class: 'soft' }, t('figures_empty_hint'))));
    }
    this.clock = h('p', { class: 'soft' }, t('figures_at', { time: showTime(locale, now.at) }));
    return fill(this.body, this.#tiles(now, before), this.#charts(now),
      h('div', { class: 'pair' }, this.#reasons(now), this.#places(now)),
      h('div', { class: 'pair' }, this.#hot(now), this.#cold(now)),
      this.#intents(now), this.#promotions(now), this.clock);
  }

  /** @param {Figures} now @param {Figures | null} before */
  #tiles(now, before) {
    const { t, locale } = this.world;
    const [total, then] = [now.total, before && before.total.visits > 0 ? before.total : null];
    const percent = (/** @type {number | null} */ share) => (share === null ? null : share * 100);
    const moved = (/** @type {(counts: Counts) => number | null} */ of, /** @type {Parameters<typeof change>[2]} */ how) => {
      const told = then && change(of(total), of(then), how);
      return told && h('p', { class: `change ${told.tone}` }, h('span', { 'aria-hidden': 'true' }, { up: '▲ ', down: '▼ ', same: '' }[told.way]), told.way === 'same' ? t('figures_same') : [h('span', { class: 'hush' }, t(`figures_${told.way}`)), `${told.text}${how.points ? t('figures_points') : ''}`], h('span', { class: 'soft' }, ` ${t(`figures_vs_${this.span}`)}`));
    };
    const tile = (/** @type {string} */ name, /** @type {import('../shared/html.js').Children} */ value, /** @type {string} */ note, tone = '', /** @type {HTMLElement | null | false} */ more = null) => h('div', { class: `tile ${tone}` }, h('h3', null, name), h('p', { class: 'value' }, value), h('p', { class: 'note' }, note), more);
    const resolved = percent(total.resolved_share);
    const understood = percent(total.understood);
    const rated = total.ratings.reduce((sum, count) => sum + count, 0);
    return h('div', { class: 'tiles' },
      tile(t('f_visits'), total.visits, t('f_visits_of', { n: total.asked }), '', moved((it) => it.visits, { more: 'plain' })),
      tile(t('f_resolved'), showPercent(resolved), t('f_resolved_of', { n: total.resolved, m: total.hopeful, u: total.undecided }), resolved === null ? '' : resolved >= 70 ? 'good' : resolved < 40 ? 'bad' : 'warn', moved((it) => percent(it.resolved_share), { more: 'good', points: true })),
      tile(t('f_understood'), showPercent(understood), t('f_understood_of', { n: total.unknown, m: total.clarified }), understood === null ? '' : understood >= 90 ? 'good' : understood < 75 ? 'bad' : 'warn', moved((it) => percent(it.understood), { more: 'good', points: true })),
      tile(t('f_handed'), total.handed, t('f_handed_of', { share: showPercent((total.handed / total.visits) * 100) }), '', moved((it) => it.handed, { more: 'bad' })),
      tile(t('f_rating'), showMean(total.rating), t('f_rating_of', { n: rated }), '', moved((it) => it.rating, { more: 'good', points: true })),
      tile(t('f_first'), now.first_response.median === null ? NOTHING : t('f_ms', { n: now.first_response.median }), t('f_first_of', { n: now.first_response.p90 ?? 0, m: now.length.median ?? 0 })),
      tile(t('f_orders'), now.orders === null ? NOTHING : now.orders.count, now.orders === null ? t('f_orders_away') : t('f_orders_of', { paid: money(now.orders.paid, locale) })));
  }

  /** @param {Figures} now */
  #charts(now) {
    const { t, locale } = this.world;
    const several = now.days.length > 1;
    /** @type {(Counts & { label: string, title: string })[]} */
    const places = several
      ? now.days.filter(({ date }) => date <= this.today).map((it) => ({ ...it, label: dayLabel(it.date, this.span, locale), title: named('day', { from: it.date, to: it.date }, locale) }))
      : now.hours.map((it) => ({ ...it, label: String(it.hour), title: `${it.hour}:00–${it.hour + 1}:00` }));
    const of = (/** @type {string} */ name, /** @type {string} */ tone, /** @type {(it: Counts) => number | null} */ value) => ({ name, tone, values: places.map(value) });
    const visits = [of(t('f_alone'), 'teal', (it) => it.visits - it.handed), of(t('f_handed'), 'brand', (it) => it.handed)];
    const shares = [of(t('f_resolved'), 'teal', (it) => (it.resolved_share === null ? null : it.resolved_share * 100)), of(t('f_understood'), 'gold', (it) => (it.understood === null ? null : it.understood * 100))];
    const chart = (/** @type {string} */ title, /** @type {typeof visits} */ series, /** @type {'bars' | 'lines'} */ kind, /** @type {number[]} */ marks, /** @type {(value: number | null) => string} */ show) => h('div', { class: 'card' },
      h('div', { class: 'card-head' }, h('h3', null, title), this.#csv(several ? 'days' : 'hours')),
      drawChart({ labels: places.map(({ label }) => label), titles: places.map((it) => it.title), series, kind, marks, show, sentence: title }), drawLegend(series),
      h('details', null, h('summary', null, t('figures_table')), plain(title, ['', ...series.map(({ name }) => name)], places.map((it, place) => [it.title, ...series.map(({ values }) => show(values[place]))]))));
    const most = Math.max(1, ...places.map((it) => it.visits));
    return h('div', { class: 'charts' },
      chart(t('f_chart_visits'), visits, 'bars', ticks(most), (value) => String(value ?? NOTHING)),
      chart(t('f_chart_shares'), shares, 'lines', [0, 25, 50, 75, 100], (value) => showPercent(value, 0)));
  }

  /** @param {string} of */
  #csv(of) {
    const { t } = this.world;
    const { from, to } = /** @type {import('../report/period.js').Period} */ (this.period);
    return h('a', { class: 'csv', href: `${this.path}.csv?from=${from}&to=${to}&of=${of}`, download: '', 'aria-label': `CSV · ${t(`f_csv_${of}`)}`, dataset: { csv: of } }, icon('download', 16), 'CSV');
  }

  /** @param {string} title @param {string | null} of @param {import('../shared/html.js').Children[]} body */
  #card(title, of, ...body) {
    return h('div', { class: 'card' }, h('div', { class: 'card-head' }, h('h3', null, title), of !== null && this.#csv(of)), ...body);
  }

  /** @param {Figures} now */
  #reasons(now) {
    const { t } = this.world;
    const sum = now.reasons.reduce((all, { count }) => all + count, 0);
    const sorted = [...now.reasons].sort((one, other) => other.count - one.count);
    return this.#card(t('f_reasons'), null, sum === 0 ? h('p', { class: 'soft' }, t('f_no_reasons')) : amounts(sorted.map(({ name, count }) => ({ name, value: count, tone: 'brand' })), sum, showPercent));
  }

  /** Languages and pages. @param {Figures} now */
  #places(now) {
    const { t } = this.world;
    const pages = [...now.pages].sort((one, other) => other.visits - one.visits).slice(0, 6);
    return this.#card(t('f_pages'), 'pages', amounts(pages.map((it) => ({ name: it.product ?? t('f_other_page'), value: it.visits, more: t('f_row_resolved', { share: showPercent(it.resolved_share === null ? null : it.resolved_share * 100, 0) }) })), now.total.visits, showPercent),
      h('div', { class: 'card-head' }, h('h3', null, t('f_locales')), this.#csv('locales')),
      amounts(now.locales.map((it) => ({ name: t(`locale_${it.locale}`), value: it.visits, tone: 'gold' })), now.total.visits, showPercent));
  }

  /** @param {Figures} now */
  #hot(now) {
    const { t } = this.world;
    const told = now.faq.filter(({ count }) => count > 0).sort((one, other) => other.count - one.count);
    const sum = told.reduce((all, { count }) => all + count, 0);
    return this.#card(t('f_hot'), 'faq', told.length === 0 ? h('p', { class: 'soft' }, t('f_no_faq')) : amounts(told.slice(0, SHOWN).map(({ faq, ask, count, unresolved }) => ({
      name: h('a', { href: `#faq/${encodeURIComponent(this.shop)}/${encodeURIComponent(faq)}` }, ask ?? faq), value: count, more: unresolved > 0 ? t('f_row_unresolved', { n: unresolved }) : undefined,
    })), sum, showPercent));
  }

  /** @param {Figures} now */
  #cold(now) {
    const { t } = this.world;
    const cold = now.faq.filter(({ count }) => count === 0);
    return this.#card(t('f_cold', { n: cold.length }), null, h('p', { class: 'soft' }, t('f_cold_hint')),
      h('ul', { class: 'wordings cold' }, cold.map(({ faq, ask }) => h('li', null, h('a', { href: `#faq/${encodeURIComponent(this.shop)}/${encodeURIComponent(faq)}` }, ask ?? faq)))));
  }

  /** @param {Figures} now */
  #intents(now) {
    const { t, locale } = this.world;
    if (now.intents.length === 0) return null;
    /** @typedef {Figures['intents'][number]} Row */
    return this.#card(t('f_intents'), 'intents', sortable('figures-intents', t('f_intents'), [
      { key: 'name', name: t('f_intent'), value: (/** @type {Row} */ row) => nameIn(/** @type {any} */ (row.name), locale, row.intent) },
      { key: 'count', name: t('f_times'), value: (/** @type {Row} */ row) => row.count },
      { key: 'unresolved', name: t('f_unresolved'), value: (/** @type {Row} */ row) => row.unresolved },
      { key: 'share', name: t('f_unresolved_share'), value: (/** @type {Row} */ row) => row.unresolved / row.count, show: (/** @type {Row} */ row) => showPercent((row.unresolved / row.count) * 100, 0) },
    ], now.intents, 'count'));
  }

  /** @param {Figures} now */
  #promotions(now) {
    const { t, locale } = this.world;
    if (now.promotions.length === 0) return null;
    /** @typedef {Figures['promotions'][number]} Row */
    return this.#card(t('f_promotions'), 'promotions', sortable('figures-promotions', t('f_promotions'), [
      { key: 'name', name: t('f_promotion'), value: (/** @type {Row} */ row) => nameIn(/** @type {any} */ (row.title), locale, row.promotion) },
      { key: 'quoted', name: t('f_quoted'), value: (/** @type {Row} */ row) => row.quoted },
      { key: 'used', name: t('f_used'), value: (/** @type {Row} */ row) => row.used },
    ], now.promotions, 'quoted'));
  }
}

/** @param {{ amount: string, currency: string }} paid @param {string} locale */
function money({ amount, currency }, locale) {
  return new Intl.NumberFormat(locale, { style: 'currency', currency }).format(/** @type {any} */ (amount));
}
