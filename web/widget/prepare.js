// A file of the shopper's → a picture to send. What is large is scaled down here, so that a phone sends half a megabyte
// instead of eight; what a browser can show and the server does not take is drawn anew.

/** @typedef {import('./conversation.js').Picture} Picture */

/** What the server takes as it is. */
const TAKEN = new Set(['image/jpeg', 'image/png', 'image/webp']);
export const LARGE = 2 * 1024 * 1024;
const LARGEST = 8 * 1024 * 1024;
const LONGEST_SIDE = 2048;

/**
 * @param {{ type: string, size: number }} file
 * @returns {boolean} whether it goes out as it is
 */
export function goesAsItIs({ type, size }) {
  return TAKEN.has(type) && size <= LARGE;
}

/**
 * @param {number} width
 * @param {number} height
 * @returns {{ width: number, height: number }}
 */
export function scaled(width, height) {
  const share = Math.min(1, LONGEST_SIDE / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * share)), height: Math.max(1, Math.round(height * share)) };
}

/**
 * @param {File} file
 * @returns {Promise<Picture>}
 * @throws {{ code: string }} for what is no picture
 */
export async function prepare(file) {
  const bitmap = await createImageBitmap(file).catch(() => null);
  // What the browser can't show the server may still take.
  if (!bitmap && !(TAKEN.has(file.type) && file.size <= LARGEST)) throw { code: 'unsupported_media' };
  if (!bitmap) return picture(file, { width: 0, height: 0 }, file.name);
  const { width, height } = bitmap;
  const blob = goesAsItIs(file) ? file : await redraw(bitmap, scaled(width, height));
  bitmap.close();
  return picture(blob, { width, height }, file.name);
}

/** @param {Blob} blob @param {{ width: number, height: number }} size @param {string} name @returns {Picture} */
function picture(blob, { width, height }, name) {
  return { blob, width, height, name, url: URL.createObjectURL(blob) };
}

/**
 * @param {ImageBitmap} bitmap
 * @param {{ width: number, height: number }} size
 * @returns {Promise<Blob>}
 */
async function redraw(bitmap, { width, height }) {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const pen = canvas.getContext('2d');
  if (!pen) throw { code: 'unsupported_media' };
  // A photo has no hole in it; where a drawing has one, paper shows.
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, width, height);
  pen.imageSmoothingQuality = 'high';
  pen.drawImage(bitmap, 0, 0, width, height);
  const blob = await new Promise((done) => canvas.toBlob(done, 'image/jpeg', 0.88));
  if (!blob) throw { code: 'unsupported_media' };
  return blob;
}
