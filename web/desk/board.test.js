import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Board } from './board.js';
import { Kept } from './kept.js';

const AGENT = { id: 'a1', name: '小王', role: 'agent' };
const HOLDER = { id: 'a1', name: '小王' };

function card(conversation, extra = {}) {
  return { conversation, shop: 'demo', mode: 'queue', shopper: { signed_in: false }, since: '2026-05-01T08:00:00Z', reason: null, summary: [], slots: [], last: null, agent: null, locale: 'zh-Hans', suggestions: [], unread: 0, ...extra };
}

function mine(conversation, extra = {}) {
  return card(conversation, { mode: 'agent', agent: HOLDER, ...extra });
}

function message(seq, from = 'shopper', extra = {}) {
  return { seq, from, at: `2026-05-01T08:00:0${seq}Z`, parts: [{ kind: 'text', text: `text ${seq}` }], ...extra };
}

class Shelf extends Map {
  getItem(key) { return this.get(key) ?? null; }
  setItem(key, value) { this.set(key, value); }
  removeItem(key) { this.delete(key); }
  get length() { return this.size; }
  key(place) { return [...this.keys()][place] ?? null; }
}

function board(lists = { waiting: [card('c1')] }, shelf = new Shelf()) {
  let number = 0;
  const one = new Board({ id: () => `d${++number}`, kept: new Kept('a1', shelf) });
  one.receive(welcome(lists), 0);
  return one;
}

function welcome(lists = {}) {
  return { type: 'welcome', agent: AGENT, shops: [], ...lists };
}

/** A desk with one conversation of its own, open. */
function talking(messages = [], shelf = new Shelf()) {
  const desk = board({ mine: [mine('c1')] }, shelf);
  desk.show('c1');
  desk.receive({ type: 'conversation', card: mine('c1'), messages, notes: [], more: false }, 0);
  return desk;
}

const keys = (desk) => desk.openThread.lines().map(({ key }) => key);
const say = (desk, text, about = {}) => desk.write('say', { text }, { now: 0, ...about });

test('opening one conversation shuts the other, and coming back asks for what is new', () => {
  const desk = board();
  assert.deepEqual(desk.show('c1'), [{ type: 'open', conversation: 'c1' }]);
  desk.receive({ type: 'conversation', card: card('c1'), messages: [message(1), message(2)], notes: [], more: false }, 0);
  assert.deepEqual(desk.show('c2'), [{ type: 'shut', conversation: 'c1' }, { type: 'open', conversation: 'c2' }]);
  assert.deepEqual(desk.show('c1'), [{ type: 'shut', conversation: 'c2' }, { type: 'open', conversation: 'c1', after: 2 }]);
});

test('messages come once and in order; a gap opens again, and only once', () => {
  const desk = talking([message(1)]);
  desk.receive({ type: 'message', conversation: 'c1', ...message(2) }, 0);
  desk.receive({ type: 'message', conversation: 'c1', ...message(2) }, 0);
  assert.deepEqual(desk.receive({ type: 'message', conversation: 'c1', ...message(5) }, 0), [{ type: 'open', conversation: 'c1', after: 2 }]);
  assert.deepEqual(desk.receive({ type: 'message', conversation: 'c1', ...message(6) }, 0), []);
  desk.receive({ type: 'conversation', card: mine('c1'), messages: [message(3), message(4), message(5), message(6)], notes: [], more: false }, 0);
  assert.deepEqual(keys(desk), ['m1', 'm2', 'm3', 'm4', 'm5', 'm6']);
});

test('a long absence is caught up in pieces', () => {
  const desk = talking([message(1)]);
  const frames = desk.receive({ type: 'conversation', card: mine('c1'), messages: [message(2), message(3)], notes: [], more: true }, 0);
  assert.deepEqual(frames, [{ type: 'open', conversation: 'c1', after: 3 }]);
});

