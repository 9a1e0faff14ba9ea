import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Conversation } from './conversation.js';

const ABOUT = { locale: 'zh-Hans', page: null, shopper: null, trace: false };

function fresh(token = null) {
  let number = 0;
  return new Conversation({ id: () => `m${++number}`, token, seen: 0 });
}

function message(seq, from = 'bot', extra = {}) {
  return { type: 'message', seq, from, at: '2026-05-01T08:00:00Z', parts: [{ kind: 'text', text: `text ${seq}` }], ...extra };
}

function welcome(extra = {}) {
  return { type: 'welcome', conversation: 'c1', token: 't1', seq: 0, shop: { id: 'demo', name: '小店' }, state: { mode: 'bot' }, messages: [], more: false, ...extra };
}

const seqs = (conversation) => conversation.messages.map((one) => one.seq);

test('the first hello asks for everything, a later one for what was not seen', () => {
  const conversation = fresh('t0');
  assert.deepEqual(conversation.hello(ABOUT), { type: 'hello', v: 1, locale: 'zh-Hans', token: 't0' });
  conversation.receive(welcome({ messages: [message(1), message(2)], seq: 2 }), 0);
  assert.deepEqual(conversation.hello({ ...ABOUT, trace: true, shopper: 'jwt' }), {
    type: 'hello', v: 1, locale: 'zh-Hans', token: 't1', after: 2, shopper: 'jwt', trace: true,
  });
});

test('what is said is pending, then sent, then replaced by its message', () => {
  const conversation = fresh();
  conversation.hello(ABOUT);
  conversation.receive(welcome(), 0);
  assert.deepEqual(conversation.say({ text: '在吗' }, '在吗', 0), [{ do: 'send', frame: { type: 'say', id: 'm1', text: '在吗' } }]);
  assert.equal(conversation.pending[0].status, 'pending');
  conversation.receive({ type: 'ack', id: 'm1', seq: 1 }, 1);
  assert.equal(conversation.pending[0].status, 'sent');
  conversation.receive(message(1, 'shopper', { id: 'm1' }), 2);
  assert.deepEqual(conversation.pending, []);
  assert.deepEqual(conversation.messages.map((one) => one.key), ['id:m1']);
});

test('a message comes once and a gap asks for a new line, once', () => {
  const conversation = fresh();
  conversation.hello(ABOUT);
  conversation.receive(welcome({ messages: [message(1)], seq: 1 }), 0);
  conversation.receive(message(1), 1);
  assert.deepEqual(seqs(conversation), [1]);
  assert.deepEqual(conversation.receive(message(4), 2), [{ do: 'reconnect' }]);
  assert.deepEqual(conversation.receive(message(3), 2), []);
  assert.deepEqual(seqs(conversation), [1]);
  assert.equal(conversation.hello(ABOUT).after, 1);
  conversation.receive(welcome({ messages: [message(2), message(3), message(4)], seq: 4 }), 3);
  assert.deepEqual(seqs(conversation), [1, 2, 3, 4]);
});

test('a gap that the server does not know does not hide what came after it', () => {
  const conversation = fresh();
  conversation.hello(ABOUT);
  conversation.receive(welcome({ messages: [message(1)], seq: 1 }), 0);
  conversation.receive(message(3), 1);
  conversation.hello(ABOUT);
  assert.deepEqual(conversation.receive(welcome({ messages: [], seq: 3 }), 2), []);
  assert.deepEqual(seqs(conversation), [1, 3]);
});

test('a welcome that could not hold everything is followed by fetches', () => {
  const conversation = fresh();
  conversation.hello(ABOUT);
  conversation.receive(welcome({ messages: [message(1)], seq: 1 }), 0);
  conversation.hello(ABOUT);
  assert.deepEqual(conversation.receive(welcome({ messages: [message(2)], seq: 5, more: true }), 1), [{ do: 'fetch', after: 2 }]);
  conversation.receive(message(5), 1);
  assert.deepEqual(conversation.fetched([message(3)], true), [{ do: 'fetch', after: 3 }]);
  assert.deepEqual(conversation.fetched([message(4)], false), []);
  assert.deepEqual(seqs(conversation), [1, 2, 3, 4, 5]);
});

test('what was pending when the line broke is said again under its id', () => {
  const conversation = fresh();
  conversation.hello(ABOUT);
  conversation.receive(welcome(), 0);
  conversation.say({ text: 'one' }, 'one', 0);
  conversation.say({ text: 'two' }, 'two', 0);
  conversation.offline();
  assert.deepEqual(conversation.say({ text: 'three' }, 'three', 0), []);
  conversation.hello(ABOUT);
  const commands = conversation.receive(welcome({ messages: [message(1, 'shopper', { id: 'm1' })], seq: 1 }), 5);
  assert.deepEqual(commands.map((command) => command.frame.id), ['m2', 'm3']);
});

