import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compare } from './tables.js';

test('rows are sorted both ways, and nothing comes last', () => {
  const sorted = (values, down) => [...values].sort((one, other) => compare(one, other, down));
  assert.deepEqual(sorted([3, null, 10, 1], true), [10, 3, 1, null]);
  assert.deepEqual(sorted([3, null, 10, 1], false), [1, 3, 10, null]);
  assert.deepEqual(sorted(['Vera', '小安', '安'], false), ['安', '小安', 'Vera']);
});
