// The team's page, for owners: who may do what, and where they are signed in.

import { copyButton, drawSessions, linkStyle, openDialog, wordsOf } from '../shared/account.js';
import { fill, h } from '../shared/html.js';
import { translator } from '../shared/i18n.js';
import { SIGNIN_TEXTS, request } from '../shared/signin.js';
import { TEAM_TEXTS } from './team_texts.js';

/** @typedef {import('../shared/i18n.js').Translate} Translate */
/** @typedef {import('../shared/i18n.js').Locale} Locale */
/** @typedef {{ id: string, name: string, role: string, shops: string[], groups: string[], capacity: number, must_change: boolean, second_step: boolean, oidc_subject: string | null, since: string, disabled_at: string | null }} Member */
/** @typedef {{ id: string, name: string | null, groups: { id: string, name: { zh: string, en: string | null } }[] }} ShopName */

const ROLES = ['agent', 'editor', 'owner'];
const PATH = '/api/v1/staff';

export class Team {
  /** @param {Locale} locale */
  constructor(locale) {
    linkStyle('/shared/account.css');
    linkStyle('/console/team.css');
    this.locale = locale;
    /** @type {Translate} */
    this.t = translator({ ...SIGNIN_TEXTS, ...TEAM_TEXTS }, locale);
    /** @type {Member[]} */
    this.members = [];
    /** @type {ShopName[]} */
    this.shops = [];
    this.you = '';
    this.list = h('ul', { class: 'members' });
    const { t } = this;
    this.root = h('section', { 'aria-labelledby': 'team' },
      h('div', { class: 'section-head' }, h('h2', { id: 'team' }, t('team')), h('button', { class: 'button small', type: 'button', onclick: () => this.#openAdd() }, t('member_add'))),
      h('p', { class: 'soft' }, t('team_hint')), this.list);
    void this.load();
  }

  async load() {
    const { ok, status, value } = await request('GET', PATH);
    if (status === 401) return location.reload();
    if (!ok) return fill(this.list, h('li', { class: 'problem', role: 'alert' }, this.t('problem_other')));
    this.members = value.members;
    this.shops = value.shops;
    this.you = value.you;
    fill(this.list, this.members.map((member) => this.#drawMember(member)));
  }

  /** @param {string[]} shops */
  #shopNames(shops) {
    if (shops.length === 0) return this.t('all_shops');
    return shops.map((id) => this.shops.find((shop) => shop.id === id)?.name ?? id).join('、');
  }

  /** @param {Member} member */
  #drawMember(member) {
    const { t } = this;
    return h('li', { class: member.disabled_at ? 'member off' : 'member' },
      h('div', { class: 'avatar', 'aria-hidden': 'true' }, [...member.name][0]?.toUpperCase()),
      h('div', { class: 'member-who' }, h('h3', null, member.name, member.id === this.you && h('span', { class: 'soft' }, ` (${t('you')})`)),
        h('p', { class: 'soft' }, [this.#shopNames(member.shops), ...this.#groups(member).filter(({ id }) => member.groups.includes(id)).map(({ name }) => name)].join(' · '))),
      h('div', { class: 'member-chips' }, h('span', { class: `chip role ${member.role}` }, t(`role_${member.role}`)),
        member.disabled_at && h('span', { class: 'chip bad' }, t('disabled')),
        member.second_step && h('span', { class: 'chip good' }, t('two_steps')),
        member.must_change && !member.disabled_at && h('span', { class: 'chip warn' }, t('first_password'))),
      h('button', { class: 'button line small', type: 'button', 'aria-label': t('member_edit_of', { name: member.name }), onclick: () => this.#openMember(member) }, t('member_edit')));
  }

  /**
   * The fields of a member, and how to read them.
   * @param {Member | null} member
   */
  #fields(member) {
    const { t } = this;
    const name = /** @type {HTMLInputElement} */ (h('input', { name: 'name', required: true, maxlength: 40, value: member?.name ?? '', autocomplete: 'off', 'aria-describedby': 'name-hint' }));
    const role = /** @type {HTMLSelectElement} */ (h('select', { name: 'role' }, ROLES.map((one) => h('option', { value: one, selected: one === (member?.role ?? 'agent') }, t(`role_${one}`)))));
    const subject = /** @type {HTMLInputElement} */ (h('input', { name: 'oidc_subject', maxlength: 255, value: member?.oidc_subject ?? '', autocomplete: 'off', spellcheck: 'false' }));
    const shops = this.shops.map((shop) => this.#check(shop.id, shop.name ?? shop.id, member?.shops.includes(shop.id) ?? false));
    const groups = this.#groups(member).map(({ id, name: words }) => this.#check(id, words, member?.groups.includes(id) ?? false));
    const capacity = /** @type {HTMLInputElement} */ (h('input', { name: 'capacity', type: 'number', min: 0, max: 100, inputmode: 'numeric', value: member?.capacity ? member.capacity : '', placeholder: t('capacity_usual'), 'aria-describedby': 'capacity-hint' }));
    const desk = h('div', { class: 'member-desk', hidden: member?.role === 'editor' },
      groups.length > 0 && h('fieldset', null, h('legend', null, t('groups_of')), h('p', { class: 'soft' }, t('groups_of_hint')), h('div', { class: 'checks' }, groups.map((group) => group.drawn))),
      h('label', { class: 'field' }, t('capacity'), capacity, h('span', { class: 'soft', id: 'capacity-hint' }, t('capacity_hint'))));
    role.addEventListener('change', () => { desk.hidden = role.value === 'editor'; });
    const drawn = h('div', { class: 'member-fields' },
      h('label', { class: 'field' }, t('name'), name, h('span', { class: 'soft', id: 'name-hint' }, t('name_hint'))),
      h('label', { class: 'field' }, t('role'), role),
      h('fieldset', null, h('legend', null, t('shops_of')), h('p', { class: 'soft' }, t('shops_of_hint')), h('div', { class: 'checks' }, shops.map((shop) => shop.drawn))),
      desk, h('label', { class: 'field' }, t('oidc_subject'), subject));
    const checked = (/** @type {{ box: HTMLInputElement }[]} */ boxes) => boxes.filter(({ box }) => box.checked).map(({ box }) => box.value);
    const read = () => ({ name: name.value, role: role.value, shops: checked(shops), groups: checked(groups), capacity: Number(capacity.value) || 0, oidc_subject: subject.value || null });
    return { drawn, read };
  }

  /**
   * @param {string} value
   * @param {string} label
   * @param {boolean} checked
   */
  #check(value, label, checked) {
    const box = /** @type {HTMLInputElement} */ (h('input', { type: 'checkbox', value, checked }));
    return { box, drawn: h('label', { class: 'check' }, box, label) };
  }

  /**
   * Every group of the shops, once, and those of the member that no shop has any more: they can be taken away.
   * @param {Member | null} member
   * @returns {{ id: string, name: string }[]}
   */
  #groups(member) {
    /** @type {Map<string, string>} */
    const named = new Map(this.shops.flatMap((shop) => shop.groups.map(({ id, name }) => [id, this.locale === 'en' ? (name.en ?? name.zh) : name.zh])));
    for (const id of member?.groups ?? []) if (!named.has(id)) named.set(id, id);
    return [...named].map(([id, name]) => ({ id, name }));
  }

  /**
   * A form of a member's fields.
   * @param {Member | null} member
   * @param {string} go
   * @param {(given: object) => Promise<string>} send says what went wrong, or nothing
   */
  #form(member, go, send) {
    const { drawn, read } = this.#fields(member);
    const problem = h('p', { class: 'problem', role: 'alert', hidden: true });
    const button = /** @type {HTMLButtonElement} */ (h('button', { class: 'button small', type: 'submit' }, go));
    return h('form', {
      class: 'small-form',
      onsubmit: async (/** @type {Event} */ event) => {
        event.preventDefault();
        button.disabled = true;
        const wrong = await send(read());
        button.disabled = false;
        problem.textContent = wrong;
        problem.hidden = wrong === '';
      },
    }, drawn, problem, h('div', { class: 'row' }, button));
  }

  #openAdd() {
    const { t } = this;
    const place = h('div');
    const dialog = openDialog(t('member_add'), t('account_close'), place);
    fill(place, this.#form(null, t('add_go'), async (given) => {
      const answer = await request('POST', PATH, given);
      if (!answer.ok) return wordsOf(t, answer);
      fill(place, this.#drawPassword(answer.value.member.name, answer.value.password), h('div', { class: 'row' }, h('button', { class: 'button small', type: 'button', onclick: () => dialog.close() }, t('account_close'))));
      await this.load();
      return '';
    }));
  }

  /**
   * @param {string} name
   * @param {string} password
   */
  #drawPassword(name, password) {
    const { t } = this;
    return h('div', { class: 'first-password', role: 'status' }, h('p', { class: 'said' }, t('password_made', { name })), h('div', { class: 'row' }, h('code', null, password), copyButton(t, password)));
  }

  /** @param {Member} member */
  #openMember(member) {
    const { t } = this;
    const place = h('section');
    const signing = h('section');
    const sessions = h('section');
    openDialog(member.name, t('account_close'), place, signing, sessions);
    fill(place, this.#form(member, t('save'), async (given) => {
      const answer = await request('PATCH', `${PATH}/${encodeURIComponent(member.id)}`, given);
      if (!answer.ok) return wordsOf(t, answer);
      place.querySelector('.said')?.remove();
      place.append(h('p', { class: 'said', role: 'status' }, t('saved')));
      await this.load();
      return '';
    }));
    this.#drawSigning(signing, sessions, member);
    void this.#loadSessions(sessions, member);
  }

