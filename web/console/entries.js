// Entries of a file below each other, each folded with a form of its own: groups, routes, quick replies.

import { h } from '../shared/html.js';
import { listOf } from './facts.js';
import { Form } from './form.js';
import { sureButton } from './parts.js';

/** @typedef {import('./controls.js').Field} Field */
/** @typedef {{ list: string, fields: Field[], title: (one: any, setting: { known: import('./facts.js').Known, world: import('./faq.js').World }) => string, named?: boolean, ordered?: boolean }} Entries named: each has an id, which stays */

/** @type {Field} */
const ID = { name: 'id', key: ['id'], kind: 'text', needed: true };

/**
 * @param {Entries} entries
 * @param {{ page: import('./entry_page.js').EntryPage, world: import('./faq.js').World, known: import('./facts.js').Known, value: any }} setting
 */
export function drawEntries({ list, fields, title, named = false, ordered = false }, { page, world, known, value }) {
  const { t } = world;
  const all = listOf(value?.[list]);
  const ids = all.map((one) => one?.id);
  /** @type {import('./entry_page.js').Detail['forms']} */
  const forms = [];
  // Places change with what goes and comes, so what else was written is kept before.
  const settle = async () => { for (const { form } of forms) await form.leave(); };
  const change = async (/** @type {import('./draft.js').Edit[]} */ edits) => {
    await settle();
    const problem = await page.edit(edits);
    if (problem) page.said.say(problem, true);
    else await page.refresh();
  };
  const shown = all.map((one, index) => {
    const form = new Form({
      groups: [{ fields }], value: one, at: [list, index], world, known, name: title(one, { known, world }), save: (edits) => page.edit(edits),
      acts: [
        ordered && index > 0 && h('button', { class: 'button line small', type: 'button', onclick: () => void change([{ at: [list, index - 1], to: one }, { at: [list, index], to: all[index - 1] }]) }, `↑ ${t('move_up')}`),
        sureButton(t('remove'), t('remove_sure'), () => void change([{ at: [list, index] }]))],
    });
    const details = h('details', { class: 'card folded' }, h('summary', null, ordered && h('span', { class: 'soft' }, `${index + 1}. `), h('b', null, title(one, { known, world })), named && h('code', null, one.id)), form.root);
    forms.push({ form, mine: (place) => {
      const mine = place.entry === list && place.index === index;
      // What is wrong is not left folded away.
      if (mine) /** @type {HTMLDetailsElement} */ (details).open = true;
      return mine;
    } });
    return details;
  });
  const fresh = new Form({
    groups: [{ fields: named ? [ID, ...fields] : fields }], value: {}, at: [list, all.length], isNew: true, world, known, name: t('add'),
    save: async (edits, made) => {
      if (named && !/^[\w.-]{1,64}$/.test(made.valueOf('id') ?? '')) return t('problem_bad_id');
      if (named && ids.includes(made.valueOf('id'))) return t('problem_id_taken');
      if (edits.length === 0) return t('problem_nothing');
      const problem = await page.edit(edits);
      if (problem !== '') return problem;
      await settle();
      void page.refresh();
      return '';
    },
  });
  const add = h('details', { class: 'card folded fresh' }, h('summary', null, h('b', null, `＋ ${t('add')}`)), fresh.root);
  forms.push({ form: fresh, mine: () => false });
  return { node: h('div', { class: 'folds' }, shown, add), forms };
}
