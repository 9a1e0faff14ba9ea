import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diffLines, hunks } from './diff.js';

const shown = (before, after) => diffLines(before, after).map(({ kind, text }) => kind + text);

test('lines that went and came, in order', () => {
  for (const [before, after, expected] of [
    ['a\nb\nc\n', 'a\nx\nc\n', [' a', '-b', '+x', ' c']],
    ['a\nb\n', 'a\nb\n', [' a', ' b']],
    [null, 'a\n', ['+a']],
    ['a\n', null, ['-a']],
    ['', '', []],
    ['a\nb\nc\nd', 'b\nc\nx\nd', ['-a', ' b', ' c', '+x', ' d']],
    ['a\na\na', 'a\na', [' a', ' a', '-a']],
  ]) assert.deepEqual(shown(before, after), expected, JSON.stringify([before, after]));
});

test('whatever the texts, both can be told from the difference', () => {
  let seed = 7;
  const random = (n) => { seed = (seed * 1103515245 + 12345) % 2147483648; return seed % n; };
  for (let round = 0; round < 300; round += 1) {
    const text = () => Array.from({ length: random(9) }, () => 'abc'[random(3)]);
    const [before, after] = [text(), text()];
    const lines = diffLines(before.join('\n'), after.join('\n'));
    const of = (kinds) => lines.filter(({ kind }) => kinds.includes(kind)).map(({ text: one }) => one);
    assert.deepEqual([of(' -'), of(' +')], [before, after]);
    for (const { kind, text: one, line } of lines) assert.equal((kind === '-' ? before : after)[line - 1], one);
  }
});

test('only what changed is shown, with a little around it', () => {
  const text = Array.from({ length: 30 }, (_, n) => `line ${n + 1}`);
  const after = text.with(9, 'ten').with(12, 'thirteen').with(25, 'new');
  const found = hunks(diffLines(text.join('\n'), after.join('\n')));
  assert.deepEqual(found.map(({ skipped, lines }) => [skipped, lines.length]), [[7, 10], [8, 6]]);
  assert.equal(hunks(diffLines('a', 'a')).length, 0);
});
