// One shop's workshop: its pages over one draft, and the bar of what is not published.

import { fill, h } from '../shared/html.js';
import { translator } from '../shared/i18n.js';
import { request } from '../shared/signin.js';
import { Storage } from '../shared/storage.js';
import { ConversationsPage } from './conversations.js';
import { DetailsPage } from './details.js';
import { Draft } from './draft.js';
import { Facts } from './facts.js';
import { FaqPage } from './faq.js';
import { FiguresPage } from './figures.js';
import { FilesPage } from './files.js';
import { GlossaryPage } from './glossary.js';
import { HistoryPage } from './history.js';
import { IntentsPage } from './intents.js';
import { LearnPage } from './learn.js';
import { LookPage } from './look.js';
import { Said } from './parts.js';
import { PeoplePage } from './people.js';
import { PolicyPage } from './policy.js';
import { PromotionsPage } from './promotions.js';
import { PublishBar } from './publish.js';
import { RepliesPage } from './replies.js';
import { SearchBox } from './search.js';
import { SizesPage } from './sizes.js';
import { TestsPage } from './tests.js';
import { TEXTS } from './texts.js';
import { TryPage } from './try.js';

/** @typedef {{ root: HTMLElement, update: (open: string) => void | Promise<void> }} Page */

/** Pages by their name in the address. */
const PAGES = {
  faq: FaqPage, intents: IntentsPage, replies: RepliesPage, glossary: GlossaryPage, learn: LearnPage, promotions: PromotionsPage, policy: PolicyPage, sizes: SizesPage, people: PeoplePage, details: DetailsPage, look: LookPage,
  insight: FiguresPage, conversations: ConversationsPage, tests: TestsPage, try: TryPage, files: FilesPage, history: HistoryPage,
};
export const PAGE_NAMES = Object.keys(PAGES);

/** What is published is live within a second; how often, in milliseconds, and how many times it is looked for. */
const LOOK_MS = 250;
const LOOKS = 40;

export class Workshop {
  /** @param {string} shop @param {import('../shared/i18n.js').Locale} locale */
  constructor(shop, locale) {
    this.shop = shop;
    this.name = '';
    this.rest = '';
    /** How far the list was scrolled before something of it was opened. */
    this.left = 0;
    this.t = translator(TEXTS, locale);
    this.locale = locale;
    /** @type {Map<string, Page>} */
    this.pages = new Map();
    this.said = new Said();
    this.place = h('div');
    this.draft = new Draft(shop, { ask: request, shelf: new Storage(`draft/${shop}`), changed: () => this.#changed() });
    this.facts = new Facts(this.draft, shop, locale);
    this.bar = new PublishBar(this.draft, { ...this.#world(), published: () => void this.#published(this.draft.published, this.t('published')) });
    this.search = new SearchBox(this.draft, this.#world());
    this.root = h('div', { class: 'workshop' }, this.search.root, this.said.root, this.place, this.bar.root);
    addEventListener('beforeunload', (event) => {
      // A form that was begun is in no draft yet.
      if (this.root.isConnected && [...this.pages.values()].some(({ root }) => root.querySelector('.unsaved:not([hidden])'))) event.preventDefault();
    });
    this.loaded = this.draft.load().then((code) => { if (code) this.said.say(this.t(code === 'forbidden' ? code : 'failed'), true); });
  }

  #world() {
    const goTo = (/** @type {string} */ page, /** @type {string} */ rest) => { location.hash = `${page}/${encodeURIComponent(this.shop)}${rest === '' ? '' : `/${encodeURIComponent(rest)}`}`; };
    return { t: this.t, locale: this.locale, go: (/** @type {string} */ rest) => goTo(this.name, rest), goTo, facts: this.facts, live: (/** @type {string} */ version) => this.#published(version, '') };
  }

  /** @param {string} name @param {string} rest what is open in the page */
  async show(name, rest) {
    await this.loaded;
    const [page, before] = [this.name, this.rest];
    const scrolled = scrollY;
    if (page !== '' && page !== name) this.said.say('');
    [this.name, this.rest] = [name, rest];
    const Kind = PAGES[/** @type {keyof typeof PAGES} */ (name)];
    const shown = this.pages.get(name) ?? new Kind(this.draft, this.shop, this.#world());
    this.pages.set(name, shown);
    if (this.place.firstChild !== shown.root) fill(this.place, shown.root);
    await shown.update(rest);
    if (page !== name) scrollTo(0, 0);
    else if (before !== rest && matchMedia('(max-width: 759px)').matches) {
      // One thing at a time: what is opened is seen from its beginning, and the list where it was left.
      if (before === '') this.left = scrolled;
      scrollTo(0, rest === '' ? this.left : 0);
    }
  }

  #changed() {
    this.bar?.update();
    void this.pages.get(this.name)?.update(this.rest);
  }

  /** Waits until what was published is in use. @param {string | null} version @param {string} words */
  async #published(version, words) {
    for (let look = 0; look < LOOKS && this.draft.version !== version; look += 1) {
      await new Promise((resolve) => { setTimeout(resolve, LOOK_MS); });
      await this.draft.load();
    }
    if (words) this.said.say(words);
  }
}
