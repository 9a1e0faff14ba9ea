// What an entry of the audit log says, in a sentence and a few facts.

/** @typedef {{ id: number, at: string, agent: { id: string | null, name: string }, shop: string | null, conversation: string | null, action: string, detail: Record<string, any> }} Entry */
/** @typedef {import('../shared/i18n.js').Translate} Translate */

/** Groups that the list can be narrowed to: the part of an action before its dot. */
export const GROUPS = ['session', 'password', 'second_step', 'member', 'conversation', 'personal', 'retention', 'order', 'shop'];

/**
 * @param {Translate} t
 * @param {string} name
 * @param {string} otherwise what is said where there are no words
 */
function known(t, name, otherwise) {
  const words = t(name);
  return words === name ? otherwise : words;
}

/**
 * @param {Entry} entry
 * @param {Translate} t
 * @returns {{ did: string, facts: string[] }} an action without words of its own is shown as it is
 */
export function auditWords({ action, detail, conversation }, t) {
  const { member, id: _id, by, wrong, role, was, field, ...rest } = detail ?? {};
  const named = `did_${action}`;
  const words = t(named, { member: member ?? '' });
  const facts = [];
  if (by === 'oidc' || by === 'password') facts.push(t(`by_${by}`));
  if (typeof wrong === 'string') facts.push(t(`wrong_${wrong}`));
  if (typeof role === 'string') facts.push(t(`role_${role}`));
  if (typeof field === 'string') facts.push(known(t, `field_${field}`, field));
  if (typeof was === 'string') facts.push(`${was} → ${member}`);
  if (Array.isArray(rest.shops)) {
    facts.push(rest.shops.length === 0 ? t('all_shops') : rest.shops.join('、'));
    delete rest.shops;
  }
  if (Array.isArray(rest.groups)) {
    if (rest.groups.length > 0) facts.push(rest.groups.join('、'));
    delete rest.groups;
  }
  if (typeof rest.capacity === 'number') {
    if (rest.capacity > 0) facts.push(`${t('capacity')} ${rest.capacity}`);
    delete rest.capacity;
  }
  if (typeof conversation === 'string') facts.push(t('conversation_is', { id: conversation.slice(0, 8) }));
  for (const [name, value] of Object.entries(rest)) {
    if (value !== null && value !== '') facts.push(`${name}: ${typeof value === 'object' ? JSON.stringify(value) : value}`);
  }
  return { did: words === named ? action : words, facts };
}
