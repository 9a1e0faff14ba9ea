// What people at the desk call a shopper.

/**
 * Their name, or for a guest the end of the conversation's id: several guests in a list are told apart by it.
 * @param {{ name?: string | null } | null | undefined} shopper
 * @param {string} conversation
 * @param {import('../shared/i18n.js').Translate} t
 */
export const nameOf = (shopper, conversation, t) => shopper?.name || t('guest_numbered', { mark: conversation.slice(-4).toUpperCase() });