test('a token that is not known any more starts a new conversation and loses no words', () => {
  const conversation = fresh('old');
  conversation.hello(ABOUT);
  conversation.say({ text: 'hello' }, 'hello', 0);
  conversation.receive({ type: 'error', code: 'bad_token', fatal: false }, 1);
  assert.equal(conversation.token, null);
  const commands = conversation.receive(welcome({ conversation: 'c2', token: 't2' }), 2);
  assert.deepEqual(commands.map((command) => command.frame.text), ['hello']);
  assert.equal(conversation.token, 't2');
});

test('an `after` beyond the end is answered by everything', () => {
  const conversation = fresh();
  conversation.hello(ABOUT);
  conversation.receive(welcome({ messages: [message(1), message(2)], seq: 2 }), 0);
  conversation.hello(ABOUT);
  conversation.receive({ type: 'error', code: 'bad_after', fatal: false }, 1);
  conversation.receive(welcome({ messages: [message(1)], seq: 1 }), 2);
  assert.deepEqual(seqs(conversation), [1]);
});

test('no ack in time fails; a retry keeps the id; taking back gives the words', () => {
  const conversation = fresh();
  conversation.hello(ABOUT);
  conversation.receive(welcome(), 0);
  conversation.say({ text: '你好' }, '你好', 0);
  assert.equal(conversation.tick(19_999).changed, false);
  assert.equal(conversation.tick(20_000).changed, true);
  assert.equal(conversation.pending[0].status, 'failed');
  assert.deepEqual(conversation.retry('m1', 21_000), [{ do: 'send', frame: { type: 'say', id: 'm1', text: '你好' } }]);
  conversation.tick(41_000);
  assert.deepEqual(conversation.takeBack('m1'), [{ do: 'give_back', text: '你好' }]);
  assert.deepEqual(conversation.pending, []);
});

test('each error does what it should to what was said', () => {
  const cases = [
    // code, commands, status of what stays
    ['too_long', [{ do: 'give_back', text: 'x' }], null],
    ['id_reused', [{ do: 'give_back', text: 'x' }], null],
    ['internal', [], 'failed'],
    ['too_fast', [], 'pending'],
    ['overloaded', [], 'pending'],
  ];
  for (const [code, commands, status] of cases) {
    const conversation = fresh();
    conversation.hello(ABOUT);
    conversation.receive(welcome(), 0);
    conversation.say({ text: 'x' }, 'x', 0);
    assert.deepEqual(conversation.receive({ type: 'error', code, id: 'm1', retry_ms: 700, fatal: false }, 100), commands, code);
    assert.equal(conversation.pending[0]?.status ?? null, status, code);
    assert.equal(conversation.notice.code, code);
  }
});

test('too fast is said again by itself after the time the server names', () => {
  const conversation = fresh();
  conversation.hello(ABOUT);
  conversation.receive(welcome(), 0);
  conversation.say({ text: 'x' }, 'x', 0);
  conversation.receive({ type: 'error', code: 'too_fast', id: 'm1', retry_ms: 700, fatal: false }, 100);
  assert.deepEqual(conversation.tick(799).commands, []);
  assert.deepEqual(conversation.tick(800).commands, [{ do: 'send', frame: { type: 'say', id: 'm1', text: 'x' } }]);
});

test('modes bring and take away the queue and the agent', () => {
  const conversation = fresh();
  conversation.receive({ type: 'state', mode: 'queue', queue: { position: 2, wait_seconds: 60 } }, 0);
  assert.deepEqual(conversation.queue, { position: 2, wait_seconds: 60 });
  conversation.receive({ type: 'state', mode: 'agent', agent: { name: '小王' } }, 0);
  assert.equal(conversation.queue, null);
  assert.deepEqual(conversation.agent, { name: '小王' });
  conversation.receive({ type: 'state', mode: 'closed' }, 0);
  assert.equal(conversation.agent, null);
});

test('unread counts what others said and seeing it says so once', () => {
  const conversation = fresh();
  conversation.hello(ABOUT);
  conversation.receive(welcome({ messages: [message(1, 'shopper'), message(2), message(3, 'agent')], seq: 3 }), 0);
  assert.equal(conversation.unread, 2);
  assert.deepEqual(conversation.see(), [{ do: 'send', frame: { type: 'read', seq: 3 } }]);
  assert.deepEqual(conversation.see(), []);
  assert.equal(conversation.unread, 0);
});

test('typing ends by a message of the same hand or by time', () => {
  const conversation = fresh();
  conversation.hello(ABOUT);
  conversation.receive(welcome(), 0);
  conversation.receive({ type: 'typing', from: 'bot' }, 0);
  conversation.receive(message(1, 'shopper'), 1);
  assert.equal(conversation.typing.from, 'bot');
  conversation.receive(message(2, 'bot'), 2);
  assert.equal(conversation.typing, null);
  conversation.receive({ type: 'typing', from: 'agent' }, 3);
  assert.equal(conversation.tick(6_003).changed, true);
  assert.equal(conversation.typing, null);
});

