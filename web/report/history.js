// A period's figures: how much came, how fast it was answered, why, by whom, and what the period before was like.

import { fill, h } from '../shared/html.js';
import { icon } from '../shared/icons.js';
import { request } from '../shared/signin.js';
import { drawChart, drawLegend } from './charts.js';
import { NOTHING, change, nameIn, secondTicks, share, showMean, showPercent, showSeconds, ticks } from './figures.js';
import { tile } from './live.js';
import { around, dayLabel, isDay, named, step } from './period.js';
import { amounts, plain, sortable } from './tables.js';

/** @typedef {import('./figures.js').Figures} Figures */
/** @typedef {import('./figures.js').Report} Report */
/** @typedef {import('./period.js').Span} Span */
/** @typedef {{ t: import('../shared/i18n.js').Translate, locale: string, shop: string, mine: boolean, today: string, span: Span, day: string,
 *   signedOut: () => void, moved: (span: Span, day: string) => void }} Page */

export class HistoryView {
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
    this.place = h('section', { class: 'history', 'aria-labelledby': 'history-title' });
    this.body = h('div', { class: 'body', 'aria-live': 'polite' });
    this.over = false;
    this.asked = 0;
    this.period = around(page.span, page.day);
    fill(this.place, this.#head(), this.body);
    void this.#load();
  }

  stop() {
    this.over = true;
  }

