// Moments as the merchant's files write them: a time with its zone, a local one, a day, or an offset from when the shop
// was first made. Nothing here draws anything.

/** @typedef {{ zone: string, seeded: number | null }} Clock the shop's time zone; when it was made, in milliseconds, if known */

const MINUTE = 60_000;
const OFFSET = /^([+-]?)(?:(\d{1,5})d)?(?:(\d{1,5})h)?(?:(\d{1,5})m)?$/;
const LOCAL = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?$/;

/** @param {unknown} text `-3d`, `+10d12h` @returns {number | null} minutes */
export function readOffset(text) {
  const found = typeof text === 'string' ? OFFSET.exec(text) : null;
  if (!found || (!found[2] && !found[3] && !found[4])) return null;
  const minutes = Number(found[2] ?? 0) * 1440 + Number(found[3] ?? 0) * 60 + Number(found[4] ?? 0);
  return found[1] === '-' ? -minutes : minutes;
}

/** What a zone's clocks show at a moment, as if it were UTC. @param {number} at @param {string} zone */
function shown(at, zone) {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' }).formatToParts(at);
  const value = (/** @type {string} */ type) => Number(parts.find((part) => part.type === type)?.value);
  return Date.UTC(value('year'), value('month') - 1, value('day'), value('hour'), value('minute'), value('second'));
}

/** @param {number} at @param {string} zone @returns {string} `2026-12-12T00:00`, as the shop's clocks show it */
export function toLocal(at, zone) {
  return new Date(shown(at, zone)).toISOString().slice(0, 16);
}

/** The moment at which a zone's clocks show this. @param {number} wanted as if it were UTC @param {string} zone */
function whenShown(wanted, zone) {
  const guess = wanted - (shown(wanted, zone) - wanted);
  // Where clocks are set between the guess and the moment, the second look is right.
  return wanted - (shown(guess, zone) - guess);
}

/**
 * @param {unknown} text
 * @param {Clock} clock
 * @param {'start' | 'end'} edge which end of a day without a time is meant
 * @returns {number | null} milliseconds; nothing if it is no moment, or an offset of a shop whose age is not known
 */
export function readMoment(text, { zone, seeded }, edge) {
  if (typeof text !== 'string') return null;
  const offset = readOffset(text);
  if (offset !== null) return seeded === null ? null : seeded + offset * MINUTE;
  const local = LOCAL.exec(text);
  if (!local) {
    const at = /^\d{4}-.*(?:Z|[+-]\d{2}:\d{2})$/i.test(text) ? Date.parse(text) : Number.NaN;
    return Number.isNaN(at) ? null : at;
  }
  const [year, month, day, hour = 0, minute = 0, second = 0] = local.slice(1).map((part) => (part === undefined ? undefined : Number(part)));
  const later = local[4] === undefined && edge === 'end' ? 1 : 0;
  const wanted = Date.UTC(/** @type {number} */ (year), /** @type {number} */ (month) - 1, /** @type {number} */ (day) + later, hour, minute, second);
  return whenShown(wanted, zone);
}

/**
 * When the shop was made, from promotions that run: the server says when they begin, the file by which offset. Most count.
 * @param {{ id?: unknown, from?: unknown }[]} entries of the file
 * @param {{ id: string, from: string }[]} running as the server tells
 * @returns {number | null}
 */
export function seededFrom(entries, running) {
  /** @type {Map<number, number>} */
  const votes = new Map();
  for (const { id, from } of running) {
    const offset = readOffset(entries.find((entry) => entry.id === id)?.from);
    const at = Date.parse(from);
    if (offset === null || Number.isNaN(at)) continue;
    votes.set(at - offset * MINUTE, (votes.get(at - offset * MINUTE) ?? 0) + 1);
  }
  return [...votes].sort(([, one], [, other]) => other - one)[0]?.[0] ?? null;
}

/**
 * Whether something runs.
 * @param {{ from?: unknown, until?: unknown }} window
 * @param {Clock} clock
 * @param {number} now
 * @returns {'running' | 'planned' | 'over' | 'unknown'}
 */
export function stateOf(window, clock, now) {
  const from = readMoment(window.from, clock, 'start');
  const until = readMoment(window.until, clock, 'end');
  if (from === null || until === null) return 'unknown';
  return now < from ? 'planned' : now < until ? 'running' : 'over';
}
