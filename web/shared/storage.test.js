import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Storage } from './storage.js';

/** @returns {any} a shelf like the browser's */
function shelf() {
  const kept = new Map();
  return {
    kept,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}

test('values are kept under the prefix and come back', () => {
  const under = shelf();
  const storage = new Storage('shop/demo', under);
  storage.set('token', { a: 1 });
  assert.deepEqual([...under.kept.keys()], ['xiaoer:shop/demo:token']);
  assert.deepEqual(new Storage('shop/demo', under).get('token'), { a: 1 });
  assert.equal(new Storage('shop/other', under).get('token'), null);
  storage.set('token', null);
  assert.equal(storage.get('token'), null);
  assert.equal(under.kept.size, 0);
});

test('a shelf that refuses is replaced by memory', () => {
  const refuses = () => {
    throw new Error('refused');
  };
  const storage = new Storage('shop/demo', { getItem: refuses, setItem: refuses, removeItem: refuses });
  assert.equal(storage.get('token'), null);
  storage.set('token', 'x');
  assert.equal(storage.get('token'), 'x');
  storage.set('token', null);
  assert.equal(storage.get('token'), null);
});

test('what is not JSON reads as nothing', () => {
  const under = shelf();
  under.kept.set('xiaoer:a:b', '{not json');
  assert.equal(new Storage('a', under).get('b'), null);
});
