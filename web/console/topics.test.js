import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PEOPLE_TOPICS } from './people.js';
import { POLICY_TOPICS } from './policy_fields.js';
import { ownerOf } from './topics.js';

test('what is wrong is told by the topic that shows it, and nothing goes untold', () => {
  for (const [key, topic] of [['returns.address.zh', 'returns'], ['shipping.fee', 'shipping'], ['shipping.feee', 'shipping'], ['handoff_limits', 'limits'], ['nobody', 'returns'], ['', 'returns']]) {
    assert.equal(ownerOf(POLICY_TOPICS, key).id, topic, key);
  }
  assert.deepEqual(['assist.from', 'service', 'tags', 'misses', 'other'].map((key) => ownerOf(PEOPLE_TOPICS, key).id), ['assist', 'service', 'wrap_ups', 'when', 'when']);
});

test('assist mode that is off has no table, for an empty one would mean at all times', () => {
  const { mend } = PEOPLE_TOPICS.find(({ id }) => id === 'assist');
  assert.deepEqual(mend([{ at: ['assist', 'from'], to: null }, { at: ['assist', 'to'], to: null }]), [{ at: ['assist'] }]);
  assert.deepEqual(mend([{ at: ['assist', 'from'], to: '20:00' }]), [{ at: ['assist', 'from'], to: '20:00' }]);
  assert.deepEqual(mend([]), []);
});
