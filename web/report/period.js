// Days, weeks and months as the page's picker goes through them. Days are texts like `2026-11-28`, as the server reads
// them, in the shop's time zone: nothing here asks the browser's.

/** @typedef {'day' | 'week' | 'month'} Span */
/** @typedef {{ from: string, to: string }} Period */

const DAY = 86_400_000;

/** @param {string} day */
function number(day) {
  return Date.parse(`${day}T00:00:00Z`) / DAY;
}

/** @param {number} days */
function text(days) {
  return new Date(days * DAY).toISOString().slice(0, 10);
}

/**
 * @param {string} day
 * @param {number} days
 * @returns {string}
 */
export function plusDays(day, days) {
  return text(number(day) + days);
}

/**
 * The day, the week from Monday or the month that a day lies in.
 * @param {Span} span
 * @param {string} day
 * @returns {Period}
 */
export function around(span, day) {
  if (span === 'day') return { from: day, to: day };
  if (span === 'week') {
    // Day 0 of the count was a Thursday.
    const monday = number(day) - ((number(day) + 3) % 7);
    return { from: text(monday), to: text(monday + 6) };
  }
  const [year, month] = day.split('-').map(Number);
  return { from: `${day.slice(0, 7)}-01`, to: new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10) };
}

/**
 * The period before or after, as long.
 * @param {Span} span
 * @param {Period} period
 * @param {1 | -1} way
 * @returns {Period}
 */
export function step(span, period, way) {
  return around(span, way === 1 ? plusDays(period.to, 1) : plusDays(period.from, -1));
}

/**
 * @param {string} day
 * @returns {boolean} whether it is one that a server may be asked for
 */
export function isDay(day) {
  return /^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(number(day)) && text(number(day)) === day;
}

/**
 * @param {Span} span
 * @param {Period} period
 * @param {string} locale
 * @returns {string} `11月23日周一`, `11月23日 – 29日`, `2026年11月`
 */
export function named(span, period, locale) {
  const [from, to] = [period.from, period.to].map((day) => new Date(`${day}T00:00:00Z`));
  if (span === 'month') return new Intl.DateTimeFormat(locale, { year: 'numeric', month: 'long', timeZone: 'UTC' }).format(from);
  if (span === 'day') return new Intl.DateTimeFormat(locale, { month: 'long', day: 'numeric', weekday: 'short', timeZone: 'UTC' }).format(from);
  const short = new Intl.DateTimeFormat(locale, { month: locale === 'en' ? 'short' : 'long', day: 'numeric', timeZone: 'UTC' });
  return `${short.format(from)} – ${short.format(to)}`;
}

/**
 * A day's short name under a chart: `23` within a month, `周一 23` within a week.
 * @param {string} day
 * @param {Span} span
 * @param {string} locale
 */
export function dayLabel(day, span, locale) {
  const date = new Date(`${day}T00:00:00Z`);
  if (span === 'week') return new Intl.DateTimeFormat(locale, { weekday: 'short', timeZone: 'UTC' }).format(date);
  return String(Number(day.slice(8)));
}
