// Puts a shop's widget on the page, just as the one line does, with the language and the colours that the address asks for.

import { nearestLocale, translator } from '../shared/i18n.js';
import { KNOWLEDGE_TEXTS } from './knowledge_texts.js';

const asked = new URLSearchParams(location.search);
const root = document.documentElement;
root.lang = nearestLocale(asked.get('locale'));
root.dataset.theme = asked.get('theme') === 'dark' ? 'dark' : 'light';
const t = translator(KNOWLEDGE_TEXTS, /** @type {import('../shared/i18n.js').Locale} */ (root.lang));
document.title = t('preview');
const words = document.querySelector('#words');
if (words) words.textContent = t('preview_page');
const script = document.createElement('script');
script.src = '/widget.js';
script.dataset.shop = asked.get('shop') ?? '';
script.dataset.locale = root.lang;
script.addEventListener('load', () => /** @type {any} */ (window).Xiaoer?.open());
document.body.append(script);
