// Where one is, in the address: the open conversation and, on a phone, which of its two faces is seen. A reload comes
// back to it, and a phone's own way back goes from the case to the talk to the list.

/** @typedef {'list' | 'talk' | 'case'} View */
/** @typedef {{ conversation: string | null, view: View }} Route */

/** @param {string} hash @returns {Route} */
export function readRoute(hash) {
  const found = /^#\/c\/([^/]{1,128})(\/case)?$/.exec(hash);
  if (!found) return { conversation: null, view: 'list' };
  try {
    return { conversation: decodeURIComponent(found[1]), view: found[2] ? 'case' : 'talk' };
  } catch {
    return { conversation: null, view: 'list' };
  }
}

/** @param {Route} route */
export function writeRoute({ conversation, view }) {
  if (conversation === null) return '#/';
  return `#/c/${encodeURIComponent(conversation)}${view === 'case' ? '/case' : ''}`;
}
