// Everything of a shop that can be found, as it would be with the draft.

import { DETAILS_TOPICS } from './details.js';
import { inLanguage, listOf } from './facts.js';
import { allFaq } from './faq.js';
import { allWordings } from './intents.js';
import { PEOPLE_TOPICS } from './people.js';
import { POLICY_TOPICS } from './policy_fields.js';
import { summary } from './promotion_fields.js';
import { repliesOf } from './reply_keys.js';

/** @typedef {import('./search_index.js').Entry} Entry */
/** @typedef {import('./draft.js').Draft} Draft */
/** @typedef {{ t: import('../shared/i18n.js').Translate, locale: string, facts: import('./facts.js').Facts }} Setting */

const OWN_LOOK = ['shop_name', 'locales', 'origins'];

/** @param {Draft} draft @param {Setting} setting @returns {Promise<Entry[]>} */
export async function entriesOf(draft, setting) {
  const parts = await Promise.all([questions(draft), intents(draft, setting), replies(draft, setting), ofShop(draft, setting), files(draft)]);
  return [...parts.flat(), ...settings(setting)];
}

/** @param {Draft} draft @returns {Promise<Entry[]>} */
async function questions(draft) {
  const all = await allFaq(draft);
  return all.map(({ faq, own }) => ({ kind: 'faq', title: faq.ask?.[0] ?? faq.id, text: [...(faq.ask ?? []).slice(1), faq.answer?.zh, faq.answer?.en, faq.id].filter(Boolean).join('\n'), page: 'faq', rest: faq.id, own }));
}

/** @param {Draft} draft @param {Setting} setting @returns {Promise<Entry[]>} */
async function intents(draft, { locale }) {
  const wordings = await allWordings(draft);
  return draft.intents.map(({ id, name }) => {
    const mine = wordings.get(id) ?? [];
    return { kind: 'intents', title: inLanguage({ zh: name.zh, en: name.en }, locale) || id, text: [id, ...mine.flatMap(({ examples, not }) => [...examples, ...not])].join('\n'), page: 'intents', rest: id, own: mine.some(({ own }) => own) };
  });
}

/** @param {Draft} draft @param {Setting} setting @returns {Promise<Entry[]>} */
async function replies(draft, { locale, facts }) {
  const { packs } = await facts.known();
  /** @type {Map<string, { zh: string[], en: string[], own: boolean }>} */
  const keys = new Map();
  for (const language of /** @type {const} */ (['zh', 'en'])) {
    // The shop's wording stands in the place of its packs'.
    for (const path of [...packs.map((pack) => `packs/${pack}/replies/${language}.toml`), facts.path(`replies/${language}.toml`)]) {
      for (const { key, say } of repliesOf((await draft.file(path))?.value)) {
        const known = keys.get(key) ?? { zh: [], en: [], own: false };
        keys.set(key, { ...known, [language]: say, own: known.own || path.startsWith('shops/') });
      }
    }
  }
  return [...keys].map(([key, { zh, en, own }]) => {
    const [first, ...others] = locale === 'en' ? [...en, ...zh] : [...zh, ...en];
    return { kind: 'replies', title: first ?? key, text: [key, ...others].join('\n'), page: 'replies', rest: key, own };
  });
}

/** Promotions, words and size charts. @param {Draft} draft @param {Setting} setting @returns {Promise<Entry[]>} */
async function ofShop(draft, { t, locale, facts }) {
  const [known, promotions, glossary, sizes] = await Promise.all([facts.known(), ...['promotions', 'glossary', 'sizes'].map(async (name) => (await draft.file(facts.path(`${name}.toml`)))?.value)]);
  return [
    ...listOf(promotions?.promotion).map((one) => {
      const told = [one.text?.zh, one.text?.en, t(`k_${one.kind}`), summary(one, t, known.symbol), one.code, one.id, ...listOf(one.scope?.products), ...listOf(one.scope?.categories)];
      return { kind: 'promotions', title: inLanguage(one.title, locale) || one.id, text: told.filter(Boolean).join('\n'), page: 'promotions', rest: String(one.id), own: true };
    }),
    ...listOf(glossary?.term).map((one) => ({ kind: 'glossary', title: String(one.word), text: [...listOf(one.synonyms), one.en].filter(Boolean).join('、'), page: 'glossary', rest: String(one.word), own: true })),
    ...listOf(sizes?.chart).map((one) => ({ kind: 'sizes', title: inLanguage(one.title, locale) || one.id, text: listOf(one.sizes).map((row) => row?.size).join(' '), page: 'sizes', rest: String(one.id), own: true })),
  ];
}

/** The shop's files, by their text. @param {Draft} draft @returns {Promise<Entry[]>} */
async function files(draft) {
  const paths = draft.paths.filter((path) => path.startsWith('shops/'));
  return Promise.all(paths.map(async (path) => ({ kind: 'files', title: path.split('/').slice(2).join('/'), text: (await draft.file(path))?.text ?? '', page: 'files', rest: path, own: true })));
}

/** What can be set, by what the fields are called. @param {Setting} setting @returns {Entry[]} */
function settings({ t }) {
  const said = (/** @type {string} */ name) => [t(`f_${name}`), t(`f_${name}_hint`)].filter((words) => !words.startsWith('f_'));
  const pages = /** @type {const} */ ([['policy', POLICY_TOPICS], ['people', PEOPLE_TOPICS], ['details', DETAILS_TOPICS]]);
  const topics = pages.flatMap(([page, all]) => all.flatMap(({ id, fields = [], entries }) => [
    { kind: 'settings', title: t(`topic_${id}`), text: `${t(page)} ${t(`topic_${id}_hint`)} ${(entries?.fields ?? []).flatMap(({ name }) => said(name)).join(' ')}`, page, rest: id, own: true },
    ...fields.flatMap(inner).map(({ name }) => ({ kind: 'settings', title: t(`f_${name}`), text: `${t(page)} · ${t(`topic_${id}`)} ${said(name).slice(1).join(' ')}`, page, rest: id, own: true })),
  ]));
  const look = OWN_LOOK.map((name) => ({ kind: 'settings', title: t(`f_${name}`), text: [t('look'), ...said(name).slice(1)].join(' '), page: 'look', rest: 'words', own: true }));
  return [...topics, ...look, { kind: 'settings', title: t('embed'), text: `${t('embed_hint')} widget.js`, page: 'look', rest: 'embed', own: true }];
}

/** A field, or those of the ways to say it. @param {import('./controls.js').Field} field @returns {import('./controls.js').Field[]} */
const inner = (field) => (field.either ? field.either.flatMap(({ fields }) => (fields ?? []).flatMap(inner)) : [field]);
