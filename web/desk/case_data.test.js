import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actionsFor, isMasked, otherVariants, productCard, readCase, slotWords } from './case_data.js';
import { translator } from '../shared/i18n.js';
import { CASE_TEXTS } from './case_texts.js';

const money = (amount) => ({ amount, currency: 'CNY' });
const card = (state) => ({ kind: 'order', text: '', id: 'o1', state, lines: [{ id: 'l1', title: '大衣', variant: 'M', units: 1, paid: money('10.00') }] });

test('a case that is not there is empty, and nothing odd in it breaks the page', () => {
  for (const odd of [null, {}, { orders: 'x', tickets: [null, { kind: 'ticket', text: '' }], product: { id: 'p' } }]) {
    const read = readCase(odd);
    assert.equal(read.orders.length, 0);
    assert.equal(read.product, null);
  }
  assert.equal(readCase({ tickets: [null, { kind: 'ticket', text: '' }] }).tickets.length, 1);
});

test('an order has its card, what can be claimed by its title, and what is masked', () => {
  const { orders: [order] } = readCase({ about: { order: 'o1' }, orders: [{ ...card('delivered'), claimable: [{ line: 'l1', units: 1, amount: money('10.00') }], address: { name: '林*', phone: '138****5678', region: '浙江', detail: '西湖****' } }] });
  assert.equal(order.open, true);
  assert.deepEqual(order.claimable, [{ line: 'l1', units: 1, paid: money('10.00'), title: '大衣 M' }]);
  assert.deepEqual(order.masked.map(({ field, value }) => [field, value]), [['name', '林*'], ['phone', '138****5678'], ['address', '浙江 西湖****']]);
  assert.deepEqual(order.masked.map(({ value }) => isMasked(value)), [true, true, true]);
});

test('no button leads to a sure no', () => {
  const order = (state, extra = {}) => readCase({ orders: [{ ...card(state), ...extra }] }).orders[0];
  assert.deepEqual(actionsFor(order('unpaid')), ['address', 'cancel']);
  assert.deepEqual(actionsFor(order('shipped', { claimable: [{ line: 'l1', units: 1 }] })), ['ticket']);
  assert.deepEqual(actionsFor(order('closed')), []);
  assert.deepEqual(actionsFor(order('paid', { picking: true })), [], 'the warehouse has it');
  assert.deepEqual(actionsFor(order('paid', { variants: [{ line: 'l1', variant: 'v1', gift: false }] })), ['address', 'variant', 'cancel']);
});

test('another variant is one of the same price that is in stock', () => {
  const variant = (id, amount, stock) => ({ id, options: { 颜色: id }, price: money(amount), stock });
  const products = { products: [{ id: 'p1', variants: [variant('a', '10.00', 0), variant('b', '10.00', 3), variant('c', '12.00', 3), variant('d', '10.00', 1)] }] };
  assert.deepEqual(otherVariants(products, { line: 'l1', product: 'p1', variant: 'a', units: 2, title: '' }), [{ id: 'b', words: 'b' }]);
  assert.deepEqual(otherVariants(null, { line: 'l1', product: 'p1', variant: 'a', units: 1, title: '' }), []);
});

test('a product of the catalog is a card in the reader’s language', () => {
  assert.equal(productCard({ id: 'p', title: { zh: '大衣', en: 'Coat' }, price: money('1.00') }, 'en').title, 'Coat');
});

test('what was found out is told in words, and the shopper’s own words as they are', () => {
  const t = translator(CASE_TEXTS, 'zh-Hans');
  for (const [name, value, expected] of [
    ['kind', 'return', ['想要', '退货退款']],
    ['kind', 'resend', ['想要', '补发']],
    ['reason', 'size', ['原因', '尺码不合适']],
    ['reason', 'no_reason:买错了', ['原因', '不想要了 · 买错了']],
    ['want', 'XL 黑色', ['想换成', 'XL 黑色']],
    ['lines', '2×1', ['第几件 × 数量', '2×1']],
    ['new_one', 'x', ['new_one', 'x']],
  ]) assert.deepEqual(slotWords({ name, value }, t), expected);
});
