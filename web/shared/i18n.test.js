import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearestLocale, translator } from './i18n.js';

test('language tags find their nearest locale', () => {
  const cases = [
    ['zh', 'zh-Hans'], ['zh-CN', 'zh-Hans'], ['zh-Hans-HK', 'zh-Hans'], ['zh-TW', 'zh-Hant'], ['zh-HK', 'zh-Hant'],
    ['zh-Hant', 'zh-Hant'], ['en-GB', 'en'], ['fr', 'en'], ['', 'zh-Hans'], [null, 'zh-Hans'],
  ];
  for (const [tag, expected] of cases) assert.equal(nearestLocale(tag), expected, String(tag));
});

test('texts are filled in and fall back', () => {
  const table = { wait: { zh: '前面还有 {n} 位', en: '{n} before you' } };
  assert.equal(translator(table, 'en')('wait', { n: 2 }), '2 before you');
  assert.equal(translator(table, 'zh-Hant')('wait', { n: 2 }), '前面还有 2 位');
  assert.equal(translator(table, 'en')('wait'), '{n} before you');
  assert.equal(translator(table, 'en')('nothing'), 'nothing');
});
