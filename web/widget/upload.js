// Sends a picture and says how far it is. A request of the old kind, because only that tells what has gone out.

const SILENT_FOR_MS = 60_000;
const MOST_ATTEMPTS = 4;
const PASSING = new Set(['too_fast', 'overloaded']);

export class Upload {
  /**
   * @param {{ origin: string, headers: () => Record<string, string>, progress: (share: number) => void }} about
   */
  constructor({ origin, headers, progress }) {
    this.address = `${origin}/api/v1/uploads`;
    this.headers = headers;
    this.progress = progress;
    this.stopped = false;
    /** @type {XMLHttpRequest | null} */
    this.request = null;
  }

  stop() {
    this.stopped = true;
    this.request?.abort();
  }

  /**
   * @param {Blob} blob
   * @returns {Promise<string>} what the server calls it
   * @throws {{ code: string }}
   */
  async send(blob) {
    for (let attempt = 1; ; attempt += 1) {
      const { status, body } = await this.#ask(blob);
      if (status === 201 && typeof body?.id === 'string') return body.id;
      const code = String(body?.error?.code ?? (status === 0 ? 'offline' : 'internal'));
      if (this.stopped || !PASSING.has(code) || attempt === MOST_ATTEMPTS) throw { code };
      const wait = Number(body?.error?.retry_ms) || 1000 * attempt;
      await new Promise((done) => setTimeout(done, wait));
      if (this.stopped) throw { code: 'stopped' };
    }
  }

  /**
   * @param {Blob} blob
   * @returns {Promise<{ status: number, body: any }>} status 0 where there was no answer
   */
  #ask(blob) {
    return new Promise((done) => {
      const request = new XMLHttpRequest();
      this.request = request;
      request.open('POST', this.address);
      for (const [name, value] of Object.entries(this.headers())) request.setRequestHeader(name, value);
      request.responseType = 'json';
      // A slow line may take its time as long as something goes out.
      let watch = 0;
      const alive = () => {
        clearTimeout(watch);
        watch = setTimeout(() => request.abort(), SILENT_FOR_MS);
      };
      request.upload.onprogress = (event) => {
        alive();
        if (event.lengthComputable && event.total > 0) this.progress(event.loaded / event.total);
      };
      request.onloadend = () => {
        clearTimeout(watch);
        done({ status: request.status, body: request.response });
      };
      alive();
      request.send(blob);
    });
  }
}
