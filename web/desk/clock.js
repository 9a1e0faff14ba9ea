// Time on the desk: how long the shopper of a card has waited, and how long there is left to answer. The clocks of a
// page are elements that say their moment; one tick a second writes their words, and nothing else is drawn again.

import { h } from '../shared/html.js';

/** @typedef {'calm' | 'soon' | 'late'} Tone */
/** @typedef {{ first_reply?: number, reply?: number }} Service seconds within which a first and a later reply is due */
/** @typedef {{ until: number | null, since: number | null, tone: Tone }} Clock */
/** @typedef {import('./board.js').Card} Card */

const FIRST_REPLY_SECONDS = 30;
const REPLY_SECONDS = 60;
/** Below this share of the promised time a clock is amber. */
const SOON = 0.4;
const SOON_AT_LEAST_MS = 10_000;

/**
 * The clock of a card, or nothing where nobody waits.
 * @param {Pick<Card, 'mode' | 'since' | 'due' | 'awaiting_since' | 'promised'>} card
 * @param {Service} service
 * @param {number} now
 * @returns {Clock | null}
 */
export function clockOf(card, service, now) {
  const due = moment(card.due ?? (card.mode === 'message' ? card.promised : null));
  const since = moment(card.awaiting_since) ?? (card.mode === 'queue' ? moment(card.since) : null);
  if (card.mode === 'closed' || card.mode === 'bot' || (due === null && since === null)) return null;
  if (due === null) {
    const limit = (service.reply ?? REPLY_SECONDS) * 1000;
    const waited = now - (since ?? now);
    return { until: null, since, tone: waited > limit ? 'late' : waited > limit * (1 - SOON) ? 'soon' : 'calm' };
  }
  const promised = since === null ? (service.first_reply ?? FIRST_REPLY_SECONDS) * 1000 : due - since;
  const left = due - now;
  const soon = Math.max(SOON_AT_LEAST_MS, promised * SOON);
  return { until: due, since, tone: left <= 0 ? 'late' : left <= soon ? 'soon' : 'calm' };
}

/**
 * `0:42`, `12:05`, `3:20:00`, `2d`: short enough for a list, and of one width while it runs.
 * @param {number} ms
 */
export function showSpan(ms) {
  const seconds = Math.max(0, Math.floor(Math.abs(ms) / 1000));
  const [days, hours, minutes, rest] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  if (days > 1) return `${days}d`;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/**
 * What a clock says: what is left with a minus once it is over, else how long it has been.
 * @param {Clock} clock
 * @param {number} now
 */
export function clockWords({ until, since }, now) {
  if (until !== null) return until < now ? `−${showSpan(now - until)}` : showSpan(until - now);
  return showSpan(now - (since ?? now));
}

/**
 * A clock as an element, kept right by `tickClocks`.
 * @param {Card} card
 * @param {Service} service
 * @param {import('../shared/i18n.js').Translate} t
 * @returns {HTMLElement | null}
 */
export function drawClock(card, service, t) {
  const now = Date.now();
  const clock = clockOf(card, service, now);
  if (!clock) return null;
  const element = h('span', { class: `clock ${clock.tone}`, title: t(clock.until === null ? 'clock_waited' : 'clock_left') },
    h('span', { class: 'hush' }, t(clock.until === null ? 'clock_waited' : 'clock_left')), h('span', { class: 'clock-face' }, clockWords(clock, now)));
  running.set(element, { card, service });
  return element;
}

/** @type {WeakMap<Element, { card: Card, service: Service }>} */
const running = new WeakMap();

/** @param {Element} root @param {number} now */
export function tickClocks(root, now) {
  for (const element of root.querySelectorAll('.clock')) {
    const about = running.get(element);
    const clock = about && clockOf(about.card, about.service, now);
    if (!clock) continue;
    const face = /** @type {Element} */ (element.lastChild);
    const words = clockWords(clock, now);
    if (face.textContent !== words) face.textContent = words;
    const name = `clock ${clock.tone}`;
    if (element.className !== name) element.className = name;
  }
}

/** @param {string | null | undefined} at @returns {number | null} */
function moment(at) {
  const time = at ? Date.parse(at) : NaN;
  return Number.isNaN(time) ? null : time;
}
