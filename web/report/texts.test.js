import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { TEXTS } from './texts.js';

test('every reason of the server has words', () => {
  const codes = readFileSync(new URL('../../src/domain/act.rs', import.meta.url), 'utf8').matchAll(/Self::\w+ => "(\w+)"/g);
  const known = [...codes].map(([, code]) => code);
  assert.ok(known.includes('not_understood'));
  // The same file names other codes as well; those of reasons stand together, from `asked` to `assist`.
  const reasons = known.slice(known.indexOf('asked'), known.indexOf('assist') + 1);
  assert.deepEqual(reasons.filter((code) => !TEXTS[`r_${code}`]), []);
});
