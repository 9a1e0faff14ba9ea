// The case as the server tells it, in the form the views draw; what is missing is empty. And what may be asked for an
// order by its state, so that no button leads to a sure no. Pure.

import { localized } from './completions.js';

/** @typedef {import('../shared/parts.js').Part} Part */
/** @typedef {import('../shared/format.js').Money} Money */
/** @typedef {{ line: string, units: number, paid: Money | null, title: string }} Claimable */
/** @typedef {{ name: string, value: string, field: 'phone' | 'address' | 'name', order: string | null }} Masked a value shown in part, and how to ask for all of it */
/** @typedef {{ line: string, product: string, title: string, variant: string, units: number }} Changeable a line of which another variant may be sent */
/** @typedef {{ id: string, card: Part, claimable: Claimable[], left: Money | null, changeable: Changeable[], masked: Masked[], picking: boolean, open: boolean }} CaseOrder */
/**
 * @typedef {object} Case
 * @property {{ level: string, points: number | null, note: string, masked: Masked[] } | null} shopper
 * @property {CaseOrder[]} orders
 * @property {Part[]} tickets
 * @property {{ seq: number, part: Part }[]} pictures
 * @property {any} product as the catalog tells it
 * @property {Part[]} coupons
 * @property {Part[]} mayGive
 * @property {{ conversation: string, at: string | null, summary: string[], agent: string, score: number | null }[]} earlier
 * @property {Money | null} refundLimit
 * @property {boolean} unavailable
 */
/** @typedef {'ticket' | 'address' | 'variant' | 'cancel' | 'coupon'} ActionName */

/** @param {any} value @returns {any[]} */
const list = (value) => (Array.isArray(value) ? value : []);

/**
 * @param {any} json
 * @returns {Case}
 */
export function readCase(json) {
  const about = json?.about?.order ?? null;
  const shopper = json?.shopper ?? null;
  const limits = json?.limits ?? {};
  return {
    shopper: shopper && {
      level: shopper.level ?? '', points: shopper.points ?? null, note: shopper.note ?? '',
      masked: [masked('name', shopper.name, null), masked('phone', shopper.phone, null)].filter(isThere),
    },
    orders: list(json?.orders).map((order) => readOrder(order, about)),
    tickets: list(json?.tickets).map(partOf).filter(isThere),
    pictures: list(json?.evidence).flatMap((one) => {
      const part = partOf(one);
      return part ? [{ seq: Number(one.seq) || 0, part }] : [];
    }),
    product: json?.product?.title ? json.product : null,
    coupons: list(json?.coupons).map(partOf).filter(isThere),
    mayGive: list(limits.coupons).map(partOf).filter(isThere),
    earlier: list(json?.earlier).map((one) => ({
      conversation: String(one.conversation), at: one.closed_at ?? one.since ?? null, summary: list(one.summary), agent: one.agent?.name ?? '', score: one.rating?.score ?? null,
    })),
    refundLimit: limits.refund_limit ?? null,
    unavailable: json?.unavailable === true,
  };
}

/** @param {any} order @param {string | null} about @returns {CaseOrder} */
function readOrder(order, about) {
  const card = partOf(order) ?? { kind: 'text', text: String(order?.id ?? '') };
  const id = String(order?.id ?? '');
  const lines = list(card.lines);
  const lineOf = (/** @type {unknown} */ line) => lines.find((one) => one.id === line);
  const titled = (/** @type {any} */ line, /** @type {string} */ or) => (line ? [line.title, line.variant].filter(Boolean).join(' ') : or);
  const address = order?.address ?? {};
  return {
    id, card,
    claimable: list(order?.claimable).map(({ line, units, amount }) => ({ line: String(line), units: Number(units) || 0, paid: amount ?? null, title: titled(lineOf(line), String(line)) })),
    left: order?.left ?? null,
    changeable: list(order?.variants).filter(({ gift }) => gift !== true).map(({ line, variant }) => {
      const known = lineOf(line);
      return { line: String(line), variant: String(variant), product: String(known?.product ?? ''), title: titled(known, String(line)), units: Number(known?.units) || 1 };
    }),
    masked: [masked('name', address.name, id), masked('phone', address.phone, id), masked('address', [address.region, address.detail].filter(Boolean).join(' '), id)].filter(isThere),
    picking: order?.picking === true,
    open: id === about,
  };
}

/** @param {any} value @returns {Part | null} */
function partOf(value) {
  return value && typeof value === 'object' && typeof value.kind === 'string' ? value : null;
}

/**
 * A product of the catalog as a card.
 * @param {any} product
 * @param {string} locale
 * @returns {Part}
 */
export function productCard({ id, title, price, image, stock, url }, locale) {
  const words = localized(title, locale);
  return { kind: 'product', text: words, id, title: words, price, image, stock, url };
}

/**
 * The other variants of a line's product, as the catalog tells them.
 * @param {any} products
 * @param {Changeable} line
 * @returns {{ id: string, words: string }[]}
 */
export function otherVariants(products, { product, variant, units }) {
  const known = list(products?.products).find(({ id }) => id === product);
  const now = list(known?.variants).find(({ id }) => id === variant);
  return list(known?.variants)
    .filter((one) => one.id !== variant && one.stock >= units && (!now || one.price?.amount === now.price?.amount))
    .map((one) => ({ id: String(one.id), words: Object.values(one.options ?? {}).join(' ') || String(one.id) }));
}

/**
 * @param {'phone' | 'address' | 'name'} field
 * @param {unknown} value
 * @param {string | null} order
 * @returns {Masked | null}
 */
function masked(field, value, order) {
  return typeof value === 'string' && value !== '' ? { name: field, field, value, order } : null;
}

/** @template T @param {T | null} value @returns {value is T} */
const isThere = (value) => value !== null;

/** Whether a value hides something. @param {string} value */
export const isMasked = (value) => /[*＊•…]/.test(value);

/**
 * What may be asked for an order.
 * @param {CaseOrder} order
 * @returns {ActionName[]}
 */
export function actionsFor({ card, claimable, changeable, picking }) {
  const waiting = !picking && ['unpaid', 'deposit_paid', 'paid'].includes(card.state);
  /** @type {[ActionName, boolean][]} */
  const all = [['ticket', claimable.length > 0], ['address', waiting], ['variant', waiting && changeable.length > 0], ['cancel', waiting]];
  return all.filter(([, fits]) => fits).map(([name]) => name);
}

/** Slots of a return by what they are called on the wire, where the case names the same thing otherwise. @type {Record<string, string>} */
const SAME = { kind_resend: 'kind_missing_or_wrong' };

/**
 * What the assistant found out, in words: `kind` `return` is 想要 退货退款. Words of the shopper's own stay as they are.
 * @param {{ name: string, value: string }} slot
 * @param {import('../shared/i18n.js').Translate} t
 * @returns {[string, string]}
 */
export function slotWords({ name, value }, t) {
  const label = t(`slot_${name}`);
  const [code, ...told] = value.split(':');
  const key = SAME[`${name}_${code}`] ?? `${name}_${code}`;
  const words = t(key);
  return [label === `slot_${name}` ? name : label, words === key ? value : [words, ...told].join(' · ')];
}
