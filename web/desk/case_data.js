// The case as the server tells it, in the form the views draw; what is missing is empty. And what may be asked for an
// order by its state, so that no button leads to a sure no. Pure.

/** @typedef {import('../shared/parts.js').Part} Part */
/** @typedef {import('../shared/format.js').Money} Money */
/** @typedef {{ line: string, units: number, paid: Money | null, title: string }} Claimable */
/** @typedef {{ name: string, value: string, field: 'phone' | 'address' | 'name', order: string | null }} Masked a value shown in part, and how to ask for all of it */
/** @typedef {{ id: string, card: Part, claimable: Claimable[], left: Money | null, variants: { line: string, title: string, options: { id: string, words: string }[] }[], masked: Masked[], open: boolean }} CaseOrder */
/**
 * @typedef {object} Case
 * @property {{ name: string, level: string, masked: Masked[] } | null} shopper
 * @property {CaseOrder[]} orders
 * @property {Part[]} tickets
 * @property {{ seq: number, part: Part }[]} pictures
 * @property {Part | null} product
 * @property {Part[]} coupons
 * @property {Part[]} mayGive
 * @property {{ conversation: string, closedAt: string | null, summary: string[] }[]} earlier
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
  return {
    shopper: shopper && {
      name: shopper.name ?? '', level: shopper.level ?? '',
      masked: [masked('phone', shopper.phone, null), masked('name', shopper.name, null)].filter(isThere),
    },
    orders: list(json?.orders).map((order) => readOrder(order, about)),
    tickets: list(json?.tickets).map(partOf).filter(isThere),
    pictures: list(json?.pictures).map((one) => ({ seq: Number(one.seq) || 0, part: partOf(one) })).filter(({ part }) => part !== null).map(({ seq, part }) => ({ seq, part: /** @type {Part} */ (part) })),
    product: partOf(json?.product),
    coupons: list(json?.coupons).map(partOf).filter(isThere),
    mayGive: list(json?.may_give).map(partOf).filter(isThere),
    earlier: list(json?.earlier).map((one) => ({ conversation: String(one.conversation ?? one.id ?? ''), closedAt: one.closed_at ?? one.at ?? null, summary: list(one.summary) })),
    refundLimit: json?.refund_limit ?? null,
    unavailable: json?.unavailable === true,
  };
}

/** @param {any} order @param {string | null} about @returns {CaseOrder} */
function readOrder(order, about) {
  const card = partOf(order) ?? { kind: 'text', text: String(order?.id ?? '') };
  const id = String(order?.id ?? card.id ?? '');
  const lines = list(card.lines);
  const title = (/** @type {string} */ line) => {
    const found = lines.find((one) => one.id === line);
    return found ? [found.title, found.variant].filter(Boolean).join(' ') : line;
  };
  const address = order?.address ?? {};
  const where = typeof address === 'string' ? address : [address.region, address.detail].filter(Boolean).join(' ');
  return {
    id, card,
    claimable: list(order?.claimable).map((one) => ({ line: String(one.line), units: Number(one.units) || 0, paid: one.amount ?? one.paid ?? null, title: title(String(one.line)) })),
    left: order?.left ?? null,
    variants: list(order?.variants).map((one) => ({ line: String(one.line), title: title(String(one.line)), options: list(one.options ?? one.variants).map((/** @type {any} */ option) => ({ id: String(option.id ?? option.variant), words: String(option.title ?? option.words ?? option.text ?? option.id) })) })),
    masked: typeof address === 'string' ? [masked('address', where, id)].filter(isThere) : [masked('name', address.name, id), masked('phone', address.phone, id), masked('address', where, id)].filter(isThere),
    open: id === about,
  };
}

/** A part stands by itself or as the `card` of what it is about. @param {any} value @returns {Part | null} */
function partOf(value) {
  const part = value?.card ?? value?.part ?? value;
  return part && typeof part === 'object' && typeof part.kind === 'string' ? part : null;
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
export function actionsFor({ card, claimable, variants }) {
  const waiting = ['unpaid', 'deposit_paid', 'paid'].includes(card.state);
  /** @type {[ActionName, boolean][]} */
  const all = [['ticket', claimable.length > 0], ['address', waiting], ['variant', waiting && variants.length > 0], ['cancel', waiting]];
  return all.filter(([, fits]) => fits).map(([name]) => name);
}