  /**
   * @param {HTMLElement} place
   * @param {HTMLElement} sessions
   * @param {Member} member
   */
  #drawSigning(place, sessions, member) {
    const { t } = this;
    const path = `${PATH}/${encodeURIComponent(member.id)}`;
    const said = h('div');
    if (member.id === this.you) return fill(place, h('h3', null, t('sign_in_of')), h('p', { class: 'soft' }, t('own_hint')));
    const run = async (/** @type {string} */ method, /** @type {string} */ what) => {
      const answer = await request(method, `${path}/${what}`);
      if (!answer.ok) return fill(said, h('p', { class: 'problem', role: 'alert' }, wordsOf(t, answer)));
      await this.load();
      const changed = this.members.find(({ id }) => id === member.id) ?? member;
      this.#drawSigning(place, sessions, changed);
      const shown = answer.value?.password ? this.#drawPassword(member.name, answer.value.password) : h('p', { class: 'said', role: 'status' }, t('saved'));
      place.append(shown);
      return this.#loadSessions(sessions, changed);
    };
    fill(place, h('h3', null, t('sign_in_of')),
      h('div', { class: 'row' },
        this.#twice(t('reset_password'), t('sure_reset'), () => void run('POST', 'password')),
        member.second_step && this.#twice(t('reset_step'), t('sure_step'), () => void run('DELETE', 'second-step')),
        member.disabled_at
          ? h('button', { class: 'button line small', type: 'button', onclick: () => void run('POST', 'enable') }, t('enable'))
          : this.#twice(t('disable'), t('sure_disable'), () => void run('POST', 'disable'))),
      said);
  }