test('what was said before is asked for once and stands in front', () => {
  const desk = board();
  desk.show('c1');
  assert.deepEqual(desk.earlier(), []);
  desk.receive({ type: 'conversation', card: card('c1'), messages: [message(5), message(6)], notes: [], more: true }, 0);
  assert.equal(desk.openThread.hasEarlier, true);
  assert.deepEqual(desk.earlier(), [{ type: 'earlier', conversation: 'c1', before: 5 }]);
  assert.deepEqual(desk.earlier(), []);
  desk.receive({ type: 'earlier', conversation: 'c1', messages: [message(3), message(4)], more: true }, 0);
  assert.deepEqual(keys(desk), ['m3', 'm4', 'm5', 'm6']);
  // The line breaks before the answer: it is asked for again on the next one.
  desk.earlier();
  desk.receive(welcome(), 0);
  assert.deepEqual(desk.earlier(), [{ type: 'earlier', conversation: 'c1', before: 3 }]);
});

test('what is written is pending until its message comes, and is said again on a new line', () => {
  const desk = talking();
  assert.equal(desk.isMine, true);
  assert.deepEqual(say(desk, ' 您好 '), [{ type: 'say', id: 'd1', conversation: 'c1', text: '您好' }]);
  desk.offline();
  const frames = desk.receive(welcome({ mine: [mine('c1')] }), 0);
  assert.deepEqual(frames.map(({ type }) => type), ['open', 'say']);
  desk.receive({ type: 'ack', id: 'd1', conversation: 'c1', seq: 1 }, 0);
  assert.deepEqual(keys(desk), ['pd1']);
  desk.receive({ type: 'message', conversation: 'c1', ...message(1, 'agent', { id: 'd1' }) }, 0);
  assert.deepEqual(keys(desk), ['m1']);
});

test('words on their way survive a reload and are said again under their id', () => {
  const shelf = new Shelf();
  const desk = talking([], shelf);
  desk.offline();
  assert.deepEqual(say(desk, '马上处理'), []);
  const again = new Board({ id: () => 'x', kept: new Kept('a1', shelf) });
  const frames = again.receive(welcome({ mine: [mine('c1')] }), 0);
  assert.deepEqual(frames, [{ type: 'say', id: 'd1', conversation: 'c1', text: '马上处理' }]);
  again.receive({ type: 'ack', id: 'd1', conversation: 'c1', seq: 3 }, 0);
  assert.deepEqual(new Kept('a1', shelf).unsent(), []);
});

test('a refusal that may pass fails what was said, and it may be tried again', () => {
  const desk = talking();
  say(desk, 'x');
  desk.receive({ type: 'error', code: 'internal', id: 'd1', conversation: 'c1', fatal: false }, 0);
  assert.equal(desk.notices.get('c1').code, 'internal');
  assert.equal(desk.openThread.lines()[0].entry.status, 'failed');
  assert.deepEqual(desk.retry('d1', 0), [{ type: 'say', id: 'd1', conversation: 'c1', text: 'x' }]);
});

test('a refusal for good gives the words back, before what was written since', () => {
  const desk = talking();
  say(desk, '第一句');
  desk.kept.setDraft('c1', 'say', { text: '第二句', at: 0 });
  desk.receive({ type: 'error', code: 'not_yours', id: 'd1', conversation: 'c1', fatal: false }, 5);
  assert.deepEqual(keys(desk), []);
  assert.equal(desk.kept.draft('c1', 'say').text, '第一句\n第二句');
});

test('of a conversation that is no more nothing is shown but what was not sent', () => {
  const desk = talking([message(1), message(2, 'bot')]);
  desk.receive({ type: 'note', conversation: 'c1', n: 1, at: message(2).at, agent: HOLDER, text: '老顾客' }, 0);
  say(desk, '还没发出去');
  desk.receive({ type: 'error', code: 'not_found', conversation: 'c1', fatal: false }, 0);
  assert.deepEqual(keys(desk), ['pd1']);
  assert.equal(desk.card, null);
  assert.equal(desk.isGone, true);
  desk.receive({ type: 'error', code: 'not_found', id: 'd1', conversation: 'c1', fatal: false }, 5);
  assert.deepEqual(keys(desk), []);
  assert.equal(desk.kept.draft('c1', 'say').text, '还没发出去');
});

