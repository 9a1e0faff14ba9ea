import assert from 'node:assert/strict';
import { test } from 'node:test';
import { translator } from '../shared/i18n.js';
import { change, nameIn, secondTicks, share, showMean, showPercent, showSeconds, ticks } from './figures.js';
import { TEXTS } from './texts.js';

test('times are short in every language, and nothing is a dash', () => {
  const [zh, en] = ['zh-Hans', 'en'].map((locale) => translator(TEXTS, locale));
  for (const [seconds, inChinese, inEnglish] of [
    [null, '–', '–'], [0, '0秒', '0s'], [59.9, '59秒', '59s'], [60, '1分', '1m'], [200, '3分20秒', '3m 20s'],
    [3600, '1小时', '1h'], [3960, '1小时6分', '1h 6m'], [-3, '0秒', '0s'],
  ]) {
    assert.equal(showSeconds(seconds, zh), inChinese);
    assert.equal(showSeconds(seconds, en), inEnglish);
  }
});

test('shares and means', () => {
  assert.equal(showPercent(share(1, 3)), '33.3%');
  assert.equal(showPercent(share(3, 3)), '100%');
  assert.equal(showPercent(share(0, 0)), '–');
  assert.equal(showMean(4.5), '4.5');
  assert.equal(showMean(null), '–');
});

test('a change says its way and whether that is good', () => {
  assert.deepEqual(change(12, 10, { more: 'plain' }), { text: '20%', tone: 'plain', way: 'up' });
  assert.deepEqual(change(90, 95.5, { more: 'good', points: true }), { text: '5.5', tone: 'bad', way: 'down' });
  assert.deepEqual(change(20, 40, { more: 'bad' }), { text: '50%', tone: 'good', way: 'down' });
  assert.deepEqual(change(95.01, 95, { more: 'good', points: true }), { text: '0', tone: 'plain', way: 'same' });
  assert.equal(change(5, 0, { more: 'good' }), null);
  assert.equal(change(null, 4, { more: 'good' }), null);
});

test('marks of a scale are round, few, and reach over the largest', () => {
  for (const [largest, expected] of [[0, [0, 1]], [3, [0, 1, 2, 3]], [7, [0, 2, 4, 6, 8]], [48, [0, 20, 40, 60]], [100, [0, 25, 50, 75, 100]], [333, [0, 100, 200, 300, 400]]]) {
    assert.deepEqual(ticks(largest), expected, String(largest));
  }
  for (const [largest, expected] of [[0, [0, 5, 10]], [21, [0, 10, 20, 30]], [130, [0, 60, 120, 180]]]) {
    assert.deepEqual(secondTicks(largest), expected, String(largest));
  }
  assert.ok(secondTicks(1_000_000).length < 8);
});

test('names fall back to what is known', () => {
  assert.equal(nameIn({ zh: '售前', en: null }, 'en', 'x'), '售前');
  assert.equal(nameIn({ zh: '售前', en: 'Pre-sale' }, 'en', 'x'), 'Pre-sale');
  assert.equal(nameIn(null, 'en', 'gone'), 'gone');
});
