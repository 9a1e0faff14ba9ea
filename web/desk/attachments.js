// Pictures on their way into a conversation: sent up as soon as they are chosen, shown small until they are said,
// tried again by a press when it fails. A picture waits at its conversation while another one is open.

import { h } from '../shared/html.js';
import { icon } from '../shared/icons.js';
import { Drawn } from './drawn.js';

/** @typedef {{ key: string, file: File, url: string, status: 'uploading' | 'ready' | 'failed', id: string | null, code: string }} Attachment */
/** @typedef {import('./lists.js').Setting} Setting */

const KINDS = ['image/jpeg', 'image/png', 'image/webp'];
const LARGEST = 8 * 1024 * 1024;
const MOST = 6;

export class Attachments {
  /** @param {{ changed: () => void }} owner */
  constructor(owner) {
    this.owner = owner;
    this.root = h('ul', { class: 'attachments' });
    this.drawn = new Drawn(this.root);
    /** @type {Map<string, Attachment[]>} */
    this.all = new Map();
    this.made = 0;
    this.conversation = '';
  }

  /** @returns {Attachment[]} those of the open conversation */
  get list() {
    return this.all.get(this.conversation) ?? [];
  }

  /** @param {string} conversation @param {Iterable<File>} files @returns {string | null} why one of them can't be sent */
  add(conversation, files) {
    let problem = null;
    for (const file of files) {
      const there = this.all.get(conversation) ?? [];
      if (!KINDS.includes(file.type)) problem = 'bad_image';
      else if (file.size > LARGEST || there.length >= MOST) problem = 'image_too_large';
      else {
        const one = /** @type {Attachment} */ ({ key: `a${++this.made}`, file, url: URL.createObjectURL(file), status: 'uploading', id: null, code: '' });
        this.all.set(conversation, [...there, one]);
        void this.#upload(conversation, one);
      }
    }
    this.owner.changed();
    return problem;
  }

  /** Takes those that are up; what is not stays. @returns {Attachment[]} */
  takeReady() {
    const ready = this.list.filter(({ status }) => status === 'ready');
    this.all.set(this.conversation, this.list.filter(({ status }) => status !== 'ready'));
    for (const { url } of ready) URL.revokeObjectURL(url);
    return ready;
  }

  /** @param {string} conversation @param {Setting} setting */
  update(conversation, { t, locale }) {
    this.conversation = conversation;
    this.root.hidden = this.list.length === 0;
    this.root.setAttribute('aria-label', t('attachments'));
    this.drawn.update([locale, conversation, this.list.map(({ key, status }) => [key, status])], () => this.list.map((one) => h('li', { class: one.status },
      h('img', { src: one.url, alt: one.file.name, width: 64, height: 64 }),
      one.status === 'uploading' && h('span', { class: 'working', role: 'status' }, h('span', { class: 'hush' }, t('uploading'))),
      one.status === 'failed' && h('button', {
        class: 'again', type: 'button', dataset: { key: `again${one.key}` }, 'aria-label': t('upload_again'), title: t('upload_again'),
        onclick: () => void this.#upload(conversation, one),
      }, icon('refresh', 18)),
      h('button', { class: 'remove', type: 'button', dataset: { key: one.key }, onclick: () => this.#remove(conversation, one), 'aria-label': t('remove_image', { name: one.file.name }) }, icon('close', 14)))));
  }

  /** @param {string} conversation @param {Attachment} one */
  async #upload(conversation, one) {
    this.#replace(conversation, one, { status: 'uploading' });
    const { ok, code, id } = await send(conversation, one.file);
    this.#replace(conversation, one, ok ? { status: 'ready', id } : { status: 'failed', code });
  }

  /** @param {string} conversation @param {Attachment} one @param {Partial<Attachment>} change */
  #replace(conversation, one, change) {
    this.all.set(conversation, (this.all.get(conversation) ?? []).map((other) => (other.key === one.key ? { ...other, ...change } : other)));
    this.owner.changed();
  }

  /** @param {string} conversation @param {Attachment} one */
  #remove(conversation, one) {
    URL.revokeObjectURL(one.url);
    this.all.set(conversation, (this.all.get(conversation) ?? []).filter(({ key }) => key !== one.key));
    this.owner.changed();
  }
}

/** @param {string} conversation @param {File} file */
async function send(conversation, file) {
  try {
    const answer = await fetch(`/api/v1/uploads?conversation=${encodeURIComponent(conversation)}`, { method: 'POST', credentials: 'same-origin', headers: { 'content-type': file.type }, body: file });
    const value = await answer.json().catch(() => null);
    return { ok: answer.ok && typeof value?.id === 'string', code: value?.error?.code ?? 'other', id: value?.id ?? null };
  } catch {
    return { ok: false, code: 'offline', id: null };
  }
}
