// Signing in, and the password that has to be changed first, for the desk and the console.

import { fill, h } from './html.js';

/** @typedef {{ id: string, name: string, role: string, shops: string[] }} Agent */
/** @typedef {import('./i18n.js').Translate} Translate */

/** @type {Record<string, import('./i18n.js').Text>} */
export const SIGNIN_TEXTS = {
  signin_title: { zh: '登录', hant: '登入', en: 'Sign in' },
  signin_name: { zh: '用户名', hant: '使用者名稱', en: 'Name' },
  signin_password: { zh: '密码', hant: '密碼', en: 'Password' },
  signin_go: { zh: '登录', hant: '登入', en: 'Sign in' },
  signin_hint: { zh: '首次登录的用户名和密码在数据目录的 first-sign-in 文件里。', hant: '首次登入的使用者名稱和密碼在資料目錄的 first-sign-in 檔案裡。', en: 'The first name and password are in the file first-sign-in of the data folder.' },
  change_title: { zh: '请设置新密码', hant: '請設定新密碼', en: 'Choose a new password' },
  change_hint: { zh: '初始密码只能用一次。新密码至少 10 个字符。', hant: '初始密碼只能用一次。新密碼至少 10 個字元。', en: 'The first password works only once. At least 10 characters.' },
  change_old: { zh: '当前密码', hant: '目前密碼', en: 'Current password' },
  change_new: { zh: '新密码', hant: '新密碼', en: 'New password' },
  change_go: { zh: '保存并继续', hant: '儲存並繼續', en: 'Save and go on' },
  sign_out: { zh: '退出登录', hant: '登出', en: 'Sign out' },
  problem_bad_credentials: { zh: '用户名或密码不对。', hant: '使用者名稱或密碼不對。', en: 'Wrong name or password.' },
  problem_too_fast: { zh: '尝试太频繁，请稍后再试。', hant: '嘗試太頻繁，請稍後再試。', en: 'Too many tries. Please wait a moment.' },
  problem_weak_password: { zh: '新密码太短或太简单，至少 10 个字符。', hant: '新密碼太短或太簡單，至少 10 個字元。', en: 'Too short or too simple. Use at least 10 characters.' },
  problem_other: { zh: '没有成功，请稍后再试。', hant: '沒有成功，請稍後再試。', en: 'That did not work. Please try again.' },
};

/**
 * A request whose failures are codes.
 * @param {string} method
 * @param {string} path
 * @param {object} [body]
 * @returns {Promise<{ ok: boolean, status: number, code: string, value: any }>} status 0 when there was no answer
 */
export async function request(method, path, body) {
  try {
    const answer = await fetch(path, {
      method, credentials: 'same-origin',
      headers: body ? { 'content-type': 'application/json' } : {},
      body: body ? JSON.stringify(body) : undefined,
    });
    const value = await answer.json().catch(() => null);
    return { ok: answer.ok, status: answer.status, code: answer.ok ? '' : (value?.error?.code ?? 'other'), value };
  } catch {
    return { ok: false, status: 0, code: 'offline', value: null };
  }
}

/**
 * Asks until somebody is signed in with a password of their own.
 * @param {HTMLElement} place where the forms are drawn
 * @param {{ t: Translate, title: string }} words
 * @returns {Promise<Agent>}
 */
export async function signIn(place, words) {
  const now = await request('GET', '/api/v1/session');
  let session = now.ok ? now.value : null;
  let password = '';
  if (!session) {
    session = await ask(place, words, 'signin', ['name', 'password'], async ({ name, password: given }) => {
      password = given;
      return request('POST', '/api/v1/session', { name, password: given });
    });
  }
  if (session.must_change) {
    const fields = password ? ['new'] : ['old', 'new'];
    await ask(place, words, 'change', fields, (given) => request('POST', '/api/v1/session/password', { old: given.old ?? password, new: given.new }));
  }
  fill(place);
  return session.agent;
}

/** Ends the session and begins the page anew. */
export async function signOut() {
  await request('DELETE', '/api/v1/session');
  location.reload();
}

/**
 * @param {HTMLElement} place
 * @param {{ t: Translate, title: string }} words
 * @param {'signin' | 'change'} form
 * @param {string[]} fields
 * @param {(given: Record<string, string>) => Promise<{ ok: boolean, code: string, value: any }>} send
 * @returns {Promise<any>} the answer that succeeded
 */
function ask(place, { t, title }, form, fields, send) {
  return new Promise((done) => {
    const problem = h('p', { class: 'problem', role: 'alert', hidden: true });
    const inputs = fields.map((field) => /** @type {HTMLInputElement} */ (h('input', {
      name: field, type: field === 'name' ? 'text' : 'password', required: true, minlength: field === 'new' ? 10 : null,
      autocomplete: { name: 'username', password: 'current-password', old: 'current-password', new: 'new-password' }[field], autocapitalize: 'none', spellcheck: 'false',
    })));
    const button = /** @type {HTMLButtonElement} */ (h('button', { class: 'button', type: 'submit' }, t(`${form}_go`)));
    fill(place, h('main', { class: 'signin' }, h('form', {
      onsubmit: async (/** @type {Event} */ event) => {
        event.preventDefault();
        button.disabled = true;
        const { ok, code, value } = await send(Object.fromEntries(inputs.map((input) => [input.name, input.value])));
        button.disabled = false;
        if (ok) return done(value);
        const words = t(`problem_${code}`);
        problem.textContent = words === `problem_${code}` ? t('problem_other') : words;
        problem.hidden = false;
        inputs[inputs.length - 1].select();
      },
    },
    h('img', { src: '/shared/mascot.svg', alt: '' }), h('h1', null, form === 'signin' ? title : t('change_title')),
    h('p', { class: 'soft' }, t(`${form}_hint`)),
    inputs.map((input) => h('label', { class: 'field' }, t(`${form}_${input.name}`), input)), problem, button)));
    inputs[0].focus();
  });
}
