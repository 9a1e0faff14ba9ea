import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clockOf, clockWords, showSpan } from './clock.js';

const at = (seconds) => new Date(seconds * 1000).toISOString();
const SERVICE = { first_reply: 30, reply: 60 };

test('a clock counts down to the moment an answer is due, ambers and reddens', () => {
  const card = { mode: 'queue', since: at(0), awaiting_since: at(0), due: at(30) };
  const shown = (seconds) => {
    const clock = clockOf(card, SERVICE, seconds * 1000);
    return [clock.tone, clockWords(clock, seconds * 1000)];
  };
  assert.deepEqual(shown(5), ['calm', '0:25']);
  assert.deepEqual(shown(19), ['soon', '0:11']);
  assert.deepEqual(shown(30), ['late', '0:00']);
  assert.deepEqual(shown(95), ['late', '−1:05']);
});

test('without a due moment it counts how long the shopper has waited', () => {
  const clock = clockOf({ mode: 'agent', since: at(0), awaiting_since: at(10), due: null }, SERVICE, 85_000);
  assert.deepEqual([clock.tone, clockWords(clock, 85_000)], ['late', '1:15']);
});

test('where nobody waits there is no clock', () => {
  assert.equal(clockOf({ mode: 'agent', since: at(0), awaiting_since: null, due: null }, SERVICE, 0), null);
  assert.equal(clockOf({ mode: 'closed', since: at(0), awaiting_since: at(0), due: at(1) }, SERVICE, 0), null);
});

test('a message out of hours runs to what was promised', () => {
  const clock = clockOf({ mode: 'message', since: at(0), due: null, promised: at(7200) }, SERVICE, 0);
  assert.equal(clockWords(clock, 0), '2:00:00');
});

test('spans are short', () => {
  assert.deepEqual([0, 61_000, 3_600_000, 86_400_000, 200_000_000].map(showSpan), ['0:00', '1:01', '1:00:00', '24:00:00', '2d']);
});
