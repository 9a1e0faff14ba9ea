// Who is browsing. The demo's shoppers are signed in as a real shop would do it: the shop's server signs a short-lived
// token, and the page hands it to the assistant.

import { Storage } from '../shared/storage.js';

/** @typedef {{ id: string, name: string, note?: string }} Shopper */

const RENEW_MS = 40 * 60_000;

export class ShopperSession {
  /**
   * @param {{ identify: (token: string | null) => void, changed: () => void, fetch?: typeof fetch, storage?: Storage }} how
   */
  constructor({ identify, changed, fetch: fetchJson = (...values) => fetch(...values), storage = new Storage('store') }) {
    this.identify = identify;
    this.changed = changed;
    this.fetch = fetchJson;
    this.storage = storage;
    /** @type {Shopper[]} */
    this.shoppers = [];
    /** @type {string | null} nobody is a guest */
    this.current = null;
    /** @type {any} */
    this.timer = null;
  }

  async start() {
    try {
      const answer = await this.fetch('/api/v1/demo/shoppers');
      this.shoppers = answer.ok ? (await answer.json()).shoppers : [];
    } catch {
      this.shoppers = [];
    }
    const before = this.storage.get('shopper');
    if (this.shoppers.some(({ id }) => id === before)) await this.become(before);
    else {
      this.identify(null);
      this.changed();
    }
  }

  /** @param {string | null} id */
  async become(id) {
    clearTimeout(this.timer);
    this.current = id;
    this.storage.set('shopper', id);
    this.changed();
    if (id === null) {
      this.identify(null);
      return;
    }
    await this.renew();
  }

  /** A new token for whoever is signed in. One that can't be had leaves a guest. */
  async renew() {
    const id = this.current;
    if (id === null) return;
    clearTimeout(this.timer);
    try {
      const answer = await this.fetch(`/api/v1/demo/shoppers/${encodeURIComponent(id)}/token?shop=demo`, { method: 'POST' });
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      const { shopper } = await answer.json();
      if (this.current !== id) return;
      this.identify(shopper);
      this.timer = setTimeout(() => void this.renew(), RENEW_MS);
    } catch {
      if (this.current === id) await this.become(null);
    }
  }
}
