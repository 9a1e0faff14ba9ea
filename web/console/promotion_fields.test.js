import assert from 'node:assert/strict';
import { test } from 'node:test';
import { translator } from '../shared/i18n.js';
import { fold, summary } from './promotion_fields.js';
import { PROMOTION_TEXTS } from './promotion_texts.js';
import { EDITOR_TEXTS } from './editor_texts.js';

const zh = translator({ ...PROMOTION_TEXTS, ...EDITOR_TEXTS }, 'zh-Hans');
const en = translator({ ...PROMOTION_TEXTS, ...EDITOR_TEXTS }, 'en');

test('a rule is told in a few words', () => {
  for (const [one, inChinese, inEnglish] of [
    [{ kind: 'item_price', percent: '85' }, '8.5折', '15% off'],
    [{ kind: 'member_price', price: '199' }, '特价¥199', '¥199'],
    [{ kind: 'threshold', tiers: [{ over: '300', off: '30' }, { over: '500', off: '60' }] }, '满¥300减¥30、满¥500减¥60', '¥30 off over ¥300, ¥60 off over ¥500'],
    [{ kind: 'n_piece', tiers: [{ pieces: 2, percent: '95' }] }, '2件9.5折', '2 pieces 5% off'],
    [{ kind: 'coupon', off: '20', over: '99', code: 'HI' }, '满¥99减¥20，券码 HI', '¥20 off over ¥99, code HI'],
    [{ kind: 'free_shipping', over: '99' }, '满¥99包邮', 'free over ¥99'],
    [{ kind: 'threshold' }, '', ''],
    [{ kind: 'unheard' }, '', ''],
  ]) assert.deepEqual([summary(one, zh, '¥'), summary(one, en, '¥')], [inChinese, inEnglish]);
});

test('a percentage is said as shops say it', () => {
  assert.deepEqual(['85', '90', '88.8', 'x'].map(fold), ['8.5', '9', '8.88', 'x']);
});
