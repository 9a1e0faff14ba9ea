import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rowEdits } from './rows.js';

const THERE = [{ over: '300', off: '30' }, { over: '500', off: '60' }, { over: '900', off: '99' }];
const row = (index, over, off) => ({ index, cells: { over, off } });

test('rows that are there change by their cells, go from the end and come at the end', () => {
  assert.deepEqual(rowEdits(['tiers'], THERE, ['over', 'off'], THERE.map(({ over, off }, n) => row(n, over, off))), []);
  assert.deepEqual(rowEdits(['tiers'], THERE, ['over', 'off'], [row(1, '500', '70'), row(null, '1000', '200')]), [
    { at: ['tiers', 1, 'off'], to: '70' }, { at: ['tiers', 2], to: null }, { at: ['tiers', 0], to: null }, { at: ['tiers', 1], to: { over: '1000' } }, { at: ['tiers', 1, 'off'], to: '200' },
  ]);
});

test('the first rows make the list', () => {
  assert.deepEqual(rowEdits(['tiers'], [], ['over', 'off'], [row(null, '1', '2')]), [{ at: ['tiers'], to: [{ over: '1' }] }, { at: ['tiers', 0, 'off'], to: '2' }]);
});
