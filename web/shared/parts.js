// The parts of a message as elements, for the widget and the desk alike. One function a kind, listed once at the end;
// a kind that is not listed, and one whose fields are not as they should be, is shown by its text.

import { fill, h, safeUrl } from './html.js';
import { showDate, showDay, showMoney } from './format.js';
import { fitting, isUpload, reserve } from './pictures.js';
import { sticker } from './stickers.js';
import { openLarge } from './viewer.js';

/** @typedef {{ kind: string, text: string, [field: string]: any }} Part */
/**
 * @typedef {object} PartContext
 * @property {import('./i18n.js').Translate} t
 * @property {string} locale
 * @property {string} pictures where relative pictures are found
 * @property {string} links where relative links lead
 * @property {boolean} active whether choices may still be taken
 * @property {((content: Record<string, string>, label: string) => void) | null} say null where parts are only shown
 * @property {((address: string) => Promise<string>)} [find] what can be shown for the address of an upload, where the
 *   page has to fetch it; without it the browser's cookie is enough
 */

/**
 * @param {Part} part
 * @param {PartContext} context
 * @returns {HTMLElement}
 */
export function drawPart(part, context) {
  const draw = KINDS[part.kind];
  if (draw) {
    try {
      return draw(part, context);
    } catch {
      // Fields that are missing or odd: the text form says the same.
    }
  }
  return bubble(part.text ?? '');
}

/**
 * Text with its web addresses as links.
 * @param {string} text
 * @returns {HTMLElement}
 */
