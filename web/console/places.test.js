import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placed, placesOf } from './places.js';

const TEXT = `# 活动
version = 1
title.zh = "x"

[returns]
days = 7 # "[ not open
address.zh = "a # b ["

[[promotion]]
id = "a"
tiers = [
  { over = "1" }, # ]
  { over = "2" },
]
text.zh = """
[[promotion]]
"""

[promotion.scope]
all = true

[[promotion]]
id = "b"
["chat.greet"]
say = ["]", 'it''s']
"order.x" = 1
`;

test('every line has the place of its value', () => {
  const places = placesOf(TEXT);
  const at = (words) => {
    const { entry, index, key } = places[TEXT.split('\n').findIndex((line) => line.includes(words))];
    return `${entry}/${index}/${key}`;
  };
  assert.equal(at('version'), '/-1/version');
  assert.equal(at('title.zh'), '/-1/title.zh');
  assert.equal(at('days = 7'), '/-1/returns.days');
  assert.equal(at('address.zh'), '/-1/returns.address.zh');
  assert.equal(at('id = "a"'), 'promotion/0/id');
  assert.equal(at('over = "2"'), 'promotion/0/tiers');
  assert.equal(at('all = true'), 'promotion/0/scope.all');
  assert.equal(at('id = "b"'), 'promotion/1/id');
  assert.equal(at('say ='), '/-1/chat.greet.say');
  assert.equal(at('order.x'), '/-1/chat.greet.order.x');
});

test('problems of the file get their places, others are left out', () => {
  const found = placed([{ path: 'a', line: 6 }, { path: 'b', line: 6 }, { path: 'a', line: 999 }], 'a', TEXT);
  assert.deepEqual(found.map(({ key }) => key), ['returns.days', '']);
});
