import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRoute, writeRoute } from './route.js';

test('an address says what is open, and a broken one says nothing', () => {
  for (const route of [{ conversation: null, view: 'list' }, { conversation: 'c-1', view: 'talk' }, { conversation: '甲/乙', view: 'case' }]) assert.deepEqual(readRoute(writeRoute(route)), route);
  assert.deepEqual(readRoute('#/c/%E0%A4%A'), { conversation: null, view: 'list' });
  assert.deepEqual(readRoute(''), { conversation: null, view: 'list' });
});
