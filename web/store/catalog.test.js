import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Catalog, available, chosenVariant, localized, optionGroups } from './catalog.js';

const price = { amount: '99.00', currency: 'CNY' };
const raw = {
  id: 'tee', title: { zh: '纯棉T恤', en: 'Cotton Tee' }, subtitle: { zh: '', en: null }, brand: '岚序', price, sales: 10,
  category: [{ zh: '女装', en: 'Women' }, { zh: 'T恤', en: 'T-shirts' }],
  attributes: [{ name: { zh: '材质', en: 'Material' }, value: { zh: '棉', en: 'Cotton' } }],
  variants: [
    { id: 'tee-w-s', options: { 颜色: '白色', 尺码: 'S' }, price, stock: 3 },
    { id: 'tee-w-m', options: { 颜色: '白色', 尺码: 'M' }, price, stock: 0 },
    { id: 'tee-b-m', options: { 颜色: '黑色', 尺码: 'M' }, price, stock: 5 },
  ],
  option_words: { 颜色: 'Colour', 白色: 'White', 黑色: 'Black', 尺码: 'Size' },
};
const coat = { id: 'coat', title: '羊毛大衣', category: ['女装', '大衣'], price, sales: 20, attributes: [], variants: [] };
const phone = { id: 'phone', title: 'X1 手机', category: ['数码', '手机'], price, attributes: [], variants: [] };
const catalog = new Catalog([raw, coat, phone], [{ id: 'p', title: { zh: '满减', en: 'Save' }, text: '满300减30' }]);
const tee = catalog.product('tee');

test('categories keep the order of the catalog, products go by sales', () => {
  assert.deepEqual(catalog.categories(), ['女装', '数码']);
  assert.deepEqual(catalog.within('女装').map(({ id }) => id), ['coat', 'tee']);
  assert.equal(catalog.categoryName('女装', 'en'), 'Women');
  assert.equal(catalog.categoryName('数码', 'en'), '数码');
});

test('a search needs every word, in any language, width and case', () => {
  const cases = [['纯棉', ['tee']], ['cotton', ['tee']], ['ｔ恤 岚序', ['tee']], ['女装', ['tee', 'coat']], ['x1', ['phone']], ['棉 手机', []], [' ', ['tee', 'coat', 'phone']]];
  for (const [query, expected] of cases) assert.deepEqual(catalog.search(query).map(({ id }) => id), expected, query);
});

test('english texts take the place of the chinese ones where they are', () => {
  const english = localized(tee, 'en');
  assert.equal(english.title, 'Cotton Tee');
  assert.deepEqual(english.variants[0].options, { Colour: 'White', Size: 'S' });
  assert.equal(localized(tee, 'zh-Hans'), tee);
  assert.equal(localized(catalog.product('coat'), 'en').title, '羊毛大衣');
  assert.deepEqual(english.attributes, [{ name: 'Material', value: 'Cotton' }]);
  assert.deepEqual(catalog.promotions[0].en, { title: 'Save', text: undefined });
});

test('options, their variant, and what is still to be had', () => {
  assert.deepEqual(optionGroups(tee), [{ name: '颜色', values: ['白色', '黑色'] }, { name: '尺码', values: ['S', 'M'] }]);
  assert.equal(chosenVariant(tee, { 颜色: '黑色', 尺码: 'M' })?.id, 'tee-b-m');
  assert.equal(chosenVariant(tee, { 颜色: '黑色' }), null);
  assert.equal(available(tee, { 颜色: '白色' }, '尺码', 'M'), false);
  assert.equal(available(tee, { 颜色: '黑色' }, '尺码', 'M'), true);
});
