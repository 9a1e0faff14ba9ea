import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitting } from './chips.js';

const CHOICES = [{ value: 'down-jacket', label: '轻暖羽绒服' }, { value: 'jacket-2', label: '羽绒服 长款' }, { value: 'tee', label: 'T恤' }];

test('what begins with the words comes first, what is taken is left out', () => {
  assert.deepEqual(fitting(CHOICES, '羽绒服', []).map(({ value }) => value), ['jacket-2', 'down-jacket']);
  assert.deepEqual(fitting(CHOICES, 'JACKET', ['jacket-2']).map(({ value }) => value), ['down-jacket']);
  assert.equal(fitting(CHOICES, ' ', ['tee']).length, 2);
});