function bubble(text) {
  const pieces = String(text).split(/(https?:\/\/[^\s，。；、！？）】》"'<>]+)/);
  return h('div', { class: 'bubble' }, pieces.map((piece, place) =>
    place % 2 === 1 ? h('a', { href: safeUrl(piece, piece), target: '_blank', rel: 'noopener noreferrer' }, piece) : piece));
}

/**
 * The name of a state for people; one that has none is shown as it is.
 * @param {PartContext} context
 * @param {'order' | 'shipment' | 'ticket' | 'coupon'} of
 * @param {unknown} state
 */
function stateName({ t }, of, state) {
  const key = `${of}_${state}`;
  const name = t(key);
  return name === key ? String(state ?? '') : name;
}

/** @param {Part} part @param {PartContext} context */
function drawProduct(part, context) {
  const { t, say } = context;
  const href = safeUrl(part.url, context.links);
  const image = safeUrl(part.image, context.pictures);
  const outside = href !== null && new URL(href).origin !== new URL(context.links).origin;
  const target = outside || !say ? { target: '_blank', rel: 'noopener' } : {};
  const stock = part.stock === undefined || part.stock === null ? null : Number(part.stock) > 0 ? t('stock', { n: part.stock }) : t('out_of_stock');
  return h('article', { class: 'card product' },
    image && h('img', { src: image, alt: '', loading: 'lazy', width: 76, height: 76 }),
    h('div', { class: 'about' },
      h('h3', null, href ? h('a', { href, ...target }, part.title) : part.title),
      stock && h('small', null, stock),
      h('div', { class: 'deal' },
        h('span', { class: 'price' }, showMoney(part.price)),
        say && part.id && h('button', { class: 'line-button', type: 'button', 'aria-label': `${t('ask_product')} ${part.title}`, onclick: () => say({ product: String(part.id) }, part.title) }, t('ask_product')))));
}

/** @param {Part} part @param {PartContext} context */
function drawChoices(part, context) {
  const options = /** @type {{ label: string, value: string }[]} */ (part.options);
  const { say } = context;
  return h('div', { class: 'choices', role: 'group', 'aria-label': part.title ?? part.text }, options.map(({ label, value }) =>
    h('button', { type: 'button', disabled: !context.active || !say, onclick: say && (() => say({ choice: value }, label)) }, label)));
}

/** @param {Part} part @param {PartContext} context */
function drawOrder(part, context) {
  const { t, say, locale } = context;
  const shipments = part.shipments ?? [];
  return h('article', { class: 'card' },
    h('div', { class: 'top' }, h('h3', null, t('order', { id: part.id })), h('span', { class: 'state' }, stateName(context, 'order', part.state))),
    h('div', { class: 'body' },
      h('ul', { class: 'lines' }, part.lines.map((/** @type {any} */ line) => h('li', null,
        h('span', null, line.title, ' ', h('small', null, [line.variant, t('units', { n: line.units ?? 1 })].filter(Boolean).join(' '))),
        h('span', null, showMoney(line.paid))))),
      h('div', { class: 'sum' }, h('span', null, t(['unpaid', 'closed'].includes(part.state) ? 'sum' : 'paid')), h('span', { class: 'price' }, showMoney(part.total)))),
    h('div', { class: 'foot' },
      h('small', null, [showDay(locale, part.placed_at), ...shipments.map((/** @type {any} */ one) => `${one.carrier} ${one.number} ${stateName(context, 'shipment', one.state)}`)].filter(Boolean).join(' · ')),
      say && h('button', { class: 'line-button', type: 'button', 'aria-label': `${t('ask_order')} ${part.id}`, onclick: () => say({ order: String(part.id) }, t('order', { id: part.id })) }, t('ask_order'))));
}

/** @param {Part} part @param {PartContext} context */
function drawTracking(part, context) {
  return h('article', { class: 'card' },
    h('div', { class: 'top' }, h('h3', null, part.carrier), h('small', null, part.number)),
    h('div', { class: 'body' }, h('ol', { class: 'steps' }, part.events.map((/** @type {any} */ event) => h('li', null,
      h('div', null, event.text),
      h('small', null, [showDay(context.locale, event.at), event.place].filter(Boolean).join(' · ')))))));
}

/** @param {Part} part @param {PartContext} context */
function drawQuote(part, { t }) {
  return h('article', { class: 'card' }, h('div', { class: 'body' },
    h('ul', { class: 'lines' }, part.lines.map((/** @type {any} */ line) => h('li', null,
      h('span', null, line.label), h('span', null, showMoney(line.amount))))),
    h('div', { class: 'sum' }, h('span', null, t('total')), h('span', { class: 'price' }, showMoney(part.total))),
    part.saved && !/^[0.]+$/.test(part.saved.amount) && h('p', { class: 'state' }, t('saved', { amount: showMoney(part.saved) })),
    part.next && h('p', { class: 'soft' }, t('next_tier', { add: showMoney(part.next.add), total: showMoney(part.next.then_total) })),
    part.proven === false && h('p', { class: 'soft' }, t('not_proven'))));
}

/** @param {Part} part @param {PartContext} context */
function drawCoupon(part, context) {
  const { t, locale } = context;
  const off = typeof part.off === 'string' ? part.off : showMoney(part.off);
  return h('article', { class: 'card coupon' },
    h('div', { class: 'off' }, off),
    h('div', { class: 'body' },
      h('h3', null, part.title),
      part.threshold && h('p', { class: 'soft' }, t('threshold', { amount: showMoney(part.threshold) })),
      h('p', { class: 'soft' }, [t('until', { from: showDate(locale, part.from), until: showDate(locale, part.until) }), stateName(context, 'coupon', part.state)].filter(Boolean).join(' · '))));
}

/** @param {Part} part @param {PartContext} context */
function drawTicket(part, context) {
  const { t, locale } = context;
  const payer = { shopper: t('payer_shopper'), seller: t('payer_seller'), shop: t('payer_seller'), insurance: t('payer_insurance') }[/** @type {'shop'} */ (part.shipping_payer)] ?? part.shipping_payer;
  const next = typeof part.next === 'string' ? part.next : part.next?.text;
  const amount = Number(part.amount?.amount) === 0 ? undefined : showMoney(part.amount);
  const evidence = part.evidence ?? [];
  /** @type {[string, string | undefined][]} */
  const pairs = [[t('refund_amount'), amount], [t('shipping_payer'), payer], [t('due'), part.due && showDay(locale, part.due)], [t('next_step'), next],
    [t('evidence'), evidence.length > 0 ? t('evidence_count', { n: evidence.length }) : undefined]];
  return h('article', { class: 'card' },
    h('div', { class: 'top' }, h('h3', null, t('ticket', { id: part.id })), h('span', { class: 'state' }, stateName(context, 'ticket', part.state))),
    h('div', { class: 'body' },
      h('ul', { class: 'lines' }, (part.lines ?? []).map((/** @type {any} */ line) => h('li', null,
        h('span', null, line.title ?? line.line), h('span', null, t('units', { n: line.units ?? 1 }))))),
      h('dl', { class: 'pairs' }, pairs.filter(([, value]) => value).flatMap(([name, value]) => [h('dt', null, name), h('dd', null, value)])),
      evidence.length > 0 && h('div', { class: 'evidence' }, evidence.map((/** @type {string} */ address, /** @type {number} */ place) =>
        photo(address, t('evidence_one', { n: place + 1 }), EVIDENCE, context)))));
}

const LARGEST = { width: 220, height: 240 };
const EVIDENCE = { width: 56, height: 56 };

/** @param {Part} part @param {PartContext} context */
function drawImage(part, context) {
  return photo(part.url, part.alt || part.text || '', fitting({ width: part.width, height: part.height }, LARGEST), context);
}

/**
 * A picture that opens large when it is pressed. Its place is there at once; one that can't be had says so, and is
 * tried again when it is pressed.
 * @param {unknown} address
 * @param {string} alt
 * @param {{ width: number, height: number }} size
 * @param {PartContext} context
 * @returns {HTMLElement}
 */
function photo(address, alt, { width, height }, { t, pictures, find }) {
  const direct = safeUrl(address, pictures);
  if (!direct) throw new Error('a picture without an address');
  const button = h('button', {
    class: 'photo', type: 'button', 'aria-label': t('picture_open', { what: alt }),
    onclick: () => {
      const image = button.querySelector('img');
      if (image) openLarge(button, { src: image.src, alt, close: t('picture_close') });
      else show();
    },
  });
  reserve(button, { width, height });
  const failed = () => fill(button, h('span', null, t('picture_failed')));
  const show = async () => {
    fill(button);
    try {
      const src = isUpload(address) && find ? await find(address) : direct;
      fill(button, h('img', { src, alt, width, height, onerror: failed }));
    } catch {
      failed();
    }
  };
  void show();
  return button;
}

/** @param {Part} part @param {PartContext} context */
function drawSticker(part, { pictures }) {
  return sticker(String(part.id), part.alt ?? part.text ?? '', new URL(pictures).origin, 112);
}

/** @type {Record<string, (part: Part, context: PartContext) => HTMLElement>} */
const KINDS = {
  text: (part) => bubble(part.text),
  product: drawProduct,
  choices: drawChoices,
  order: drawOrder,
  tracking: drawTracking,
  quote: drawQuote,
  coupon: drawCoupon,
  ticket: drawTicket,
  image: drawImage,
  sticker: drawSticker,
};