test('silence fails what was said while the line lives, and only then', () => {
  const desk = talking();
  say(desk, 'x');
  assert.equal(desk.tick(19_000), false);
  assert.equal(desk.tick(20_000), true);
  desk.retry('d1', 20_000);
  desk.offline();
  assert.equal(desk.tick(90_000), false);
});

test('what words were made from travels with them', () => {
  const desk = talking();
  const frames = say(desk, '改过的话', { suggestion: { source: 'bot', text: '原来的话' } });
  assert.deepEqual(frames[0].suggestion, { source: 'bot', text: '原来的话' });
});

test('replies that fit are asked for once a word of the shopper, and go when it is answered', () => {
  const desk = talking([message(1)]);
  assert.deepEqual(desk.wantSuggestions(), [{ type: 'suggest', conversation: 'c1' }]);
  assert.deepEqual(desk.wantSuggestions(), []);
  desk.receive({ type: 'suggestions', conversation: 'c1', seq: 1, suggestions: [{ source: 'bot', text: '您好' }] }, 0);
  assert.deepEqual(desk.suggestions, [{ source: 'bot', text: '您好' }]);
  desk.receive({ type: 'message', conversation: 'c1', ...message(2) }, 0);
  assert.deepEqual(desk.suggestions, []);
  assert.equal(desk.wantSuggestions().length, 1);
  desk.receive({ type: 'suggestions', conversation: 'c1', seq: 2, suggestions: [{ source: 'faq', text: '好的' }] }, 0);
  desk.receive({ type: 'message', conversation: 'c1', ...message(3, 'agent') }, 0);
  assert.deepEqual(desk.suggestions, []);
  desk.receive({ type: 'error', code: 'unknown_type', fatal: false }, 0);
  desk.receive({ type: 'message', conversation: 'c1', ...message(4) }, 0);
  assert.deepEqual(desk.wantSuggestions(), []);
});

test('notes stand among the messages by time', () => {
  const desk = board();
  desk.show('c1');
  desk.receive({ type: 'conversation', card: card('c1'), messages: [message(1), message(3)], notes: [{ n: 1, at: '2026-05-01T08:00:02Z', agent: { name: '小王' }, text: 'vip' }], more: false }, 0);
  assert.deepEqual(keys(desk), ['m1', 'n1', 'm3']);
});

test('the holder reads what the shopper said, once, in whichever window', () => {
  const desk = talking([message(1)]);
  assert.deepEqual(desk.see(), [{ type: 'read', conversation: 'c1', seq: 1 }]);
  assert.deepEqual(desk.see(), []);
  desk.receive({ type: 'message', conversation: 'c1', ...message(2) }, 0);
  desk.receive({ type: 'read', conversation: 'c1', from: 'agent', seq: 2 }, 0);
  assert.deepEqual(desk.see(), []);
  desk.receive({ type: 'state', conversation: 'c1', mode: 'closed' }, 0);
  assert.equal(desk.isMine, false);
});

test('whoever was slower is told by whom, at that conversation', () => {
  const desk = board();
  desk.show('c1');
  assert.deepEqual(desk.ask('take'), [{ type: 'take', conversation: 'c1' }]);
  assert.deepEqual(desk.ask('take'), [], 'a second press asks nothing');
  desk.receive({ type: 'error', code: 'taken', conversation: 'c1', by: '小李', fatal: false }, 0);
  assert.deepEqual(desk.notices.get('c1'), { code: 'taken', by: '小李' });
  assert.deepEqual(desk.takeHappenings(), [{ kind: 'taken', conversation: 'c1', by: '小李' }]);
  desk.receive({ type: 'state', conversation: 'c1', mode: 'agent', agent: { name: '小李' } }, 0);
  assert.equal(desk.isMine, false);
  assert.equal(desk.card.agent.name, '小李');
  desk.receive({ type: 'board', mine: [mine('c1')] }, 0);
  assert.equal(desk.notices.size, 0, 'handed on to me later, nothing is wrong any more');
});