  /**
   * A button that asks once more before it does something that can't be undone.
   * @param {string} label
   * @param {string} sure
   * @param {() => void} act
   */
  #twice(label, sure, act) {
    const button = h('button', {
      class: 'button line small', type: 'button',
      onclick: () => {
        if (button.classList.contains('sure')) return act();
        button.classList.add('sure');
        button.textContent = sure;
      },
      onblur: () => {
        button.classList.remove('sure');
        button.textContent = label;
      },
    }, label);
    return button;
  }

  /**
   * @param {HTMLElement} place
   * @param {Member} member
   */
  async #loadSessions(place, member) {
    const { t, locale } = this;
    const path = `${PATH}/${encodeURIComponent(member.id)}/sessions`;
    const { ok, value } = await request('GET', path);
    if (!ok) return;
    const end = async (/** @type {string} */ which) => {
      await request('DELETE', path + which);
      await this.#loadSessions(place, member);
    };
    const list = value.sessions;
    const others = list.filter((/** @type {{ current: boolean }} */ one) => !one.current).length;
    fill(place, h('h3', null, t('sessions_title')),
      list.length === 0 ? h('p', { class: 'soft' }, t('no_sessions')) : drawSessions(list, { t, locale }, (id) => void end(`/${encodeURIComponent(id)}`)),
      others > 0 && member.id !== this.you && h('div', null, h('button', { class: 'button line small', type: 'button', onclick: () => void end('') }, t('end_all'))));
  }
}
