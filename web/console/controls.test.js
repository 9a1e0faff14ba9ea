import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inLargerUnits, shownValue } from './controls.js';

const t = (name) => ({ unit_hours: '小时', unit_minutes: '分钟', unit_seconds: '秒', yes: '是', no: '否' })[name] ?? name;

test('long times are said in hours and minutes', () => {
  assert.deepEqual([30, 60, 90, 600, 7200, 9000, Number.NaN].map((seconds) => inLargerUnits(seconds, t)), ['', '= 1 分钟', '= 1 分钟 30 秒', '= 10 分钟', '= 2 小时', '= 2 小时 30 分钟', '']);
});

test('what is inherited is said as a person reads it', () => {
  assert.deepEqual([true, false, 7, '0.00', ['顺丰', '中通'], { zh: '杭州', en: 'Hangzhou' }, undefined].map((value) => shownValue(value, t)), ['是', '否', '7', '0.00', '顺丰、中通', '杭州', '']);
});