  #head() {
    const { t, locale, span, day, today } = this.page;
    const move = (/** @type {Span} */ to, /** @type {string} */ at) => this.page.moved(to, at > today ? today : at);
    const pick = /** @type {HTMLInputElement} */ (h('input', { type: 'date', class: 'date', value: day, max: today, 'aria-label': t('pick_day'), onchange: () => isDay(pick.value) && pick.value <= today && move(span, pick.value) }));
    const next = step(span, this.period, 1);
    return h('div', { class: 'head' }, h('h2', { id: 'history-title' }, t('history')),
      h('div', { class: 'picker' },
        h('div', { class: 'segments', role: 'group', 'aria-label': t('span') }, /** @type {Span[]} */ (['day', 'week', 'month']).map((one) => h('button', { type: 'button', dataset: { span: one }, 'aria-pressed': String(one === span), onclick: () => move(one, day) }, t(one)))),
        h('div', { class: 'steps' },
          h('button', { type: 'button', class: 'round', dataset: { key: 'earlier' }, 'aria-label': t('earlier'), onclick: () => move(span, step(span, this.period, -1).to) }, icon('back', 18)),
          h('b', { class: 'which' }, named(span, this.period, locale)),
          h('button', { type: 'button', class: 'round later', dataset: { key: 'later' }, 'aria-label': t('later'), disabled: next.from > today, onclick: () => move(span, next.from) }, icon('back', 18))),
        pick));
  }

  /** @param {import('./period.js').Period} period */
  #ask(period) {
    const { shop, mine } = this.page;
    return request('GET', `/api/v1/desk/report?shop=${encodeURIComponent(shop)}&from=${period.from}&to=${period.to}${mine ? '&of=me' : ''}`);
  }

  async #load() {
    const { t, span } = this.page;
    if (this.body.childElementCount === 0) fill(this.body, h('p', { class: 'soft waiting' }, t('loading')));
    const asked = ++this.asked;
    const [now, before] = await Promise.all([this.#ask(this.period), this.#ask(step(span, this.period, -1))]);
    if (this.over || asked !== this.asked) return;
    if (now.status === 401) return this.page.signedOut();
    if (!now.ok) {
      return fill(this.body, h('div', { class: 'card' }, h('p', { class: 'problem', role: 'alert' }, t(now.status === 403 ? 'forbidden' : 'failed')), h('button', { type: 'button', class: 'button line small', onclick: () => void this.#load() }, t('retry'))));
    }
    this.#draw(now.value, before.ok ? before.value : null);
  }

  /** @param {Report} report @param {Report | null} before */
  #draw(report, before) {
    const { t, span, mine } = this.page;
    const nothing = report.totals.came === 0 && report.missed.conversations === 0;
    if (nothing) {
      return fill(this.body, h('div', { class: 'card empty' }, h('img', { src: '/shared/mascot.svg', alt: '', width: 88, height: 88 }), h('h3', null, t('empty')), h('p', { class: 'soft' }, t('empty_hint')),
        h('button', { type: 'button', class: 'button line small', onclick: () => this.page.moved(span, step(span, this.period, -1).to) }, t('empty_go'))));
    }
    fill(this.body, this.#tiles(report, before), this.#charts(report),
      !mine && h('div', { class: 'pair' }, this.#reasons(report), this.#missed(report)),
      !mine && this.#table('groups', t('by_group'), 'c_group', report.groups.map(({ group, figures }) => ({ name: this.#group(group), figures }))),
      !mine && this.#table('agents', t('by_person'), 'c_person', report.people.map(({ agent, figures }) => ({ name: agent.name, figures }))),
      h('div', { class: mine ? 'pair' : 'trio' }, mine && this.#reasons(report), this.#moves(report), this.#wrapUps(report), this.#ratings(report)),
      !mine && h('p', { class: 'foot' }, this.#csv('stints', 'csv_stints', true)));
  }

  /** @param {import('./figures.js').Group} group */
  #group(group) {
    return nameIn(group.name, this.page.locale, group.id || this.page.t('everybody'));
  }

  /** @param {string} of @param {string} label @param {boolean} [long] */
  #csv(of, label, long = false) {
    const { t, shop, locale } = this.page;
    const address = `/api/v1/desk/report.csv?shop=${encodeURIComponent(shop)}&from=${this.period.from}&to=${this.period.to}&of=${of}&lang=${locale}`;
    return h('a', { class: long ? 'button line small' : 'csv', href: address, download: '', 'aria-label': t(label), dataset: { csv: of } }, icon('download', 16), t(long ? label : 'csv'));
  }

  /** @param {Report} report @param {Report | null} before */
  #tiles(report, before) {
    const { t, span, mine } = this.page;
    const [now, then] = [report.totals, before?.totals ?? null];
    /** @param {ReturnType<typeof change>} what @param {string} [unit] */
    const told = (what, unit = '') => what && h('p', { class: `change ${what.tone}` }, h('span', { 'aria-hidden': 'true' }, { up: '▲ ', down: '▼ ', same: '' }[what.way]),
      what.way === 'same' ? t('same') : [h('span', { class: 'hush' }, t(what.way)), ` ${what.text}${unit}`], h('span', { class: 'soft' }, ` ${t(`vs_${span}`)}`));
    /** @param {(figures: Figures) => number | null} of @param {Parameters<typeof change>[2]} how @param {string} [unit] */
    const moved = (of, how, unit) => told(then && then.came > 0 ? change(of(now), of(then), how) : null, unit);
    const level = (/** @type {Figures} */ of) => share(of.level.within, of.level.of);
    const left = (/** @type {Figures} */ of) => share(of.left, of.came);
    const kept = level(now);
    const missedBefore = before?.missed.conversations ?? 0;
    const keptMessages = share(now.message_level.within, now.message_level.of);
    return h('div', { class: `tiles ${mine ? 'own' : ''}` },
      tile(t(mine ? 't_had' : 't_came'), now.came, t('t_came_of', { served: now.served, messages: now.messages }), '', moved((of) => of.came, { more: 'plain' })),
      tile(t('t_level'), showPercent(kept), t('t_level_of', { time: showSeconds(report.service.first_reply, t) }), kept === null ? '' : kept >= 90 ? 'good' : kept < 70 ? 'bad' : 'warn', moved(level, { more: 'good', points: true }, t('points'))),
      tile(t('t_first'), showSeconds(now.first_reply.median, t), t('t_p90', { time: showSeconds(now.first_reply.p90, t) }), '', moved((of) => of.first_reply.median, { more: 'bad' })),
      !mine && tile(t('t_wait'), showSeconds(now.wait.median, t), t('t_p90', { time: showSeconds(now.wait.p90, t) }), '', moved((of) => of.wait.median, { more: 'bad' })),
      tile(t('t_handling'), showSeconds(now.handling.median, t), t('t_p90', { time: showSeconds(now.handling.p90, t) }), '', moved((of) => of.handling.median, { more: 'plain' })),
      !mine && tile(t('t_left'), showPercent(left(now)), t('t_left_of', { n: now.left }), '', moved(left, { more: 'bad', points: true }, t('points'))),
      tile(t('t_replies'), now.replies, t('t_replies_of', { n: now.served > 0 ? (now.replies / now.served).toFixed(1) : NOTHING }), '', moved((of) => of.replies, { more: 'plain' })),
      tile(t('t_rating'), showMean(now.ratings.mean), t('t_rating_of', { n: now.ratings.count }), '', moved((of) => of.ratings.mean, { more: 'good', points: true })),
      tile(t('t_handed'), now.transferred, t('t_handed_of', { requeued: now.requeued, released: now.released }), '', moved((of) => of.transferred, { more: 'plain' })),
      tile(t('t_needless'), now.needless, t('t_needless_of'), '', moved((of) => of.needless, { more: 'bad' })),
      !mine && tile(t('t_missed'), report.missed.conversations, t('t_missed_of'), '', told(missedBefore > 0 ? change(report.missed.conversations, missedBefore, { more: 'bad' }) : null)),
      !mine && tile(t('t_messages'), now.messages, keptMessages === null ? t('t_messages_of', { time: showSeconds(report.service.messages, t) }) : t('t_messages_kept', { share: showPercent(keptMessages, 0) }), '', moved((of) => of.messages, { more: 'plain' })));
  }

  /** @param {Report} report */
  #charts(report) {
    const { t, span, locale, mine } = this.page;
    const byHour = span === 'day';
    const hour = (/** @type {number} */ at) => `${String(at).padStart(2, '0')}:00`;
    const long = (/** @type {string} */ day) => named('day', { from: day, to: day }, locale);
    const parts = byHour
      ? report.hours.map(({ hour: at, figures }) => ({ label: String(at), title: `${hour(at)} – ${hour((at + 1) % 24)}`, figures, missed: 0 }))
      : report.days.map(({ date, figures, missed }) => ({ label: dayLabel(date, span, locale), title: long(date), figures, missed }));
    const card = (/** @type {string} */ name, /** @type {import('./charts.js').Chart['series']} */ series, /** @type {Omit<import('./charts.js').Chart, 'labels' | 'titles' | 'series' | 'sentence'>} */ how, /** @type {string} */ csv, of = parts, /** @type {string | null} */ hint = null, head = t(byHour ? 'c_when_hour' : 'c_when_day')) => h('div', { class: 'card' },
      h('div', { class: 'card-head' }, h('h3', null, t(name)), !mine && this.#csv(csv, `csv_${csv}`)), hint && h('p', { class: 'soft' }, hint),
      drawLegend(series),
      drawChart({ ...how, labels: of.map(({ label }) => label), titles: of.map(({ title }) => title), series, sentence: `${t(name)}: ${named(span, this.period, locale)}` }),
      h('details', null, h('summary', null, t('as_table')), plain(t(name), [head, ...series.map((one) => one.name)], of.map(({ title }, at) => [title, ...series.map(({ values }) => how.show(values[at]))]))));
    const count = (/** @type {number | null} */ value) => String(value ?? 0);
    const volume = [
      { name: t('s_served'), tone: 'teal', values: parts.map(({ figures }) => figures.served) },
      { name: t('s_left'), tone: 'brand', values: parts.map(({ figures }) => figures.left) },
      { name: t('s_other'), tone: 'gold', values: parts.map(({ figures }) => figures.dropped + figures.waiting) },
    ].filter(({ values }, at) => at === 0 || values.some((value) => value > 0));
    const most = Math.max(...parts.map(({ figures }) => figures.came));
    const speed = [
      { name: t('s_first'), tone: 'teal', values: parts.map(({ figures }) => figures.first_reply.median) },
      { name: t('s_wait'), tone: 'gold', values: parts.map(({ figures }) => figures.wait.median) },
    ].slice(0, mine ? 1 : 2);
    const slowest = Math.max(0, ...speed.flatMap(({ values }) => values.map((value) => value ?? 0)));
    const kept = [{ name: t('s_level'), tone: 'teal', values: parts.map(({ figures }) => share(figures.level.within, figures.level.of)) }];
    const hours = report.hours.map(({ hour: at, figures }) => ({ label: String(at), title: `${hour(at)} – ${hour((at + 1) % 24)}`, figures, missed: 0 }));
    const busy = [{ name: t('c_came'), tone: 'teal', values: hours.map(({ figures }) => figures.came) }];
    const times = byHour ? 'hours' : 'days';
    return h('div', { class: 'charts' },
      card(mine ? 't_had' : 'ch_volume', volume, { kind: 'bars', marks: ticks(most), show: count }, times),
      card('ch_level', kept, { kind: 'lines', marks: [0, 25, 50, 75, 100], show: (value) => showPercent(value, 0) }, times),
      card('ch_speed', speed, { kind: 'lines', marks: secondTicks(slowest), show: (value) => showSeconds(value, t) }, times),
      !byHour && card('ch_hours', busy, { kind: 'bars', marks: ticks(Math.max(...hours.map(({ figures }) => figures.came))), show: count }, 'hours', hours, t('ch_hours_hint'), t('c_when_hour')));
  }

  /** @param {string} id @param {string} caption @param {string} first @param {{ name: string, figures: Figures }[]} rows */
  #table(id, caption, first, rows) {
    const { t } = this.page;
    /** @typedef {{ name: string, figures: Figures }} Row */
    const count = (/** @type {string} */ key, /** @type {(of: Figures) => number} */ of) => ({ key, name: t(`c_${key}`), value: (/** @type {Row} */ row) => of(row.figures), tone: (/** @type {Row} */ row) => (of(row.figures) === 0 ? 'faint' : '') });
    const time = (/** @type {string} */ key, /** @type {(of: Figures) => number | null} */ of) => ({ key, name: t(`c_${key}`), value: (/** @type {Row} */ row) => of(row.figures), show: (/** @type {Row} */ row) => showSeconds(of(row.figures), t) });
    const level = (/** @type {Row} */ { figures }) => share(figures.level.within, figures.level.of);
    const isAgents = id === 'agents';
    /** @type {import('./tables.js').Column<Row>[]} */
    const columns = [
      { key: 'name', name: t(first), value: (row) => row.name },
      count('came', (of) => of.came),
      ...(isAgents ? [] : [count('served', (of) => of.served), count('left', (of) => of.left)]),
      { key: 'level', name: t('c_level'), value: level, show: (row) => showPercent(level(row), 0), tone: (row) => ((level(row) ?? 100) < 70 ? 'bad' : (level(row) ?? 0) >= 90 ? 'good' : '') },
      ...(isAgents ? [] : [time('wait', (of) => of.wait.median)]),
      time('first', (of) => of.first_reply.median), time('handling', (of) => of.handling.median),
      count('replies', (of) => of.replies), count('transferred', (of) => of.transferred),
      ...(isAgents ? [count('requeued', (of) => of.requeued)] : []),
      { key: 'rating', name: t('c_rating'), value: (row) => row.figures.ratings.mean, show: (row) => [showMean(row.figures.ratings.mean), row.figures.ratings.count > 0 && h('small', null, ` (${row.figures.ratings.count})`)] },
      count('needless', (of) => of.needless),
    ];
    return h('div', { class: 'card' }, h('div', { class: 'card-head' }, h('h3', null, caption), this.#csv(id, `csv_${id}`)),
      rows.length === 0 ? h('p', { class: 'soft' }, t('nothing')) : [sortable(id, caption, columns, rows, 'came'), h('p', { class: 'soft note' }, t('median_note'))]);
  }

  /** @param {Report} report */
  #reasons(report) {
    const { t, mine } = this.page;
    const rows = [...report.reasons].sort((one, other) => other.figures.came - one.figures.came);
    const name = (/** @type {Report['reasons'][number]} */ { code, name: said }) => (t(`r_${code}`) === `r_${code}` ? (said ?? code) : t(`r_${code}`));
    return h('div', { class: 'card' }, h('div', { class: 'card-head' }, h('h3', null, t('reasons')), !mine && this.#csv('reasons', 'csv_reasons')),
      amounts(rows.map((one) => ({ name: name(one), value: one.figures.came, more: one.figures.needless > 0 ? `${t('needless_mark')} ${one.figures.needless}` : undefined })), report.totals.came, (part) => showPercent(part, 0)));
  }

  /** @param {Report} report */
  #missed(report) {
    const { t } = this.page;
    const { conversations, rated_badly, asked, unanswered } = report.missed;
    const rows = [['rated_badly', rated_badly], ['asked', asked], ['unanswered', unanswered]];
    return h('div', { class: 'card' }, h('h3', null, t('missed')), h('p', { class: 'soft' }, t('t_missed_of')),
      conversations === 0 ? h('p', { class: 'soft' }, t('missed_none')) : [
        amounts(rows.map(([name, value]) => ({ name: t(`missed_${name}`), value: Number(value), tone: 'brand' })), conversations, (part) => showPercent(part, 0)),
        h('p', { class: 'soft note' }, t('missed_hint'))]);
  }

  /** @param {Report} report */
  #moves(report) {
    const { t } = this.page;
    const where = (/** @type {Report['moves'][number]['to']} */ to) => (to.kind === 'group' && to.group ? this.#group(to.group) : t(`to_${to.kind}`));
    const rows = [...report.moves].sort((one, other) => other.count - one.count);
    const whole = rows.reduce((sum, { count }) => sum + count, 0);
    const tones = { person: 'teal', group: 'teal', queue: 'brand', bot: 'gold' };
    return h('div', { class: 'card' }, h('h3', null, t('moves')), rows.length === 0 ? h('p', { class: 'soft' }, t('moves_none'))
      : amounts(rows.map(({ from, to, count }) => ({ name: `${this.#group(from)} → ${where(to)}`, value: count, tone: tones[/** @type {keyof typeof tones} */ (to.kind)] })), whole, (part) => showPercent(part, 0)));
  }

  /** @param {Report} report */
  #wrapUps(report) {
    const { t, locale } = this.page;
    const rows = [...report.wrap_ups].sort((one, other) => other.count - one.count);
    const whole = rows.reduce((sum, { count }) => sum + count, 0);
    return h('div', { class: 'card' }, h('h3', null, t('wrap_ups')), rows.length === 0 ? h('p', { class: 'soft' }, t('wrap_ups_none'))
      : amounts(rows.map(({ id, name, needless, count }) => ({ name: [id === null ? t('wrap_up_none') : nameIn(name, locale, id), needless && h('span', { class: 'flag' }, t('needless_mark'))], value: count, tone: needless ? 'gold' : 'teal' })), whole, (part) => showPercent(part, 0)));
  }

  /** @param {Report} report */
  #ratings(report) {
    const { t } = this.page;
    const { count, mean, each } = report.totals.ratings;
    return h('div', { class: 'card' }, h('div', { class: 'card-head' }, h('h3', null, t('ratings')), count > 0 && h('b', { class: 'mean' }, `★ ${showMean(mean)}`)), count === 0 ? h('p', { class: 'soft' }, t('ratings_none'))
      : amounts(each.map((value, at) => ({ name: t('stars', { n: at + 1 }), value, tone: at < 2 ? 'brand' : at === 2 ? 'gold' : 'teal' })).reverse(), count, (part) => showPercent(part, 0)));
  }
}
