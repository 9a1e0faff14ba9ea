import assert from 'node:assert/strict';
import { test } from 'node:test';
import { showDay, showMoney } from './format.js';

test('money is shown without counting with it', () => {
  const cases = [
    [{ amount: '199.00', currency: 'CNY' }, '¥199'],
    [{ amount: '1299.50', currency: 'CNY' }, '¥1,299.50'],
    [{ amount: '1234567', currency: 'USD' }, 'US$1,234,567'],
    [{ amount: '-30.00', currency: 'CNY' }, '-¥30'],
    [{ amount: '12345678901234567890.10', currency: 'CNY' }, '¥12,345,678,901,234,567,890.10'],
    [{ amount: '5.00', currency: 'CHF' }, 'CHF 5'],
    [undefined, ''],
  ];
  for (const [money, expected] of cases) assert.equal(showMoney(money), expected);
});

test('a day is named only when it is not today', () => {
  const now = new Date(2026, 4, 2, 12, 0);
  assert.equal(showDay('en', new Date(2026, 4, 2, 9, 5).toISOString(), now), '09:05');
  assert.equal(showDay('en', new Date(2026, 4, 1, 9, 5).toISOString(), now), 'May 1 09:05');
  assert.equal(showDay('en', 'soon', now), 'soon');
});
