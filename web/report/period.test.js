import assert from 'node:assert/strict';
import { test } from 'node:test';
import { around, dayLabel, isDay, named, plusDays, step } from './period.js';

test('a day, its week from Monday, and its month', () => {
  for (const [span, day, from, to] of [
    ['day', '2026-11-28', '2026-11-28', '2026-11-28'],
    ['week', '2026-11-28', '2026-11-23', '2026-11-29'],
    ['week', '2026-11-23', '2026-11-23', '2026-11-29'],
    ['week', '2026-11-29', '2026-11-23', '2026-11-29'],
    ['week', '2027-01-01', '2026-12-28', '2027-01-03'],
    ['month', '2026-11-28', '2026-11-01', '2026-11-30'],
    ['month', '2028-02-29', '2028-02-01', '2028-02-29'],
    ['month', '2026-12-31', '2026-12-01', '2026-12-31'],
  ]) {
    assert.deepEqual(around(span, day), { from, to }, `${span} ${day}`);
  }
});

test('one period after another, whatever their lengths', () => {
  assert.deepEqual(step('month', { from: '2026-03-01', to: '2026-03-31' }, -1), { from: '2026-02-01', to: '2026-02-28' });
  assert.deepEqual(step('month', { from: '2026-12-01', to: '2026-12-31' }, 1), { from: '2027-01-01', to: '2027-01-31' });
  assert.deepEqual(step('week', { from: '2026-11-23', to: '2026-11-29' }, -1), { from: '2026-11-16', to: '2026-11-22' });
  assert.deepEqual(step('day', { from: '2026-03-01', to: '2026-03-01' }, -1), { from: '2026-02-28', to: '2026-02-28' });
  assert.equal(plusDays('2026-12-31', 1), '2027-01-01');
});

test('days are real ones', () => {
  for (const day of ['2026-02-29', '2026-13-01', '2026-1-1', '', 'today']) assert.equal(isDay(day), false, day);
  assert.equal(isDay('2028-02-29'), true);
});

test('periods have names', () => {
  const week = { from: '2026-11-23', to: '2026-11-29' };
  assert.equal(named('week', week, 'zh-Hans'), '11月23日 – 11月29日');
  assert.equal(named('month', { from: '2026-11-01', to: '2026-11-30' }, 'en'), 'November 2026');
  assert.match(named('day', { from: '2026-11-23', to: '2026-11-23' }, 'zh-Hans'), /11月23日.*周一/);
  assert.equal(dayLabel('2026-11-03', 'month', 'en'), '3');
  assert.equal(dayLabel('2026-11-23', 'week', 'en'), 'Mon');
});
