// How many wait, on the tab itself: in its title, and as a dot on its icon.

const ICON = '/shared/mascot.svg';
const SIZE = 64;

export class Badge {
  constructor() {
    this.shown = 0;
    this.link = /** @type {HTMLLinkElement | null} */ (document.querySelector('link[rel=icon]'));
    this.mascot = new Image(SIZE, SIZE);
    this.mascot.src = ICON;
  }

  /** @param {number} count @param {string} title */
  update(count, title) {
    const words = count > 0 ? `(${count}) ${title}` : title;
    if (document.title !== words) document.title = words;
    if ((count > 0) === (this.shown > 0) || !this.link || !this.mascot.complete) return;
    this.shown = count;
    this.link.type = count > 0 ? 'image/png' : 'image/svg+xml';
    this.link.href = count > 0 ? this.#dotted() : ICON;
  }

  #dotted() {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = SIZE;
    const paper = canvas.getContext('2d');
    if (!paper) return ICON;
    paper.drawImage(this.mascot, 0, 0, SIZE, SIZE);
    paper.beginPath();
    paper.arc(SIZE - 15, 15, 14, 0, 2 * Math.PI);
    paper.fillStyle = '#d5301a';
    paper.fill();
    paper.lineWidth = 4;
    paper.strokeStyle = '#fff';
    paper.stroke();
    return canvas.toDataURL('image/png');
  }
}
