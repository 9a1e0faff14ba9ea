// FAQ in spreadsheets: a file is read by the server, told what it comes to, and put into the draft; what is live goes out.

import { openDialog } from '../shared/account.js';
import { fill, h } from '../shared/html.js';
import { request } from '../shared/signin.js';
import { drawProblems } from './parts.js';

/** @typedef {import('./draft.js').Draft} Draft */
/** @typedef {import('./faq.js').World} World */
/** @typedef {{ files: { path: string, text: string }[], rows: number, added: number, changed: number, unchanged: number, problems: import('./standing.js').Problem[] }} Found */

/** @param {Draft} draft @param {World} world */
export function openIntake(draft, world) {
  const { t } = world;
  const result = h('div', { class: 'detail', 'aria-live': 'polite' });
  const pick = /** @type {HTMLInputElement} */ (h('input', { type: 'file', accept: '.xlsx,.csv,.tsv,.txt,.jsonl', onchange: () => void read() }));
  const out = (/** @type {string} */ format) => h('a', { class: 'button line small', href: `${draft.path}/faq/export?format=${format}`, download: '' }, format.toUpperCase());
  const dialog = openDialog(t('intake'), t('close'), h('div', { class: 'review' }, h('p', { class: 'soft' }, t('intake_hint')),
    h('label', { class: 'field' }, t('intake_file'), pick), result,
    h('h3', null, t('intake_out')), h('div', { class: 'acts' }, out('xlsx'), out('csv'))));
  dialog.classList.add('wide');
  const read = async () => {
    const file = pick.files?.[0];
    if (!file) return fill(result);
    fill(result, h('p', { class: 'soft' }, t('intake_reading')));
    const { ok, status, value } = await request('POST', `${draft.path}/faq/import?name=${encodeURIComponent(file.name)}`, file);
    // The same file may be chosen again once it is mended.
    pick.value = '';
    return ok ? show(value) : fill(result, h('p', { class: 'problem', role: 'alert' }, t(status === 413 ? 'intake_too_large' : 'failed')));
  };
  const show = (/** @type {Found} */ found) => {
    const broken = found.problems.some(({ severity }) => severity === 'error');
    const drafted = found.files.find(({ path }) => draft.changes.has(path));
    const take = h('button', { class: 'button small', type: 'button', onclick: async () => {
      for (const { path, text } of found.files) await draft.write(path, text);
      fill(result, h('p', { class: 'fine', role: 'status' }, t('intake_taken')));
    } }, t('intake_take'));
    fill(result, broken ? h('p', { class: 'problem', role: 'alert' }, t('intake_broken')) : h('p', null, t('intake_found', { rows: found.rows, added: found.added, changed: found.changed, unchanged: found.unchanged })),
      drafted && h('p', { class: 'problem', role: 'alert' }, t('intake_drafted', { path: drafted.path })),
      found.files.length > 0 && !broken && !drafted && h('div', { class: 'acts' }, take),
      found.problems.length > 0 && drawProblems(found.problems, world));
  };
}
