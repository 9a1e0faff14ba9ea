import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Draft } from './draft.js';

/** A server with files of one text each; an edit of it sets the text whole. */
function world() {
  const texts = new Map([['shops/a/faq.toml', 'one'], ['packs/base/faq.toml', 'of the pack']]);
  const revision = (text) => `r:${text}`;
  const kept = new Map();
  const asked = [];
  const ask = async (method, path, body) => {
    asked.push(`${method} ${path}`);
    const good = (value) => ({ ok: true, status: 200, code: '', value });
    const bad = (status, code, more = {}) => ({ ok: false, status, code, value: { error: { code, ...more } } });
    if (path.endsWith('/files') && method === 'GET') return good({ version: [...texts.values()].join(), problems: [], intents: [], files: [...texts].map(([at, text]) => ({ path: at, revision: revision(text), own: at.startsWith('shops/'), problems: 0 })) });
    if (path.includes('/file?')) {
      const at = decodeURIComponent(path.split('path=')[1]);
      return texts.has(at) ? good({ path: at, text: texts.get(at), value: { text: texts.get(at) }, revision: revision(texts.get(at)), own: true }) : bad(404, 'not_found');
    }
    if (path.endsWith('/edit')) {
      const text = body.edits.length > 0 ? body.edits[0].to : body.text;
      return text === 'refused' ? bad(422, 'no_place') : good({ text, value: { text } });
    }
    if (path.endsWith('/check')) return good({ problems: body.files.filter(({ text }) => text === 'wrong').map(({ path: at }) => ({ path: at, severity: 'error' })) });
    const conflict = body.files.some(({ path: at, base }) => (texts.has(at) ? revision(texts.get(at)) : null) !== base);
    if (conflict) return bad(409, 'conflict', { files: [] });
    if (body.files.some(({ text }) => text === 'wrong')) return bad(422, 'has_errors', { problems: [{ path: 'x', severity: 'error' }] });
    for (const { path: at, text } of body.files) if (text === null) texts.delete(at); else texts.set(at, text);
    return good({});
  };
  const shelf = { get: (name) => kept.get(name) ?? null, set: (name, value) => (value === null ? kept.delete(name) : kept.set(name, structuredClone(value))) };
  const open = async () => {
    const draft = new Draft('a', { ask, shelf, changed: () => {} });
    assert.equal(await draft.load(), '');
    return draft;
  };
  return { texts, kept, asked, open };
}

const FAQ = 'shops/a/faq.toml';

test('what is edited is kept over a reload, undone step by step, and published whole', async () => {
  const { texts, open } = world();
  let draft = await open();
  await Promise.all([draft.edit(FAQ, [{ at: [], to: 'two' }]), draft.edit(FAQ, [{ at: [], to: 'three' }]), draft.write('shops/a/new.toml', 'new')]);
  draft = await open();
  assert.equal((await draft.file(FAQ)).text, 'three');
  assert.deepEqual(draft.paths, ['packs/base/faq.toml', FAQ, 'shops/a/new.toml']);
  await draft.edit(FAQ, [{ at: [], to: 'four' }]);
  draft.undo();
  assert.equal((await draft.file(FAQ)).text, 'three');
  assert.deepEqual(await draft.difference(), [{ path: FAQ, before: 'one', after: 'three' }, { path: 'shops/a/new.toml', before: null, after: 'new' }]);
  assert.equal(await draft.publish('why'), '');
  assert.deepEqual([texts.get(FAQ), texts.get('shops/a/new.toml'), draft.changes.size], ['three', 'new', 0]);
  assert.equal((await open()).changes.size, 0);
});

test('what ends as it began is no change', async () => {
  const { open, kept } = world();
  const draft = await open();
  await draft.edit(FAQ, [{ at: [], to: 'two' }]);
  await draft.edit(FAQ, [{ at: [], to: 'one' }]);
  assert.deepEqual([draft.changes.size, kept.size], [0, 0]);
  await draft.write(FAQ, null);
  assert.deepEqual([await draft.file(FAQ), draft.paths], [null, ['packs/base/faq.toml']]);
  draft.giveUp();
  assert.equal((await draft.file(FAQ)).text, 'one');
});

test('nobody is overwritten unseen: whose text stays is chosen', async () => {
  for (const [choose, expected] of [['keepMine', 'mine'], ['takeTheirs', 'theirs']]) {
    const { texts, open } = world();
    const draft = await open();
    await draft.edit(FAQ, [{ at: [], to: 'mine' }]);
    texts.set(FAQ, 'theirs');
    assert.equal(await draft.publish(''), 'conflict');
    assert.deepEqual([texts.get(FAQ), draft.conflicts], ['theirs', [FAQ]]);
    draft[choose](FAQ);
    assert.deepEqual(draft.conflicts, []);
    assert.equal(await draft.publish(''), '');
    assert.equal(texts.get(FAQ), expected);
  }
});

test('errors keep it from being live, and stay told', async () => {
  const { texts, open } = world();
  const draft = await open();
  assert.equal(await draft.edit(FAQ, [{ at: [], to: 'refused' }]), 'no_place');
  await draft.edit(FAQ, [{ at: [], to: 'wrong' }]);
  assert.equal(await draft.publish(''), 'has_errors');
  assert.deepEqual([texts.get(FAQ), draft.problems.length, draft.changes.size], ['one', 1, 1]);
});
