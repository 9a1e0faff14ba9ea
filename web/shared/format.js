// Money and times as people read them. Amounts stay decimal strings from end to end: nothing here counts with them.

/** @typedef {{ amount: string, currency: string }} Money */

/** @type {Record<string, string>} */
const SYMBOLS = { CNY: '¥', JPY: 'JP¥', USD: 'US$', EUR: '€', GBP: '£', HKD: 'HK$', TWD: 'NT$' };

/**
 * `¥1,299` for 1299.00 CNY; cents are shown where there are any.
 * @param {Money | null | undefined} money
 * @returns {string}
 */
export function showMoney(money) {
  if (!money || typeof money.amount !== 'string') return '';
  const [, sign = '', whole = money.amount, cents = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(money.amount) ?? [];
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  const rest = /[1-9]/.test(cents) ? `.${cents}` : '';
  return `${sign}${SYMBOLS[money.currency] ?? `${money.currency} `}${grouped}${rest}`;
}

/**
 * @param {string} locale
 * @param {string | undefined} at RFC 3339
 * @returns {string} hours and minutes in the reader's time zone
 */
export function showTime(locale, at) {
  const date = new Date(at ?? '');
  if (Number.isNaN(date.getTime())) return '';
  return new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hour12: false }).format(date);
}

/**
 * The time alone for today, with its day otherwise.
 * @param {string} locale
 * @param {string | undefined} at RFC 3339
 * @param {Date} [now]
 * @returns {string}
 */
export function showDay(locale, at, now = new Date()) {
  const date = new Date(at ?? '');
  if (Number.isNaN(date.getTime())) return at ?? '';
  if (date.toDateString() === now.toDateString()) return showTime(locale, at);
  const year = date.getFullYear() === now.getFullYear() ? undefined : 'numeric';
  const day = new Intl.DateTimeFormat(locale, { year, month: 'short', day: 'numeric' }).format(date);
  return `${day} ${showTime(locale, at)}`;
}

/**
 * A date or date and time as `11-23` would be too terse and a full one too long: month and day.
 * @param {string} locale
 * @param {string | undefined} at
 * @returns {string} the text itself where it is no time
 */
export function showDate(locale, at) {
  const date = new Date(at ?? '');
  if (Number.isNaN(date.getTime())) return at ?? '';
  return new Intl.DateTimeFormat(locale, { month: 'short', day: 'numeric' }).format(date);
}
