import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection, waitBefore } from './connection.js';

/** A connection over sockets that are only recorded, and a clock moved by hand. */
function setUp() {
  const sockets = [];
  const timers = new Map();
  const seen = { states: [], frames: [], opened: 0 };
  let next = 0;
  const connection = new Connection(
    'ws://shop.test/ws',
    {
      opened: () => (seen.opened += 1),
      frame: (frame) => seen.frames.push(frame),
      changed: (state) => seen.states.push(state),
    },
    {
      socket: (url) => {
        const socket = { url, sent: [], closed: false, send: (text) => socket.sent.push(JSON.parse(text)), close: () => (socket.closed = true) };
        sockets.push(socket);
        return /** @type {any} */ (socket);
      },
      after: (run, ms) => (timers.set(++next, { run, ms }), next),
      cancel: (timer) => timers.delete(timer),
      random: () => 0,
    },
  );
  /** Runs the one timer that is set and tells how long it waited. */
  const pass = () => {
    const [[key, { run, ms }]] = timers;
    timers.delete(key);
    run();
    return ms;
  };
  return { connection, sockets, timers, seen, pass };
}

test('waits double, are capped, and keep to the upper half', () => {
  assert.deepEqual([1, 2, 3, 20].map((n) => waitBefore(n, 0)), [250, 500, 1000, 15000]);
  assert.equal(waitBefore(20, 0.999) < 30_000, true);
});

test('a lost line comes back after longer and longer waits until it is settled', () => {
  const { connection, sockets, seen, pass } = setUp();
  connection.start();
  sockets[0].onclose();
  assert.equal(pass(), 250);
  sockets[1].onclose();
  assert.equal(pass(), 500);
  sockets[2].onopen();
  connection.settled();
  sockets[2].onclose();
  assert.equal(pass(), 250);
  assert.equal(seen.opened, 1);
  assert.deepEqual(seen.states, ['connecting', 'waiting', 'connecting', 'waiting', 'connecting', 'online', 'waiting', 'connecting']);
});

test('silence is met by a ping, then by a new line; a frame is enough to stay', () => {
  const { connection, sockets, pass, timers, seen } = setUp();
  connection.start();
  sockets[0].onopen();
  pass();
  assert.equal(sockets[0].sent[0].type, 'ping');
  sockets[0].onmessage({ data: '{"type":"pong","t":1}' });
  assert.deepEqual(seen.frames, []);
    assert.equal(timers.size, 1);
  // However much comes in, the other side hears from here when it is due.
  const due = [...timers.keys()];
  sockets[0].onmessage({ data: '{"type":"board"}' });
  assert.deepEqual([...timers.keys()], due);
  pass();
  assert.equal(sockets[0].sent.length, 2);
  pass();
  assert.equal(sockets[0].closed, true);
  assert.equal(connection.state, 'waiting');
});

test('frames that are no JSON objects are left aside and nothing is sent while offline', () => {
  const { connection, sockets, seen } = setUp();
  assert.equal(connection.send({ type: 'say' }), false);
  connection.start();
  sockets[0].onopen();
  for (const data of ['{', '1', 'null', '{"type":"welcome"}']) sockets[0].onmessage({ data });
  assert.deepEqual(seen.frames, [{ type: 'welcome' }]);
  connection.stop();
  assert.equal(connection.send({ type: 'say' }), false);
  assert.equal(connection.state, 'idle');
});
