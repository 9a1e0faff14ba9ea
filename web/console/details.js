// The shop itself: when people are there, how to reach it, its languages, what the assistant leaves alone: shop.toml.

import { TopicsPage } from './topics.js';

/** @typedef {import('./draft.js').Draft} Draft */
/** @typedef {import('./faq.js').World} World */

/** What the assistant does and may be told to leave to others. */
const FLOWS = ['product_search', 'product_question', 'recommend', 'compare', 'size_advice', 'quote', 'promotions', 'coupons', 'price_protection', 'order_status', 'order_service', 'return', 'compensation', 'restock', 'review', 'authenticity', 'policy', 'chat'];

/** @param {import('../shared/i18n.js').Translate} t @returns {import('./topics.js').Topic[]} */
function topics(t) {
  return [
    { id: 'opening', fields: [
      { name: 'hours_days', key: ['hours', 'days'], kind: 'days' }, { name: 'hours_from', key: ['hours', 'from'], kind: 'clock', needed: true }, { name: 'hours_to', key: ['hours', 'to'], kind: 'clock', needed: true },
      { name: 'holidays', key: ['hours', 'holidays'], kind: 'dates', wide: true },
      { name: 'time_zone', key: ['time_zone'], kind: 'pick', choices: () => zones() },
    ], links: [{ words: 'link_away', page: 'replies', rest: 'handoff.away' }, { words: 'link_assist', page: 'people', rest: 'assist' }] },
    { id: 'contact', fields: [{ name: 'phone', key: ['contact', 'phone'], kind: 'text' }, { name: 'shop_address', key: ['contact', 'address'], kind: 'both' }] },
    { id: 'assistant', fields: [
      { name: 'search_limit', key: ['search', 'default_limit'], kind: 'int', unit: 'pieces', least: 1, most: 20 }, { name: 'resume_hours', key: ['flow', 'resume_hours'], kind: 'int', unit: 'hours', least: 1, most: 8760 },
      { name: 'flows_off', key: ['flow', 'off'], kind: 'checks', options: FLOWS.map((value) => ({ value, label: t(`flow_${value}`) })) },
    ] },
  ];
}

const zones = () => Intl.supportedValuesOf('timeZone').map((value) => ({ value, label: value }));

export class DetailsPage {
  /** @param {Draft} draft @param {string} shop @param {World} world */
  constructor(draft, shop, world) {
    this.topics = new TopicsPage(draft, world, { name: 'details', path: `shops/${shop}/shop.toml`, topics: topics(world.t) });
    this.root = this.topics.root;
  }

  /** @param {string} open */
  update(open) {
    return this.topics.update(open);
  }
}

/** For the search: what can be set here. */
export const DETAILS_TOPICS = topics((name) => name);
