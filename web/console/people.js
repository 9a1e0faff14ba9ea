// When people take over, and how they share the work: handoff.toml.

import { inLanguage } from './facts.js';
import { TopicsPage } from './topics.js';

/** @typedef {import('./controls.js').Field} Field */
/** @typedef {import('./draft.js').Draft} Draft */
/** @typedef {import('./faq.js').World} World */

const RULE_REASONS = ['threat', 'safety', 'fraud', 'legal', 'keyword', 'anger', 'policy'];
const REASONS = ['asked', 'threat', 'safety', 'fraud', 'legal', 'vip', 'keyword', 'not_understood', 'repeated', 'anger', 'flow_failed', 'amount', 'policy', 'assist'];
const A_WEEK = 7 * 24 * 3600;

/** @param {string} table @param {string} key @returns {Field} */
const seconds = (table, key) => ({ name: `${table}_${key}`, key: [table, key], kind: 'int', unit: 'seconds', least: 5, most: A_WEEK });
/** @param {string} key @param {Partial<Field>} [more] @returns {Field} */
const words = (key, more) => ({ name: `handoff_${key}`, key: [key], kind: 'words', wide: true, ...more });

/** @param {import('../shared/i18n.js').Translate} t @returns {import('./topics.js').Topic[]} */
function topics(t) {
  const reasons = (/** @type {string[]} */ codes) => codes.map((value) => ({ value, label: t(`reason_${value}`) }));
  const locales = ['zh-Hans', 'zh-Hant', 'en'].map((value) => ({ value, label: t(`locale_${value}`) }));
  /** @type {Field} */
  const name = { name: 'entry_name', key: ['name'], kind: 'both', needed: true };
  return [
    { id: 'when', fields: [
      { name: 'misses', key: ['misses'], kind: 'int', unit: 'times', least: 1, most: 20 }, { name: 'repeats', key: ['repeats'], kind: 'int', unit: 'times', least: 1, most: 20 },
      words('keywords'), words('vip_levels'),
    ], links: [{ words: 'link_away', page: 'replies', rest: 'handoff.away' }, { words: 'link_hours', page: 'details', rest: 'opening' }] },
    { id: 'rules', entries: { list: 'rule', named: true, title: (one) => (one.keywords ?? []).join('、') || one.id, fields: [
      words('keywords', { needed: true }), { name: 'reason', key: ['reason'], kind: 'pick', options: reasons(RULE_REASONS) },
    ] } },
    { id: 'groups', entries: { list: 'group', named: true, ordered: true, title: (one, { world }) => inLanguage(one.name, world.locale) || one.id, fields: [name] } },
    { id: 'routes', entries: { list: 'route', ordered: true, title: (one, { known }) => routeTitle(one, known, t), fields: [
      { name: 'route_group', key: ['group'], kind: 'pick', needed: true, choices: ({ groups }) => groups }, { name: 'priority', key: ['priority'], kind: 'int', least: -100, most: 100 },
      { name: 'route_reasons', key: ['reasons'], kind: 'checks', options: reasons(REASONS) },
      { name: 'route_intents', key: ['intents'], kind: 'words', choices: ({ intents }) => intents }, { name: 'route_levels', key: ['levels'], kind: 'words' },
      { name: 'route_locales', key: ['locales'], kind: 'checks', options: locales },
    ] } },
    { id: 'assignment', fields: [
      { name: 'by_itself', key: ['assignment', 'by_itself'], kind: 'yesno' }, { name: 'order', key: ['assignment', 'order'], kind: 'pick', options: ['longest_idle', 'round_robin'].map((value) => ({ value, label: t(`order_${value}`) })) },
      { name: 'capacity', key: ['assignment', 'capacity'], kind: 'int', unit: 'people', least: 1, most: 100 },
      ...['answer_within_seconds', 'reply_within_seconds', 'away_after_seconds', 'overflow_after_seconds', 'reopen_within_seconds', 'close_after_seconds'].map((key) => seconds('assignment', key)),
    ] },
    { id: 'service', fields: ['first_reply_seconds', 'reply_seconds', 'messages_seconds'].map((key) => seconds('service', key)) },
    { id: 'assist', fields: [{ name: 'assist_on', key: [], kind: '', either: [
      { name: 'assist_off', is: (value) => value?.assist === undefined },
      { name: 'assist_hours', is: (value) => value?.assist !== undefined, fields: [
        { name: 'assist_days', key: ['assist', 'days'], kind: 'days' }, { name: 'assist_from', key: ['assist', 'from'], kind: 'clock', needed: true }, { name: 'assist_to', key: ['assist', 'to'], kind: 'clock', needed: true },
      ] },
    ] }],
    // An empty table would mean at all times: off is no table.
    mend: (edits) => (edits.length > 0 && edits.every(({ to }) => to === null) ? [{ at: ['assist'] }] : edits) },
    { id: 'wrap_ups', fields: [words('tags')], entries: { list: 'wrap_up', named: true, ordered: true, title: (one, { world }) => inLanguage(one.name, world.locale) || one.id, fields: [name, { name: 'needless', key: ['needless'], kind: 'yes' }] } },
    { id: 'canned', entries: { list: 'canned', named: true, title: (one, { world }) => inLanguage(one.text, world.locale) || one.id, fields: [{ name: 'canned_text', key: ['text'], kind: 'bothlong', needed: true }] } },
  ];
}

/** @param {any} one @param {import('./facts.js').Known} known @param {import('../shared/i18n.js').Translate} t */
function routeTitle(one, { groups }, t) {
  const group = groups.find(({ value }) => value === one.group)?.label ?? one.group ?? '?';
  const what = [...(one.reasons ?? []).map((/** @type {string} */ code) => t(`reason_${code}`)), ...(one.intents ?? []), ...(one.levels ?? []), ...(one.locales ?? []).map((/** @type {string} */ tag) => t(`locale_${tag}`))];
  return `${what.slice(0, 4).join('、')}${what.length > 4 ? '…' : ''} → ${group}`;
}

export class PeoplePage {
  /** @param {Draft} draft @param {string} shop @param {World} world */
  constructor(draft, shop, world) {
    this.topics = new TopicsPage(draft, world, { name: 'people', path: `shops/${shop}/handoff.toml`, topics: topics(world.t) });
    this.root = this.topics.root;
  }

  /** @param {string} open */
  update(open) {
    return this.topics.update(open);
  }
}

/** For the search: what can be set here. */
export const PEOPLE_TOPICS = topics((name) => name);
