import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cannedAt, complete, fillIn, localized, mentionAt, mentionsIn, variables } from './completions.js';

const SHOP = { id: 'demo', name: '小店', canned: [
  { id: 'hello', zh: '{shopper}您好，我是{agent}', en: 'Hello {shopper}, this is {agent}' },
  { id: 'wait', zh: '您的订单 {order} 我查一下', en: null },
] };
const VALUES = { shopper: '张三', agent: '小王', shop: '小店', order: null };
const about = { shop: SHOP, locale: 'zh-Hans', values: VALUES };

test('a canned reply comes by its name or its words, in the shopper’s language, filled in', () => {
  assert.deepEqual(cannedAt('/he', 3, about).options.map(({ text }) => text), ['张三您好，我是小王']);
  assert.deepEqual(cannedAt('/订单', 3, about).options.map(({ key }) => key), ['wait']);
  assert.equal(cannedAt('/hello', 6, { ...about, locale: 'en' }).options[0].text, 'Hello 张三, this is 小王');
  assert.equal(cannedAt('/', 1, about).options.length, 2);
});

test('a slash inside a word or an address is none', () => {
  assert.equal(cannedAt('3/4', 3, about), null);
  assert.equal(cannedAt('https://a', 9, about), null);
  assert.equal(cannedAt('/hello 好', 8, about), null);
});

test('a variable that is not known stays to be written over', () => {
  assert.equal(fillIn('{order}的{shopper}', VALUES), '{order}的张三');
  const card = { shopper: { name: null, signed_in: false }, order: '123' };
  assert.deepEqual(variables(card, { agent: '小王', shop: '小店', guest: '顾客' }), { shopper: '顾客', agent: '小王', shop: '小店', order: '123' });
});

test('an option takes the place of what was typed', () => {
  const found = cannedAt('好的 /wa 谢谢', 6, about);
  assert.deepEqual(complete('好的 /wa 谢谢', found, found.options[0]), { text: '好的 您的订单 {order} 我查一下 谢谢', caret: 20 });
});

test('colleagues are mentioned by part of their name, and found again in the note', () => {
  const colleagues = [{ id: 'a', name: '小李', status: 'here' }, { id: 'b', name: '小李子', status: 'away' }];
  assert.deepEqual(mentionAt('请@小李', 4, colleagues).options.map(({ text }) => text), ['@小李 ', '@小李子 ']);
  assert.equal(mentionAt('a@b.com', 7, colleagues)?.options.length ?? 0, 0);
  assert.deepEqual(mentionsIn('请@小李子 看', ['小李', '小李子']), [{ text: '请', mention: false }, { text: '@小李子', mention: true }, { text: ' 看', mention: false }]);
  assert.deepEqual(mentionsIn('hello', []), [{ text: 'hello', mention: false }]);
});

test('texts in several languages fall back to one that is there', () => {
  assert.equal(localized({ zh: '好', en: 'ok' }, 'en'), 'ok');
  assert.equal(localized({ zh: '好' }, 'en'), '好');
  assert.equal(localized(null, 'en'), '');
});
