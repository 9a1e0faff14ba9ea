import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Board } from './board.js';

const AGENT = { id: 'a1', name: '小王', role: 'agent' };

function card(conversation, extra = {}) {
  return { conversation, shop: 'demo', mode: 'queue', shopper: { signed_in: false }, since: '2026-05-01T08:00:00Z', reason: null, summary: [], slots: [], last: null, agent: null, locale: 'zh-Hans', suggestions: [], unread: 0, ...extra };
}

function message(seq, from = 'shopper', extra = {}) {
  return { seq, from, at: `2026-05-01T08:00:0${seq}Z`, parts: [{ kind: 'text', text: `text ${seq}` }], ...extra };
}

function board(extra = {}) {
  let number = 0;
  const one = new Board({ id: () => `d${++number}` });
  one.receive({ type: 'welcome', agent: AGENT, shops: [], waiting: [card('c1')], mine: [], closed: [], ...extra }, 0);
  return one;
}

test('opening one conversation shuts the other, and coming back asks for what is new', () => {
  const desk = board();
  assert.deepEqual(desk.show('c1'), [{ type: 'open', conversation: 'c1' }]);
  desk.receive({ type: 'conversation', card: card('c1'), messages: [message(1), message(2)], notes: [], more: false }, 0);
  assert.deepEqual(desk.show('c2'), [{ type: 'shut', conversation: 'c1' }, { type: 'open', conversation: 'c2' }]);
  assert.deepEqual(desk.show('c1'), [{ type: 'shut', conversation: 'c2' }, { type: 'open', conversation: 'c1', after: 2 }]);
});

test('messages come once and in order; a gap opens again', () => {
  const desk = board();
  desk.show('c1');
  desk.receive({ type: 'conversation', card: card('c1'), messages: [message(1)], notes: [], more: false }, 0);
  desk.receive({ type: 'message', conversation: 'c1', ...message(2) }, 0);
  desk.receive({ type: 'message', conversation: 'c1', ...message(2) }, 0);
  assert.deepEqual(desk.receive({ type: 'message', conversation: 'c1', ...message(5) }, 0), [{ type: 'open', conversation: 'c1', after: 2 }]);
  desk.receive({ type: 'conversation', card: card('c1'), messages: [message(3), message(4), message(5)], notes: [], more: false }, 0);
  assert.deepEqual(desk.lines().map(({ key }) => key), ['m1', 'm2', 'm3', 'm4', 'm5']);
});

test('what was said before is asked for once and stands in front', () => {
  const desk = board();
  desk.show('c1');
  assert.deepEqual(desk.earlier(), []);
  desk.receive({ type: 'conversation', card: card('c1'), messages: [message(5), message(6)], notes: [], more: true }, 0);
  assert.equal(desk.hasEarlier, true);
  assert.deepEqual(desk.earlier(), [{ type: 'earlier', conversation: 'c1', before: 5 }]);
  assert.deepEqual(desk.earlier(), []);
  desk.receive({ type: 'earlier', conversation: 'c1', messages: [message(3), message(4)], more: true }, 0);
  assert.deepEqual(desk.lines().map(({ key }) => key), ['m3', 'm4', 'm5', 'm6']);
  // The line breaks before the answer: it is asked for again on the next one.
  assert.equal(desk.earlier().length, 1);
  desk.offline();
  desk.receive({ type: 'welcome', agent: AGENT, shops: [], waiting: [], mine: [], closed: [] }, 0);
  desk.receive({ type: 'conversation', card: card('c1'), messages: [], notes: [], more: false }, 0);
  assert.deepEqual(desk.earlier(), [{ type: 'earlier', conversation: 'c1', before: 3 }]);
  desk.receive({ type: 'earlier', conversation: 'c1', messages: [message(1), message(2)], more: false }, 0);
  assert.equal(desk.hasEarlier, false);
  assert.deepEqual(desk.earlier(), []);
});

test('what is written is pending until its message comes, and is said again on a new line', () => {
  const desk = board({ waiting: [], mine: [card('c1', { mode: 'agent', agent: { id: 'a1', name: '小王' } })] });
  desk.show('c1');
  desk.receive({ type: 'conversation', card: card('c1', { mode: 'agent', agent: { id: 'a1', name: '小王' } }), messages: [], notes: [], more: false }, 0);
  assert.equal(desk.isMine, true);
  assert.deepEqual(desk.write('say', ' 您好 ', 0), [{ type: 'say', id: 'd1', conversation: 'c1', text: '您好' }]);
  desk.offline();
  const frames = desk.receive({ type: 'welcome', agent: AGENT, shops: [], waiting: [], mine: [], closed: [] }, 0);
  assert.deepEqual(frames.map(({ type }) => type), ['open', 'say']);
  desk.receive({ type: 'message', conversation: 'c1', ...message(1, 'agent', { id: 'd1' }) }, 0);
  assert.deepEqual(desk.lines().map(({ key }) => key), ['m1']);
});

test('a refusal fails what was said and may be tried again', () => {
  const desk = board();
  desk.show('c1');
  desk.receive({ type: 'conversation', card: card('c1'), messages: [], notes: [], more: false }, 0);
  desk.write('say', 'x', 0);
  desk.receive({ type: 'error', code: 'not_yours', id: 'd1', conversation: 'c1', fatal: false }, 0);
  assert.equal(desk.notice.code, 'not_yours');
  assert.equal(desk.lines()[0].entry.status, 'failed');
  assert.deepEqual(desk.retry('d1'), [{ type: 'say', id: 'd1', conversation: 'c1', text: 'x' }]);
});

test('notes stand among the messages by time', () => {
  const desk = board();
  desk.show('c1');
  desk.receive({ type: 'conversation', card: card('c1'), messages: [message(1), message(3)], notes: [{ n: 1, at: '2026-05-01T08:00:02Z', agent: { name: '小王' }, text: 'vip' }], more: false }, 0);
  assert.deepEqual(desk.lines().map(({ key }) => key), ['m1', 'n1', 'm3']);
});

test('the holder reads what the shopper said, once', () => {
  const desk = board();
  desk.show('c1');
  desk.receive({ type: 'conversation', card: card('c1', { mode: 'agent', agent: { id: 'a1', name: '小王' } }), messages: [message(1)], notes: [], more: false }, 0);
  assert.deepEqual(desk.see(), [{ type: 'read', conversation: 'c1', seq: 1 }]);
  assert.deepEqual(desk.see(), []);
  desk.receive({ type: 'state', conversation: 'c1', mode: 'closed' }, 0);
  assert.equal(desk.isMine, false);
});