test('frames of unknown kinds and odd shapes change nothing', () => {
  const conversation = fresh();
  conversation.hello(ABOUT);
  conversation.receive(welcome(), 0);
  for (const frame of [{ type: 'party' }, { type: 'message' }, { type: 'message', seq: 'x' }, { type: 'ack' }, { type: 'state' }]) {
    assert.deepEqual(conversation.receive(frame, 1), []);
  }
  assert.deepEqual(conversation.messages, []);
  assert.equal(conversation.mode, 'bot');
});

test('a shopper who is refused signs in again before the line, and begins anew on it', () => {
  const conversation = fresh('t0');
  conversation.hello({ ...ABOUT, shopper: 'old' });
  assert.deepEqual(conversation.receive({ type: 'error', code: 'bad_shopper', fatal: true }, 0), [{ do: 'sign_in_again' }]);
  assert.equal(conversation.token, 't0');
  conversation.hello(ABOUT);
  conversation.receive(welcome({ messages: [message(1)], seq: 1 }), 1);
  assert.deepEqual(conversation.receive({ type: 'error', code: 'bad_shopper', fatal: false }, 2), [{ do: 'reconnect' }]);
  assert.deepEqual(conversation.hello({ ...ABOUT, shopper: 'new' }), { type: 'hello', v: 1, locale: 'zh-Hans', shopper: 'new' });
  conversation.receive(welcome({ conversation: 'c2', token: 't2' }), 3);
  assert.deepEqual(seqs(conversation), []);
});

const PICTURE = { url: 'blob:a', blob: new Blob(['x']), width: 4, height: 3, name: 'a.jpg' };
const says = (commands) => commands.filter((one) => one.do === 'send' && one.frame.type === 'say').map((one) => one.frame);

test('a picture is uploaded, then said by the id it was given, then shown by its message', () => {
  const conversation = fresh();
  assert.deepEqual(conversation.sayPicture(PICTURE, '图片', 0), [], 'a newcomer has no token yet');
  assert.equal(conversation.pending[0].status, 'uploading');
  conversation.hello(ABOUT);
  assert.deepEqual(conversation.receive(welcome(), 1), [{ do: 'upload', id: 'm1', picture: PICTURE }]);
  assert.deepEqual(conversation.tick(1_000_000).commands, [], 'an upload has its own end');
  assert.deepEqual(says(conversation.uploaded('m1', 'u1', 2)), [{ type: 'say', id: 'm1', image: 'u1' }]);
  assert.equal(conversation.pending[0].status, 'pending');
  assert.deepEqual(conversation.uploaded('m1', 'u2', 3), [], 'once');
  conversation.receive(message(1, 'shopper', { id: 'm1' }), 4);
  assert.deepEqual(conversation.pending, []);
});

test('a picture that failed is tried again or given back', () => {
  const conversation = fresh();
  conversation.hello(ABOUT);
  conversation.receive(welcome(), 0);
  conversation.sayPicture(PICTURE, '图片', 0);
  conversation.notUploaded('m1', 'offline');
  assert.deepEqual([conversation.pending[0].status, conversation.pending[0].problem], ['failed', 'offline']);
  assert.deepEqual(conversation.retry('m1', 1), [{ do: 'upload', id: 'm1', picture: PICTURE }]);
  assert.equal(conversation.pending[0].problem, undefined);
  assert.deepEqual(conversation.takeBack('m1'), [{ do: 'abort', id: 'm1' }, { do: 'give_back_picture', picture: PICTURE }]);
  assert.deepEqual(conversation.pending, []);
  conversation.notUploaded('m1', 'late');
  assert.deepEqual(conversation.uploaded('m1', 'late', 9), []);
});

test('a picture refused when it is said comes back; one uploaded elsewhere is uploaded again', () => {
  const conversation = fresh();
  conversation.hello(ABOUT);
  conversation.receive(welcome(), 0);
  conversation.sayPicture(PICTURE, '图片', 0);
  conversation.uploaded('m1', 'u1', 1);
  const back = conversation.receive({ type: 'error', code: 'bad_choice', id: 'm1' }, 2);
  assert.deepEqual(back.at(-1), { do: 'give_back_picture', picture: PICTURE });
  conversation.sayPicture(PICTURE, '图片', 3);
  conversation.uploaded('m2', 'u2', 4);
  conversation.receive({ type: 'error', code: 'bad_token', fatal: false }, 5);
  conversation.hello(ABOUT);
  const commands = conversation.receive(welcome({ conversation: 'c2', token: 't2' }), 6);
  assert.deepEqual(commands, [{ do: 'upload', id: 'm2', picture: PICTURE }]);
});
