import assert from 'node:assert/strict';
import { test } from 'node:test';
import { translator } from '../shared/i18n.js';
import { entriesOf } from './search_entries.js';
import { find } from './search_index.js';
import { TEXTS } from './texts.js';

const FILES = {
  'packs/base/replies/zh.toml': { 'chat.bye': { say: ['再见'] }, 'chat.thanks': { say: '不客气' } },
  'packs/base/faq/faq.toml': { faq: [{ id: 'invoice', ask: ['能开发票吗'], answer: { zh: '可以开电子发票' } }] },
  'shops/a/faq/faq.toml': { faq: [{ id: 'store', ask: ['在哪'], answer: { zh: '杭州' } }] },
  'shops/a/intents/own.toml': { 'order.status': { examples: ['我的包裹呢'] } },
  'shops/a/replies/zh.toml': { 'chat.bye': { say: ['慢走'] } },
  'shops/a/promotions.toml': { promotion: [{ id: 'ny', kind: 'threshold', title: { zh: '新年满减' }, tiers: [{ over: '300', off: '30' }] }] },
  'shops/a/glossary.toml': { term: [{ word: '充电宝', synonyms: ['移动电源'] }] },
  'shops/a/sizes.toml': { chart: [{ id: 'tops', title: { zh: '上衣' }, sizes: [{ size: 'XL' }] }] },
};

test('everything of a shop is found, the shop’s wording in the place of its packs’', async () => {
  const draft = {
    paths: Object.keys(FILES), intents: [{ id: 'order.status', name: { zh: '查订单', en: 'Order status' }, examples: 1 }],
    file: async (path) => (FILES[path] ? { text: JSON.stringify(FILES[path]), value: FILES[path] } : null),
  };
  const facts = { known: async () => ({ packs: ['base'], symbol: '¥' }), path: (name) => `shops/a/${name}` };
  const entries = await entriesOf(draft, { t: translator(TEXTS, 'zh-Hans'), locale: 'zh-Hans', facts });
  const places = (words) => find(entries, words).flatMap(({ hits }) => hits.map(({ entry: { page, rest } }) => `${page}/${rest}`));
  for (const [words, place] of [
    ['发票', 'faq/invoice'], ['杭州', 'faq/store'], ['包裹', 'intents/order.status'], ['慢走', 'replies/chat.bye'], ['不客气', 'replies/chat.thanks'], ['满¥300', 'promotions/ny'],
    ['移动电源', 'glossary/充电宝'], ['XL', 'sizes/tops'], ['优先推荐', 'policy/recommend'], ['首次回复', 'people/service'], ['休息的日子', 'details/opening'], ['哪些网站', 'look/words'], ['glossary.toml', 'files/shops/a/glossary.toml'],
  ]) assert.ok(places(words).includes(place), `${words}: ${places(words)}`);
  assert.deepEqual(places('再见'), []);
});
