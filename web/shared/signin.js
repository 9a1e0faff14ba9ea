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
  code_title: { zh: '两步验证', hant: '兩步驗證', en: 'One more step' },
  code_hint: { zh: '打开验证器 App，输入 6 位动态码。手机不在身边，可以用一个恢复码。', hant: '開啟驗證器 App，輸入 6 位動態碼。手機不在身邊，可以用一個復原碼。', en: 'Enter the six digits from your authenticator app, or a recovery code if the phone is not at hand.' },
  code_code: { zh: '动态码', hant: '動態碼', en: 'Code' },
  code_go: { zh: '登录', hant: '登入', en: 'Sign in' },
  oidc_or: { zh: '或', hant: '或', en: 'or' },
  oidc_go: { zh: '用{name}登录', hant: '用{name}登入', en: 'Sign in with {name}' },
  oidc_name: { zh: '公司账号', hant: '公司帳號', en: 'your company account' },
  sign_out: { zh: '退出登录', hant: '登出', en: 'Sign out' },
  problem_bad_credentials: { zh: '用户名或密码不对。', hant: '使用者名稱或密碼不對。', en: 'Wrong name or password.' },
  problem_bad_code: { zh: '动态码不对，或者已经用过了。', hant: '動態碼不對，或者已經用過了。', en: 'Wrong code, or it was used before.' },
  problem_wait: { zh: '尝试太频繁，请 {n} 秒后再试。', hant: '嘗試太頻繁，請 {n} 秒後再試。', en: 'Too many tries. Please wait {n} seconds.' },
  problem_oidc_denied: { zh: '没有完成统一登录。', hant: '沒有完成統一登入。', en: 'The sign-in was not completed.' },
  problem_oidc_again: { zh: '登录超时了，请再点一次。', hant: '登入逾時了，請再點一次。', en: 'That took too long. Please try once more.' },
  problem_oidc_unknown: { zh: '您的账号还不是这里的成员，请联系店主。', hant: '您的帳號還不是這裡的成員，請聯絡店主。', en: 'Your account is no member here. Please ask the owner.' },
  problem_oidc_failed: { zh: '统一登录没有成功，请稍后再试，或用密码登录。', hant: '統一登入沒有成功，請稍後再試，或用密碼登入。', en: 'The sign-in service did not work. Try again, or use your password.' },
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
      headers: body && !(body instanceof Blob) ? { 'content-type': 'application/json' } : {},
      body: body instanceof Blob ? body : body && JSON.stringify(body),
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
    /** @type {Record<string, string>} */
    let given = {};
    const service = await request('GET', '/api/v1/oidc');
    const aside = service.ok && service.value.on ? serviceLink(words.t, service.value.name) : null;
    session = await ask(place, words, { form: 'signin', fields: ['name', 'password'], aside, problem: problemOfAddress() }, async (first) => {
      given = first;
      const answer = await request('POST', '/api/v1/session', first);
      return answer.code === 'code_needed' ? { ok: true, code: '', value: null } : answer;
    });
    session ??= await ask(place, words, { form: 'code', fields: ['code'] }, ({ code }) => request('POST', '/api/v1/session', { ...given, code }));
    password = given.password;
  }
  if (session.must_change) {
    const fields = password ? ['new'] : ['old', 'new'];
    await ask(place, words, { form: 'change', fields }, (given) => request('POST', '/api/v1/session/password', { old: given.old ?? password, new: given.new }));
  }
  fill(place);
  return session.agent;
}

/**
 * The way to the sign-in service.
 * @param {Translate} t
 * @param {{ zh?: string, en?: string } | null} label
 */
function serviceLink(t, label) {
  const named = document.documentElement.lang === 'en' ? (label?.en ?? label?.zh) : (label?.zh ?? label?.en);
  const to = location.pathname.startsWith('/console') ? '/console' : '/desk';
  return h('div', { class: 'service' }, h('span', { class: 'soft' }, t('oidc_or')),
    h('a', { class: 'button line', href: `/api/v1/oidc/start?to=${to}` }, t('oidc_go', { name: named ?? t('oidc_name') })));
}

/** Why a sign-in by the service brought nobody, as it is told behind the `#`; told once. */
function problemOfAddress() {
  const code = /^#problem=(\w+)$/.exec(location.hash)?.[1] ?? '';
  if (code !== '') history.replaceState(null, '', location.pathname + location.search);
  return code;
}

/** Ends the session and begins the page anew. */
export async function signOut() {
  await request('DELETE', '/api/v1/session');
  location.reload();
}

/**
 * @param {Translate} t
 * @param {string} code
 * @param {any} [value] the answer, which may say how long to wait
 */
function problemWords(t, code, value) {
  const seconds = Math.ceil((value?.error?.retry_ms ?? 0) / 1000);
  if (code === 'too_fast' && seconds > 1) return t('problem_wait', { n: seconds });
  const words = t(`problem_${code}`);
  return words === `problem_${code}` ? t('problem_other') : words;
}

/**
 * @param {HTMLElement} place
 * @param {{ t: Translate, title: string }} words
 * @param {{ form: 'signin' | 'code' | 'change', fields: string[], aside?: HTMLElement | null, problem?: string }} what
 * @param {(given: Record<string, string>) => Promise<{ ok: boolean, code: string, value: any }>} send
 * @returns {Promise<any>} the answer that succeeded
 */
function ask(place, { t, title }, { form, fields, aside = null, problem: before = '' }, send) {
  return new Promise((done) => {
    const problem = h('p', { class: 'problem', role: 'alert', hidden: before === '' }, before !== '' && problemWords(t, before));
    const inputs = fields.map((field) => /** @type {HTMLInputElement} */ (h('input', {
      name: field, type: field === 'name' || field === 'code' ? 'text' : 'password', required: true, minlength: field === 'new' ? 10 : null,
      autocomplete: { name: 'username', password: 'current-password', old: 'current-password', new: 'new-password', code: 'one-time-code' }[field], autocapitalize: 'none', spellcheck: 'false',
    })));
    const button = /** @type {HTMLButtonElement} */ (h('button', { class: 'button', type: 'submit' }, t(`${form}_go`)));
    fill(place, h('main', { class: 'signin' }, h('form', {
      onsubmit: async (/** @type {Event} */ event) => {
        event.preventDefault();
        button.disabled = true;
        const { ok, code, value } = await send(Object.fromEntries(inputs.map((input) => [input.name, input.value])));
        button.disabled = false;
        if (ok) return done(value);
        problem.textContent = problemWords(t, code, value);
        problem.hidden = false;
        inputs[inputs.length - 1].select();
      },
    },
    h('img', { src: '/shared/mascot.svg', alt: '' }), h('h1', null, form === 'signin' ? title : t(`${form}_title`)),
    h('p', { class: 'soft' }, t(`${form}_hint`)),
    inputs.map((input) => h('label', { class: 'field' }, t(`${form}_${input.name}`), input)), problem, button, aside)));
    inputs[0].focus();
  });
}
