// The look of the parts of messages, the same in the widget and at the desk; colours come from each page's own names.

export const PART_STYLE = `
.card { width: 100%; min-width: min(252px, 100%); background: var(--paper); border: 1px solid var(--line); border-radius: 12px; overflow: hidden; font-size: 14px; }
.card h3 { margin: 0; font-size: 14px; line-height: 1.4; font-weight: 600; }
.card .body { padding: 10px 12px; }
.card .foot { display: flex; gap: 8px; padding: 0 12px 11px; align-items: center; justify-content: space-between; flex-wrap: wrap; }
.card p { margin: 2px 0 0; } .card .soft, .card small { color: var(--soft); font-size: 12.5px; }
.card .top { display: flex; justify-content: space-between; gap: 10px; padding: 9px 12px; background: var(--tint); border-bottom: 1px solid var(--line); align-items: baseline; }
.state { color: var(--brand-deep); font-size: 13px; flex: none; font-weight: 600; }
.product { display: flex; gap: 10px; padding: 10px; }
.product img { width: 76px; height: 76px; border-radius: 9px; object-fit: cover; background: var(--tint); flex: none; display: block; }
.product .about { flex: 1; min-width: 0; display: flex; flex-direction: column; gap: 3px; }
.product h3 { display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical; overflow: hidden; font-weight: 500; }
.product h3 a { color: inherit; text-decoration: none; } .product h3 a:hover { text-decoration: underline; }
.product .deal { display: flex; align-items: center; justify-content: space-between; gap: 6px; margin-top: auto; }
.price { color: var(--brand-deep); font-weight: 700; font-size: 16px; }
.choices { display: flex; flex-wrap: wrap; gap: 7px; }
.choices button, .chips button { min-height: 38px; padding: 5px 14px; border-radius: 19px; border: 1px solid var(--brand-deep); color: var(--brand-deep); background: var(--paper);
  font-size: 14px; text-align: start; overflow-wrap: anywhere; }
.choices button:hover:enabled, .chips button:hover { background: var(--tint); }
.choices button:disabled { border-color: var(--line); color: var(--soft); cursor: default; }
.chips { display: flex; gap: 8px; flex-wrap: wrap; justify-content: center; padding: 2px 0 8px; }
.lines { list-style: none; margin: 0; padding: 0; display: grid; gap: 5px; }
.log .lines li { display: flex; justify-content: space-between; gap: 12px; margin: 0; }
.lines span:last-child { flex: none; text-align: end; } .lines span:first-child { min-width: 0; overflow-wrap: anywhere; }
.sum { border-top: 1px dashed var(--line); margin-top: 8px; padding-top: 8px; display: flex; justify-content: space-between; font-weight: 650; align-items: baseline; }
.steps { list-style: none; margin: 0; padding: 2px 0 0; }
.log .steps li { position: relative; padding: 0 0 11px 20px; margin: 0; }
.steps li::before { content: ""; position: absolute; left: 3px; top: 7px; width: 9px; height: 9px; border-radius: 50%; background: var(--line); }
.steps li:first-child::before { background: var(--brand); box-shadow: 0 0 0 3px var(--tint); }
.steps li:not(:last-child)::after { content: ""; position: absolute; left: 7px; top: 18px; bottom: -5px; width: 1px; background: var(--line); }
.log .steps li:last-child { padding-bottom: 2px; }
.coupon { display: flex; align-items: stretch; }
.coupon .off { background: var(--brand); color: var(--on-brand); display: grid; place-items: center; padding: 10px 12px; min-width: 84px; font-size: 19px; font-weight: 700;
  border-right: 2px dashed var(--paper); text-align: center; }
.pairs { display: grid; grid-template-columns: auto 1fr; gap: 3px 12px; margin: 6px 0 0; font-size: 13.5px; }
.pairs dt { color: var(--soft); } .pairs dd { margin: 0; overflow-wrap: anywhere; }
.photo { position: relative; display: grid; place-items: center; max-width: 100%; border-radius: 14px; overflow: hidden; background: var(--tint); border: 1px solid var(--line); cursor: zoom-in; }
.photo img { position: absolute; inset: 0; width: 100%; height: 100%; object-fit: cover; display: block; }
.photo span { padding: 8px; font-size: 12.5px; color: var(--soft); text-align: center; }
.evidence { display: flex; flex-wrap: wrap; gap: 6px; margin-top: 8px; }
.evidence .photo { border-radius: 9px; } .evidence .photo span { font-size: 0; }
.evidence .photo span::before { content: "⟳"; font-size: 18px; }
img.sticker { display: block; user-select: none; }
.sticker.words { font-size: 15px; color: var(--soft); }
.viewer { width: 100vw; height: 100dvh; max-width: none; max-height: none; margin: 0; padding: 0; border: 0; background: rgb(18 12 8 / .92); cursor: zoom-out; }
.viewer::backdrop { background: none; }
.viewer[open] { display: grid; place-items: center; animation: appear .15s ease-out; }
.viewer img { max-width: 100vw; max-height: 100dvh; object-fit: contain; display: block; }
.viewer-close { position: fixed; top: calc(12px + env(safe-area-inset-top)); right: calc(12px + env(safe-area-inset-right)); width: 48px; height: 48px; border-radius: 50%;
  display: grid; place-items: center; background: rgb(0 0 0 / .55); color: #fff; border: 1px solid rgb(255 255 255 / .3); }
.viewer-close:focus-visible { outline-color: #fff; }
@keyframes appear { from { opacity: 0; } }
`;
