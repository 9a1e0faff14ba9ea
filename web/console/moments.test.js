import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMoment, readOffset, seededFrom, stateOf, toLocal } from './moments.js';

const CLOCK = { zone: 'Asia/Shanghai', seeded: Date.parse('2026-11-23T02:00:00Z') };

test('moments are read in every form the files have', () => {
  for (const [text, edge, expected] of [
    ['-3d', 'start', '2026-11-20T02:00:00Z'],
    ['+10d12h', 'start', '2026-12-03T14:00:00Z'],
    ['-30m', 'start', '2026-11-23T01:30:00Z'],
    ['2026-11-11T00:00:00+08:00', 'start', '2026-11-10T16:00:00Z'],
    ['2026-11-11T00:00:00', 'start', '2026-11-10T16:00:00Z'],
    ['2026-11-11T08:30', 'start', '2026-11-11T00:30:00Z'],
    ['2026-11-11', 'start', '2026-11-10T16:00:00Z'],
    ['2026-11-11', 'end', '2026-11-11T16:00:00Z'],
    ['', 'start', null], ['-', 'start', null], ['soon', 'start', null], [3, 'start', null],
  ]) {
    const at = readMoment(text, CLOCK, edge);
    assert.equal(at === null ? null : new Date(at).toISOString().replace('.000', ''), expected, String(text));
  }
});

test('a zone whose clocks are set forward and back is read right', () => {
  for (const local of ['2026-03-29T00:30', '2026-03-29T03:30', '2026-10-25T12:00', '2026-07-01T00:00']) {
    const at = readMoment(local, { zone: 'Europe/Berlin', seeded: null }, 'start');
    assert.equal(toLocal(at, 'Europe/Berlin'), local);
  }
});

test('offsets need a number and a unit, in order', () => {
  assert.deepEqual(['-3d', '+1d2h3m', '5m', '3', '2h1d', ''].map(readOffset), [-4320, 1563, 5, null, null, null]);
});

test('when a shop was made is told by what runs in it', () => {
  const entries = [{ id: 'a', from: '-3d' }, { id: 'b', from: '-1d' }, { id: 'c', from: '2026-01-01' }];
  const running = [{ id: 'a', from: '2026-11-20T02:00:00Z' }, { id: 'b', from: '2026-11-22T02:00:00Z' }, { id: 'c', from: '2026-01-01T00:00:00Z' }];
  assert.equal(seededFrom(entries, running), CLOCK.seeded);
  assert.equal(seededFrom(entries, []), null);
});

test('a promotion is planned, running, over, or nobody can tell', () => {
  const now = Date.parse('2026-11-25T02:00:00Z');
  assert.equal(stateOf({ from: '-3d', until: '+3d' }, CLOCK, now), 'running');
  assert.equal(stateOf({ from: '+3d', until: '+9d' }, CLOCK, now), 'planned');
  assert.equal(stateOf({ from: '-3d', until: '+2d' }, CLOCK, now), 'over');
  assert.equal(stateOf({ from: '-3d', until: '+3d' }, { ...CLOCK, seeded: null }, now), 'unknown');
});
