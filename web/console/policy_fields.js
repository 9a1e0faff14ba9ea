// The fields of policy.toml, by what they are about.

/** @typedef {import('./controls.js').Field} Field */

/** @param {string} table @param {string} key @param {string} kind @param {Partial<Field>} [more] @returns {Field} */
const field = (table, key, kind, more) => ({ name: `${table}_${key}`, key: [table, key], kind, ...more });
/** @param {string} table @param {string} key @param {number} [least] */
const days = (table, key, least = 0) => field(table, key, 'int', { unit: 'days', least, most: 3650 });

/** The rules of a shop where neither it nor a pack states one. */
export const DEFAULTS = {
  returns: { no_reason_days: 7, fault_return_days: 7, fault_exchange_days: 15, free_returns: false, refund_within_days: 7, small_amount_limit: '0' },
  shipping: { promise_hours: 48, fee: '0' },
  orders: { complete_after_days: 15 }, price_protection: { days: 15 }, warranty: { default_days: 365 },
  reminders: { quiet_from: '22:00', quiet_until: '08:00' },
};

/** @type {import('./topics.js').Topic[]} */
export const POLICY_TOPICS = [
  { id: 'returns', fields: [
    days('returns', 'no_reason_days', 7), days('returns', 'refund_within_days'), days('returns', 'fault_return_days', 7), days('returns', 'fault_exchange_days', 15),
    field('returns', 'free_returns', 'yesno'), field('returns', 'freight_insurance_cap', 'money'), field('returns', 'small_amount_limit', 'money'), field('returns', 'address', 'bothlong'),
  ] },
  { id: 'shipping', fields: [
    field('shipping', 'promise_hours', 'int', { unit: 'hours', most: 3650 }), field('shipping', 'late_compensation', 'money'), field('shipping', 'fee', 'money'), field('shipping', 'free_over', 'money'),
    field('shipping', 'carriers', 'words'), field('shipping', 'excluded_regions', 'words'),
  ] },
  { id: 'protection', fields: [days('price_protection', 'days'), days('warranty', 'default_days'), days('orders', 'complete_after_days')] },
  { id: 'limits', fields: [
    field('handoff_limits', 'refund_over', 'money'), field('agents', 'refund_up_to', 'money'),
    field('agents', 'coupons', 'words', { strict: true, choices: ({ coupons }) => coupons }),
  ] },
  { id: 'reminders', fields: [
    field('reminders', 'pay_after_minutes', 'int', { unit: 'minutes', most: 10_080 }), field('reminders', 'basket_after_minutes', 'int', { unit: 'minutes', most: 10_080 }),
    field('reminders', 'quiet_from', 'clock'), field('reminders', 'quiet_until', 'clock'),
  ] },
  { id: 'recommend', fields: [
    ...['prefer', 'never', 'again'].map((key) => field('recommend', key, 'words', { strict: true, choices: ({ goods }) => goods })),
    field('recommend', 'min_stock', 'int', { unit: 'pieces', least: 1, most: 100_000 }),
  ] },
  { id: 'privacy', fields: [days('privacy', 'keep_conversations_days', 30)] },
];
