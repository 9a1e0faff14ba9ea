// What happened on the board, as a sound and as words for a screen reader. Pure.

import { nameOf } from './names.js';

/** @typedef {import('./board.js').Happening} Happening */
/** @typedef {import('../shared/i18n.js').Translate} Translate */

/**
 * @param {Happening} happening
 * @param {{ hidden: boolean, open: string | null }} where
 * @returns {import('./sound.js').Sound | null}
 */
export function soundOf(happening, { hidden }) {
  if (happening.kind === 'waiting' || happening.kind === 'assigned') return 'waiting';
  if (happening.kind === 'message' || happening.kind === 'mentioned') return 'message';
  return happening.kind === 'said' && hidden ? 'message' : null;
}

/**
 * @param {Happening} happening
 * @param {Translate} t
 * @returns {string} empty where there is nothing to say
 */
export function announcement(happening, t) {
  const name = 'card' in happening ? nameOf(happening.card.shopper, happening.card.conversation, t) : '';
  switch (happening.kind) {
    case 'waiting': return t('heard_waiting', { name, reason: happening.card.reason?.text ?? '' });
    case 'assigned': return t('heard_assigned', { name });
    case 'message': return t('heard_message', { name, text: happening.card.last?.text ?? '' });
    case 'mentioned': return t('heard_mentioned', { name });
    case 'said': return t('heard_message', { name, text: happening.message.parts.map(({ text }) => text).filter(Boolean).join(' ') });
    case 'taken': return happening.by === '' ? t('error_taken') : t('error_taken_by', { by: happening.by });
    case 'given_back': return t('heard_given_back');
    default: return '';
  }
}
