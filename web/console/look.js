// The widget as shoppers see it: its name, its languages, where it may stand; the line that puts it there, and itself.

import { h } from '../shared/html.js';
import { EntryPage } from './entry_page.js';
import { listOf } from './facts.js';
import { Form } from './form.js';

/** @typedef {import('./draft.js').Draft} Draft */
/** @typedef {import('./faq.js').World} World */

const LOCALES = ['zh-Hans', 'zh-Hant', 'en'];

/** The line that shows a shop's widget on a page. @param {string} origin @param {string} shop */
export function embedLine(origin, shop) {
  return `<script src="${origin}/widget.js" data-shop="${shop.replace(/[^\w.-]/g, '')}" async></script>`;
}

export class LookPage {
  /** @param {Draft} draft @param {string} shop @param {World} world */
  constructor(draft, shop, world) {
    this.draft = draft;
    this.shop = shop;
    this.world = world;
    /** The version that the preview shows. @type {string | null} */
    this.shown = draft.version;
    /** @type {HTMLIFrameElement | null} */
    this.frame = null;
    const { t } = world;
    this.page = new EntryPage(draft, world, {
      title: t('look'), hint: t('look_hint'), path: `shops/${shop}/shop.toml`, first: 'words',
      rows: () => [{ id: 'words', title: t('look_words'), note: t('f_shop_name_hint') }, { id: 'embed', title: t('embed'), note: t('embed_hint') }, { id: 'preview', title: t('preview'), note: t('preview_hint') }],
      detail: (open, known, value) => this.#detail(open, known, value),
    });
    this.root = this.page.root;
  }

  /** @param {string} open */
  update(open) {
    // A version that was published since is shown by a new window.
    if (this.shown !== this.draft.version) this.frame?.contentWindow?.location.reload();
    this.shown = this.draft.version;
    return this.page.update(open);
  }

  /** @param {string} open @param {import('./facts.js').Known} known @param {any} value @returns {import('./entry_page.js').Detail | null} */
  #detail(open, known, value) {
    if (open === 'embed') return { nodes: [this.#embed()] };
    if (open === 'preview') return { nodes: [this.#preview(listOf(value?.origins))] };
    if (open !== 'words') return null;
    const { t } = this.world;
    const link = (/** @type {string} */ words, /** @type {string} */ page, /** @type {string} */ rest) => h('button', { class: 'link', type: 'button', onclick: () => this.world.goTo?.(page, rest) }, t(words));
    const form = new Form({
      groups: [{ fields: [
        { name: 'shop_name', key: ['name'], kind: 'both', needed: true }, { name: 'locales', key: ['locales'], kind: 'checks', options: LOCALES.map((one) => ({ value: one, label: t(`locale_${one}`) })) },
        { name: 'widget_color', key: ['widget', 'color'], kind: 'text' },
        { name: 'widget_side', key: ['widget', 'side'], kind: 'pick', options: ['right', 'left'].map((one) => ({ value: one, label: t(`side_${one}`) })) },
        { name: 'origins', key: ['origins'], kind: 'words', wide: true },
      ] }],
      value, at: [], world: this.world, known, name: t('look_words'), save: (edits) => this.page.edit(edits),
      heading: h('div', { class: 'form-head' }, h('h3', null, t('look_words')), link('link_greet', 'replies', 'chat.greet'), link('link_stickers', 'files', `shops/${this.shop}/stickers.toml`)),
    });
    return { nodes: [form.root], forms: [{ form, mine: ({ entry, key }) => (entry === '' || entry === 'widget') && /^(?:name|locales|origins|widget)(?:\.|$)/.test(key) }] };
  }

  #embed() {
    const { t } = this.world;
    const line = embedLine(location.origin, this.shop);
    const said = h('small', { class: 'soft', role: 'status' });
    const text = /** @type {HTMLTextAreaElement} */ (h('textarea', { class: 'source line', readonly: true, rows: 3, 'aria-label': t('embed_line'), onfocus: () => text.select() }, line));
    return h('div', { class: 'card' }, h('h3', null, t('embed')), h('p', { class: 'soft' }, t('embed_hint')), text,
      h('div', { class: 'acts' }, h('button', { class: 'button', type: 'button', onclick: async () => {
        said.textContent = await navigator.clipboard.writeText(line).then(() => t('embed_copied'), () => t('copy_failed'));
        if (said.textContent === t('copy_failed')) text.focus();
      } }, t('embed_copy')), said));
  }

  /** @param {string[]} origins where the widget may stand */
  #preview(origins) {
    const { t, locale } = this.world;
    let dark = document.documentElement.dataset.theme === 'dark' || (document.documentElement.dataset.theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
    const pick = (/** @type {string} */ label, /** @type {string[]} */ values, /** @type {(value: string) => string} */ words, /** @type {string} */ chosen) => {
      const select = /** @type {HTMLSelectElement} */ (h('select', { onchange: () => show() }, values.map((value) => h('option', { value, selected: value === chosen }, words(value)))));
      return { select, node: h('label', { class: 'field inline' }, t(label), select) };
    };
    const language = pick('preview_language', LOCALES, (one) => t(`locale_${one}`), locale);
    const width = pick('preview_width', ['phone', 'wide'], (one) => t(`width_${one}`), 'phone');
    const box = /** @type {HTMLInputElement} */ (h('input', { type: 'checkbox', checked: dark, onchange: () => { dark = box.checked; show(); } }));
    const frame = /** @type {HTMLIFrameElement} */ (h('iframe', { class: 'preview', title: t('preview'), loading: 'lazy' }));
    const show = () => {
      frame.classList.toggle('wide', width.select.value === 'wide');
      frame.src = `/console/preview.html?${new URLSearchParams({ shop: this.shop, locale: language.select.value, theme: dark ? 'dark' : 'light' })}`;
    };
    show();
    this.frame = frame;
    return h('div', { class: 'card' }, h('h3', null, t('preview')), h('p', { class: 'soft' }, t('preview_hint')), origins.length > 0 && !origins.includes('*') && !origins.includes(location.origin) && h('p', { class: 'problem' }, t('preview_origin', { origin: location.origin })),
      h('div', { class: 'acts' }, language.node, width.node, h('label', { class: 'check' }, box, t('preview_dark'))), h('div', { class: 'preview-box' }, frame));
  }
}
