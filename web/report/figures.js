// Figures as people read them, and what changed since the period before. No DOM.

/** @typedef {{ count: number, median: number | null, p90: number | null }} Times */
/** @typedef {{ of: number, within: number }} Level */
/** @typedef {{ zh: string, en: string | null } | null} Name */
/**
 * @typedef {{ came: number, served: number, left: number, dropped: number, waiting: number, open: number, messages: number,
 *   wait: Times, first_reply: Times, level: Level, message_level: Level, handling: Times, replies: number, transferred: number,
 *   requeued: number, released: number, ratings: { count: number, mean: number | null, each: number[] }, needless: number }} Figures
 */
/** @typedef {{ id: string, name: Name }} Group */
/**
 * @typedef {{ shop: string, shops: { id: string, name: Name }[], time_zone: string | null, at: string, from: string, to: string,
 *   service: { first_reply: number, reply: number, messages: number }, totals: Figures,
 *   reasons: { code: string, name: string | null, figures: Figures }[], groups: { group: Group, figures: Figures }[],
 *   people: { agent: { id: string, name: string }, figures: Figures }[], days: { date: string, missed: number, figures: Figures }[],
 *   hours: { hour: number, figures: Figures }[],
 *   moves: { from: Group, to: { kind: string, group?: Group }, count: number }[],
 *   wrap_ups: { id: string | null, name: Name, needless: boolean, count: number }[],
 *   missed: { conversations: number, rated_badly: number, asked: number, unanswered: number } }} Report
 */
/**
 * @typedef {{ at: string, service: { first_reply: number, reply: number, messages: number },
 *   queue: { group: Group, waiting: number, longest: number | null, late: number, next_wait: number | null, held: number, here: number, room: number }[],
 *   messages: { waiting: number, late: number },
 *   people: { agent: { id: string, name: string }, status: 'here' | 'away' | 'offline', groups: Group[], load: number, capacity: number, since: string | null, unanswered: number, late: number }[],
 *   today: Figures }} Live
 */

export const NOTHING = '–';

/**
 * @param {number} part
 * @param {number} whole
 * @returns {number | null} in percent
 */
export function share(part, whole) {
  return whole > 0 ? (part / whole) * 100 : null;
}

/**
 * @param {number | null | undefined} percent
 * @param {number} [digits]
 */
export function showPercent(percent, digits = 1) {
  if (percent === null || percent === undefined) return NOTHING;
  const rounded = percent.toFixed(digits);
  return `${rounded.replace(/\.0+$/, '')}%`;
}

/**
 * `45秒`, `3分20秒`, `1小时5分`; `45s`, `3m 20s`, `1h 5m`.
 * @param {number | null | undefined} seconds
 * @param {import('../shared/i18n.js').Translate} t
 */
export function showSeconds(seconds, t) {
  if (seconds === null || seconds === undefined) return NOTHING;
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return t('d_s', { s: whole });
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 === 0 ? t('d_m', { m: minutes }) : t('d_ms', { m: minutes, s: whole % 60 });
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? t('d_h', { h: hours }) : t('d_hm', { h: hours, m: minutes % 60 });
}

/**
 * @param {number | null} mean
 * @returns {string}
 */
export function showMean(mean) {
  return mean === null ? NOTHING : mean.toFixed(2).replace(/0$/, '');
}

/**
 * How a figure moved. Shares move by points, all else by percent of what it was.
 * @param {number | null} now
 * @param {number | null} before
 * @param {{ more: 'good' | 'bad' | 'plain', points?: boolean }} how whether more of it is good news
 * @returns {{ text: string, tone: 'good' | 'bad' | 'plain', way: 'up' | 'down' | 'same' } | null} nothing where there is nothing to compare with
 */
export function change(now, before, how) {
  if (now === null || before === null) return null;
  if (!how.points && before === 0) return null;
  const moved = how.points ? now - before : ((now - before) / before) * 100;
  const size = how.points ? Math.abs(moved).toFixed(1).replace(/\.0$/, '') : Math.abs(moved).toFixed(0);
  if (Number(size) === 0) return { text: '0', tone: 'plain', way: 'same' };
  const up = moved > 0;
  const tone = how.more === 'plain' ? 'plain' : up === (how.more === 'good') ? 'good' : 'bad';
  return { text: how.points ? size : `${size}%`, tone, way: up ? 'up' : 'down' };
}

/**
 * @param {Name | undefined} name
 * @param {string} locale
 * @param {string} otherwise
 */
export function nameIn(name, locale, otherwise) {
  return (locale === 'en' ? (name?.en ?? name?.zh) : name?.zh) ?? otherwise;
}

/**
 * Round numbers from 0 up to where the largest value fits, at most five steps.
 * @param {number} largest
 * @param {boolean} [whole] whole numbers only
 * @returns {number[]}
 */
export function ticks(largest, whole = true) {
  const most = Math.max(largest, whole ? 1 : 0.1);
  const rough = most / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const nice = [1, 2, 2.5, 5, 10].map((one) => one * power).find((one) => one >= rough) ?? 10 * power;
  const each = whole ? Math.max(1, Math.ceil(nice)) : nice;
  const marks = [];
  for (let mark = 0; marks.length < 7; mark += each) {
    marks.push(Number(mark.toFixed(6)));
    if (mark >= most) break;
  }
  return marks;
}

/**
 * Marks of a scale of seconds, on times that people know: half a minute, a minute, five.
 * @param {number} largest
 * @returns {number[]}
 */
export function secondTicks(largest) {
  const steps = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400];
  const each = steps.find((one) => one * 4 >= largest) ?? Math.ceil(largest / 4 / 86400) * 86400;
  const marks = [0];
  while (marks[marks.length - 1] < largest || marks.length < 3) marks.push(marks[marks.length - 1] + each);
  return marks;
}
