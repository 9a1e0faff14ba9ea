// The bar of what is not published, and the dialog that shows it once more before it is.

import { openDialog } from '../shared/account.js';
import { fill, h } from '../shared/html.js';
import { drawTrials } from './compare.js';
import { drawDifference, drawProblems, sureButton } from './parts.js';

/** @typedef {import('./draft.js').Draft} Draft */
/** @typedef {import('./faq.js').World} World */

export class PublishBar {
  /** @param {Draft} draft @param {World & { published: () => void }} world */
  constructor(draft, world) {
    this.draft = draft;
    this.world = world;
    this.words = h('p', { role: 'status' });
    const { t } = world;
    this.root = h('aside', { class: 'publish', hidden: true, 'aria-label': t('review_title') }, this.words,
      h('div', { class: 'acts' },
        h('button', { class: 'button line small', type: 'button', onclick: () => draft.undo() }, t('undo')),
        h('button', { class: 'button small', type: 'button', onclick: () => void this.#review() }, t('review'))));
  }

  get #counts() {
    const errors = this.draft.problems.filter(({ severity }) => severity === 'error').length;
    return { errors, warnings: this.draft.problems.length - errors };
  }

  update() {
    const { t } = this.world;
    const { errors, warnings } = this.#counts;
    this.root.hidden = this.draft.changes.size === 0;
    const words = [t('changes_n', { n: this.draft.changes.size }), errors > 0 && t('errors_n', { n: errors }), warnings > 0 && t('warnings_n', { n: warnings })];
    const text = words.filter(Boolean).join(' · ');
    if (this.words.textContent !== text) this.words.textContent = text;
    this.root.classList.toggle('bad', errors > 0 || this.draft.conflicts.length > 0);
  }

  async #review() {
    const { t } = this.world;
    const body = h('div', { class: 'review' });
    const dialog = openDialog(t('review_title'), t('close'), body);
    dialog.classList.add('wide');
    const draw = async (/** @type {string} */ problem) => {
            const files = await this.draft.difference();
      // What was wrong a moment ago must neither keep it back nor let it through.
      await this.draft.checking;

      const { errors } = this.#counts;
      const conflicts = this.draft.conflicts;
      const note = /** @type {HTMLInputElement} */ (h('input', { maxlength: 500, autocomplete: 'off', value: this.note ?? '', oninput: () => { this.note = note.value; } }));
      const publish = /** @type {HTMLButtonElement} */ (h('button', { class: 'button', type: 'submit', disabled: errors > 0 || conflicts.length > 0 || files.length === 0 }, t('publish')));
      fill(body,
        problem !== '' && h('p', { class: 'problem', role: 'alert' }, t(['conflict', 'has_errors'].includes(problem) ? problem : 'failed')),
        conflicts.map((path) => h('div', { class: 'problem' }, h('p', null, t('conflict_of', { path })),
          h('div', { class: 'acts' }, [['keep_mine', () => this.draft.keepMine(path)], ['take_theirs', () => this.draft.takeTheirs(path)]].map(([words, run]) => h('button', {
            class: 'button line small', type: 'button', onclick: () => { /** @type {() => void} */ (run)(); void draw(''); },
          }, t(/** @type {string} */ (words))))))),
        this.draft.problems.length > 0 && h('details', { open: errors > 0 }, h('summary', null, errors > 0 ? t('errors_n', { n: errors }) : t('warnings_n', { n: this.draft.problems.length })), drawProblems(this.draft.problems, this.world)),
        files.map((file) => drawDifference(file, t)),
        files.length > 0 && errors === 0 && drawTrials(this.draft, this.world),
        h('form', { onsubmit: async (/** @type {Event} */ event) => {
          event.preventDefault();
          publish.disabled = true;
          const code = await this.draft.publish(note.value);
          if (code) return draw(code);
          this.note = '';
          dialog.close();
          return this.world.published();
        } },
        h('label', { class: 'field' }, t('note_label'), note),
        h('div', { class: 'acts' }, publish, sureButton(t('give_up'), t('give_up_sure'), () => { this.draft.giveUp(); dialog.close(); }))));
    };
    await draw('');
  }
}
