import assert from 'node:assert/strict';
import { test } from 'node:test';
import { around, find, lineOf, marked } from './search_index.js';

const entry = (kind, title, text = '', own = true) => ({ kind, title, text, page: kind, rest: title, own });
const ENTRIES = [
  entry('faq', '有实体店吗', '杭州有一家体验店'), entry('faq', '运费多少', '满99包邮'), entry('faq', '能退运费吗', '质量问题退运费', false), entry('settings', '运费', '发货和运费'),
  entry('promotions', '满99元包邮', 'free-shipping 运费'), entry('files', 'policy.toml', '运费 fee = "8.00"'), entry('intents', 'Shipping Fee', '邮费'),
];

test('the best comes first, kinds in their order', () => {
  const found = find(ENTRIES, '运费');
  assert.deepEqual(found.map(({ kind }) => kind), ['settings', 'faq', 'promotions', 'files']);
  assert.deepEqual(found[1].hits.map(({ entry: { title } }) => title), ['运费多少', '能退运费吗']);
});

test('every word has to be there, in any case of its letters', () => {
  assert.deepEqual(find(ENTRIES, '运费 质量').flatMap(({ hits }) => hits.map(({ entry: { title } }) => title)), ['能退运费吗']);
  assert.equal(find(ENTRIES, 'shipping FEE')[0].kind, 'intents');
  assert.deepEqual([find(ENTRIES, '  '), find(ENTRIES, '没有这个')], [[], []]);
});

test('what there is no room for is counted', () => {
  const many = Array.from({ length: 9 }, (_one, n) => entry('faq', `问题${n}`));
  assert.deepEqual(find(many, '问题', 4).map(({ hits, more }) => [hits.length, more]), [[4, 5]]);
});

test('a long text is shown around what was looked for, which is marked', () => {
  const text = `${'前'.repeat(40)}运费${'后'.repeat(90)}`;
  const part = around(text, ['运费']);
  assert.ok(part.startsWith('…前') && part.includes('运费') && part.endsWith('后…'), part);
  assert.deepEqual(marked('满99包邮，99起', ['99']), [{ text: '满', hit: false }, { text: '99', hit: true }, { text: '包邮，', hit: false }, { text: '99', hit: true }, { text: '起', hit: false }]);
  assert.deepEqual([lineOf('一\n运费 Fee\n', ['fee']), lineOf('一', ['fee'])], [2, 0]);
  assert.deepEqual(marked('İ', ['x']), [{ text: 'İ', hit: false }]);
});
