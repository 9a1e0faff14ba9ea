// What a promotion of each kind is made of, as fields; and its rule in a few words.

/** @typedef {import('./controls.js').Field} Field */
/** @typedef {import('../shared/i18n.js').Translate} Translate */

/** @param {string} name @param {Partial<Field>} [more] @returns {Field} */
const money = (name, more) => ({ name, key: [name], kind: 'money', ...more });

/** @type {Field} */
const PERCENT = { name: 'pays_percent', key: ['percent'], kind: 'percent', needed: true };
/** @type {Field} */
const CUT = { name: 'cut', key: [], kind: '', either: [
  { name: 'percent', fields: [PERCENT], is: (value) => value?.price === undefined },
  { name: 'price', fields: [money('price', { needed: true })], is: (value) => value?.price !== undefined },
] };

/** The fields of each kind, in the order in which kinds are offered. @type {Record<string, Field[]>} */
export const KINDS = {
  item_price: [CUT],
  threshold: [{ name: 'tiers', key: ['tiers'], kind: 'rows', columns: [money('over', { needed: true }), money('off', { needed: true })] }],
  repeating_threshold: [money('over', { needed: true }), money('off', { needed: true }), money('cap'), { name: 'platform', key: ['platform'], kind: 'yes' }],
  n_piece: [{ name: 'piece_tiers', key: ['tiers'], kind: 'rows', columns: [{ name: 'pieces', key: ['pieces'], kind: 'int', least: 1, most: 1000, unit: 'pieces', needed: true }, PERCENT] }],
  coupon: [
    { name: 'coupon_off', key: [], kind: '', either: [
      { name: 'off', fields: [money('off', { needed: true })], is: (value) => value?.percent === undefined },
      { name: 'percent', fields: [PERCENT], is: (value) => value?.percent !== undefined },
    ] },
    money('over'), money('cap'),
    { name: 'coupon_how', key: [], kind: '', either: [
      { name: 'claim', sets: { claim: true }, is: (value) => value?.code === undefined },
      { name: 'code', fields: [{ name: 'code', key: ['code'], kind: 'text', needed: true }], is: (value) => value?.code !== undefined },
    ] },
    { name: 'per_shopper', key: ['per_shopper'], kind: 'int', least: 1, most: 1000, unit: 'coupons' },
    { name: 'coupon_group', key: ['group'], kind: 'text' },
    { name: 'platform', key: ['platform'], kind: 'yes' },
  ],
  gift: [
    { name: 'gift_when', key: [], kind: '', either: [
      { name: 'over', fields: [money('over', { needed: true })], is: (value) => value?.product === undefined },
      { name: 'product', fields: [{ name: 'product', key: ['product'], kind: 'pick', needed: true, choices: ({ products }) => products }], is: (value) => value?.product !== undefined },
    ] },
    { name: 'gift', key: ['gift'], kind: 'pick', needed: true, choices: ({ products }) => products },
    { name: 'stock', key: ['stock'], kind: 'int', least: 0, most: 10_000_000, unit: 'pieces' },
  ],
  member_price: [CUT],
  presale: [
    money('deposit', { needed: true }), money('counts_as'),
    { name: 'balance_from', key: ['balance_from'], kind: 'moment', needed: true }, { name: 'balance_until', key: ['balance_until'], kind: 'moment', edge: 'end', needed: true },
    { name: 'deposit_kind', key: ['deposit_kind'], kind: 'pick', options: [{ value: '定金', label: '定金' }, { value: '订金', label: '订金' }] },
  ],
  points: [{ name: 'per_yuan', key: ['per_yuan'], kind: 'int', least: 1, most: 1_000_000, unit: 'points', needed: true }, { name: 'max_percent', key: ['max_percent'], kind: 'percent', needed: true }],
  free_shipping: [money('over', { needed: true }), { name: 'except_regions', key: ['except_regions'], kind: 'words' }],
};

/** What the promotion is for. @type {Field[]} */
export const FOR_WHAT = [
  { name: 'scope', key: ['scope'], kind: '', either: [
    { name: 'all', sets: { all: true }, is: (value) => !named(value?.scope) },
    { name: 'some', fields: [
      { name: 'products', key: ['scope', 'products'], kind: 'words', strict: true, choices: ({ products }) => products },
      { name: 'categories', key: ['scope', 'categories'], kind: 'words', strict: true, choices: ({ categories }) => categories },
    ], is: (value) => named(value?.scope) },
  ] },
  { name: 'except_products', key: ['except_products'], kind: 'words', strict: true, wide: true, choices: ({ products }) => products },
];

/** @param {any} scope */
const named = (scope) => scope?.products?.length > 0 || scope?.categories?.length > 0;

/** @type {Field[]} */
export const WHEN = [{ name: 'from', key: ['from'], kind: 'moment', needed: true }, { name: 'until', key: ['until'], kind: 'moment', edge: 'end', needed: true }];
/** @type {Field[]} */
export const TOLD = [{ name: 'promotion_title', key: ['title'], kind: 'both', needed: true }, { name: 'promotion_text', key: ['text'], kind: 'bothlong' }];
/** @type {Field} */
export const STACK = { name: 'stack', key: ['stack'], kind: 'yes' };
/** @type {Field} */
export const ID = { name: 'id', key: ['id'], kind: 'text', needed: true };

/** A percentage that is paid as Chinese shops say it: 85 is 8.5 折. @param {string} percent */
export function fold(percent) {
  const tenths = Number(percent) / 10;
  return Number.isFinite(tenths) ? String(Number(tenths.toFixed(2))) : percent;
}

/**
 * The rule in a few words; nothing where it is not whole.
 * @param {any} one a promotion of the file
 * @param {Translate} t
 * @param {string} symbol of the currency
 * @param {(id: string) => string} [nameOf] what a product is called
 * @returns {string}
 */
export function summary(one, t, symbol, nameOf = (id) => id) {
  const cash = (/** @type {any} */ amount) => `${symbol}${amount ?? '?'}`;
  const cut = (/** @type {any} */ { percent, price }) => (price === undefined ? t('s_percent', { fold: fold(percent), off: String(100 - Number(percent)) }) : t('s_price', { price: cash(price) }));
  const tiers = Array.isArray(one.tiers) ? one.tiers : [];
  switch (one.kind) {
    case 'item_price': case 'member_price': return cut(one);
    case 'n_piece': return tiers.map((/** @type {any} */ tier) => t('s_pieces', { n: tier.pieces ?? '?', cut: cut({ percent: tier.percent }) })).join(t('comma'));
    case 'threshold': return tiers.map((/** @type {any} */ { over, off }) => t('s_over', { over: cash(over), off: cash(off) })).join(t('comma'));
    case 'repeating_threshold': return t('s_every', { over: cash(one.over), off: cash(one.off) });
    case 'coupon': return t(one.code === undefined ? 's_claim' : 's_code', { what: one.percent === undefined ? t('s_over', { over: cash(one.over ?? 0), off: cash(one.off) }) : cut({ percent: one.percent }), code: one.code ?? '' });
    case 'gift': return t('s_gift', { gift: one.gift === undefined ? '?' : nameOf(one.gift) });
    case 'presale': return t('s_presale', { deposit: cash(one.deposit), counts: cash(one.counts_as ?? one.deposit) });
    case 'points': return t('s_points', { n: one.per_yuan ?? '?', symbol, percent: one.max_percent ?? '?' });
    case 'free_shipping': return t('s_free', { over: cash(one.over) });
    default: return '';
  }
}
