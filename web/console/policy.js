// The rules of trade. What the shop does not state is as in its packs, and each field says what that is.

import { DEFAULTS, POLICY_TOPICS } from './policy_fields.js';
import { valueAt } from './form.js';
import { TopicsPage } from './topics.js';

/** @typedef {import('./draft.js').Draft} Draft */
/** @typedef {import('./faq.js').World} World */

export class PolicyPage {
  /** @param {Draft} draft @param {string} shop @param {World} world */
  constructor(draft, shop, world) {
    /** Values of the packs, the one that counts first. @type {any[]} */
    this.packs = [];
    this.topics = new TopicsPage(draft, world, {
      name: 'policy', path: `shops/${shop}/policy.toml`, topics: POLICY_TOPICS,
      prepare: async () => {
        const known = await world.facts?.known();
        const values = await Promise.all((known?.packs ?? []).map(async (pack) => (await draft.file(`packs/${pack}/policy.toml`))?.value));
        this.packs = values.filter(Boolean).reverse();
      },
      inherited: ({ key }, own) => {
        // Reminders are stated as a whole.
        if (key[0] === 'reminders' && own?.reminders) return undefined;
        return [...this.packs, DEFAULTS].map((pack) => valueAt(pack, key)).find((value) => value !== undefined);
      },
    });
    this.root = this.topics.root;
  }

  /** @param {string} open */
  update(open) {
    return this.topics.update(open);
  }
}
