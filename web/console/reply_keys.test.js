import assert from 'node:assert/strict';
import { test } from 'node:test';
import { partsOf, repliesOf, slotsOf } from './reply_keys.js';

test('replies are found in every form they are written in', () => {
  const value = { version: 1, 'chat.greet': { say: ['您好', '在的'] }, handoff: { away: '下班了', lead: { sorry: { say: '抱歉' } } } };
  assert.deepEqual(repliesOf(value), [
    { key: 'chat.greet', at: ['chat.greet'], say: ['您好', '在的'] },
    { key: 'handoff.away', at: ['handoff', 'away'], say: ['下班了'] },
    { key: 'handoff.lead.sorry', at: ['handoff', 'lead', 'sorry'], say: ['抱歉'] },
  ]);
  assert.deepEqual(repliesOf(null), []);
});

test('slots are the names in braces, once each', () => {
  assert.deepEqual(slotsOf(['{name}您好，欢迎来{shop}', '{name}，在的', '没有']), ['name', 'shop']);
});

test('comments say what parts of the file are called', () => {
  const parts = partsOf('# 话术\nversion = 1\n# ---- 聊天 · Small talk ----\n["chat.greet"]\nsay = "x"\n# ---- 转人工 ----\n["handoff.away"]\n["chat.late"]\n');
  assert.deepEqual([parts.get('chat'), parts.get('handoff')], [{ zh: '聊天', en: 'Small talk' }, { zh: '转人工', en: '转人工' }]);
});
