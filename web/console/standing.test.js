import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standing } from './standing.js';
import { TEXTS } from './texts.js';

const SHOP = { id: 'demo', name: null, version: null, problems: [], intents: 0, faq: 0, products: 0, promotions: 0, open: true, ready: true };
const PROBLEM = { path: 'shops/demo/shop.toml', line: 1, column: 1, severity: 'error', code: 'x', message: 'x' };

test('a shop that does not answer is told before all else, then errors, then learning', () => {
  for (const [change, state, tone] of [
    [{}, 'ready', 'good'],
    [{ ready: false }, 'preparing', ''],
    [{ problems: [{ ...PROBLEM, severity: 'warning' }] }, 'ready', 'good'],
    [{ problems: [PROBLEM] }, 'stale', 'bad'],
    [{ open: false, ready: false, problems: [PROBLEM] }, 'shut', 'bad'],
    [{ open: false, ready: false }, 'shut', 'bad'],
  ]) {
    const told = standing({ ...SHOP, ...change });
    assert.deepEqual([told.state, told.tone], [state, tone]);
    assert.ok(TEXTS[told.state] && (told.words === null || TEXTS[told.words]), told.state);
  }
});
