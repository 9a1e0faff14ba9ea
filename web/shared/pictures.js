// Pictures of a conversation. Who may see them is proved by a header, which an image element can't send and an address
// must not hold: they are fetched, kept in memory, and shown from there. At the desk a cookie proves it, and the
// element fetches by itself.

const UPLOADS = '/api/v1/uploads/';

/** @param {unknown} address @returns {address is string} whether it is a picture of a conversation */
export function isUpload(address) {
  return typeof address === 'string' && address.startsWith(UPLOADS);
}

/** @param {string} id */
export function uploadAddress(id) {
  return UPLOADS + id;
}

export class Pictures {
  /** @param {(address: string) => Promise<Blob>} read */
  constructor(read) {
    this.read = read;
    /** @type {Map<string, Promise<string>>} */
    this.shown = new Map();
  }

  /**
   * What an image element can show for an address. A failure is not remembered: the next try may go well.
   * @param {string} address
   * @returns {Promise<string>}
   */
  find(address) {
    const known = this.shown.get(address);
    if (known) return known;
    const found = this.read(address).then((blob) => URL.createObjectURL(blob));
    this.shown.set(address, found);
    found.catch(() => this.shown.delete(address));
    return found;
  }

  /**
   * A picture that was sent from here need not be fetched.
   * @param {string} address
   * @param {string} url
   */
  know(address, url) {
    this.shown.set(address, Promise.resolve(url));
  }
}

/**
 * Gives an element a picture's place. Through its style object: the content rules of a host page may forbid the attribute.
 * @param {HTMLElement} element
 * @param {{ width: number, height: number }} size
 */
export function reserve(element, { width, height }) {
  element.style.width = `${width}px`;
  element.style.aspectRatio = `${width} / ${height}`;
}

/**
 * The size to show a picture in: its own, or what fits. It is known before the picture is there, so that nothing jumps.
 * @param {{ width?: number, height?: number }} picture
 * @param {{ width: number, height: number }} most
 * @returns {{ width: number, height: number }}
 */
export function fitting({ width, height }, most) {
  if (!width || !height) return { width: most.width, height: Math.round(most.width * 0.75) };
  const share = Math.min(1, most.width / width, most.height / height);
  // A strip a pixel high could not be pressed.
  return { width: Math.max(44, Math.round(width * share)), height: Math.max(44, Math.round(height * share)) };
}