test('what happens is told once: who is new in the queue, who was given to me, who spoke, who mentioned me', () => {
  const desk = board({ waiting: [card('c1')], mine: [mine('c2')] });
  assert.deepEqual(desk.takeHappenings(), [], 'what was there before is no news');
  desk.receive({ type: 'board', waiting: [card('c1'), card('c3')], mine: [mine('c2', { unread: 1 }), mine('c4')], others: [card('c5', { mentioned: true })] }, 0);
  assert.deepEqual(desk.takeHappenings().map(({ kind, card: about }) => [kind, about.conversation]), [['waiting', 'c3'], ['message', 'c2'], ['assigned', 'c4'], ['mentioned', 'c5']]);
  const before = desk.lists.mine[0];
  desk.receive({ type: 'board', waiting: [card('c1'), card('c3')], mine: [mine('c2', { unread: 1 }), mine('c4')], others: [card('c5', { mentioned: true })] }, 0);
  assert.deepEqual(desk.takeHappenings(), []);
  assert.equal(desk.lists.mine[0], before, 'a card that says the same is the same');
});

test('drafts outlive the page, are swept after two weeks, and another window is heard', () => {
  const shelf = new Shelf();
  const kept = new Kept('a1', shelf);
  kept.setDraft('c1', 'say', { text: '写到一半', at: 0 });
  kept.setDraft('c1', 'note', { text: ' ', at: 0 });
  assert.equal(new Kept('a1', shelf).draft('c1', 'say').text, '写到一半');
  assert.equal(kept.draft('c1', 'note'), null);
  assert.equal(new Kept('a2', shelf).draft('c1', 'say'), null, 'another person’s words are not shown');
  assert.equal(kept.changed('xiaoer:desk/a1:draft/c1/say'), 'c1/say');
  assert.equal(kept.changed('xiaoer:desk/a2:draft/c1/say'), null);
  kept.sweep(15 * 86_400_000);
  assert.equal(kept.draft('c1', 'say'), null);
});

test('a mention is seen by opening it, also when it is open already', () => {
  const desk = board({ others: [card('c1', { mentioned: true })] });
  desk.show('c1');
  desk.receive({ type: 'conversation', card: card('c1', { mentioned: true }), messages: [message(1)], notes: [], more: false }, 0);
  assert.equal(desk.lists.others[0].mentioned, false);
  const frames = desk.receive({ type: 'board', others: [card('c1', { mentioned: true })] }, 0);
  assert.deepEqual(frames, [{ type: 'open', conversation: 'c1', after: 1 }]);
  assert.deepEqual(desk.receive({ type: 'board', others: [card('c1', { mentioned: true })] }, 0), [], 'asked once');
});

test('whoever loses a conversation without asking is told why', () => {
  const desk = talking();
  desk.receive({ type: 'state', conversation: 'c1', mode: 'agent', agent: { name: '小李' } }, 0);
  assert.deepEqual(desk.notices.get('c1'), { code: 'taken_over', by: '小李' });
  const other = talking();
  other.receive({ type: 'state', conversation: 'c1', mode: 'queue' }, 0);
  assert.deepEqual(other.notices.get('c1'), { code: 'requeued' });
  const asking = talking();
  asking.ask('transfer', { group: 'g' });
  asking.receive({ type: 'state', conversation: 'c1', mode: 'queue' }, 0);
  assert.equal(asking.notices.size, 0);
});
