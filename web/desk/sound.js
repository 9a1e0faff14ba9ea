// Two soft notes, made here so that there is no file to load: rising for a shopper who is new, one for words, and a
// third for what is about to be late. Several windows of one desk ring once.

/** @typedef {'waiting' | 'message' | 'late'} Sound */

/** @type {Record<Sound, number[]>} */
const TUNES = { waiting: [660, 880], message: [740], late: [520, 520] };
const ONCE_WITHIN_MS = 1_500;

export class Bell {
  /** @param {import('../shared/storage.js').Storage} storage where it is remembered; off until switched on */
  constructor(storage) {
    this.storage = storage;
    this.on = storage.get('sound') === true;
    /** @type {AudioContext | null} */
    this.audio = null;
  }

  toggle() {
    this.on = !this.on;
    this.storage.set('sound', this.on);
    this.ring('message');
  }

  /** @param {Sound} sound */
  ring(sound) {
    if (!this.on) return;
    const rang = this.storage.get('rang');
    if (rang && rang.sound === sound && Math.abs(Date.now() - rang.at) < ONCE_WITHIN_MS) return;
    this.storage.set('rang', { sound, at: Date.now() });
    this.audio ??= new AudioContext();
    const { audio } = this;
    TUNES[sound].forEach((pitch, place) => {
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      const at = audio.currentTime + place * 0.14;
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.08, at);
      volume.gain.exponentialRampToValueAtTime(0.001, at + 0.3);
      tone.connect(volume).connect(audio.destination);
      tone.start(at);
      tone.stop(at + 0.3);
    });
  }
}
