// The widget's look. A text in a module rather than a file of its own, so that it arrives with the code, under the
// host page's content rules, and can't be touched by the host page's styles.

import { PART_STYLE } from '../shared/part_style.js';

const COLORS = `
:host {
  all: initial;
  --brand: #b93a22; --brand-deep: #9c2f1a; --on-brand: #fff; --paper: #fffdf9; --tint: #f8f0e4; --line: #eaddca;
  --ink: #2b211a; --soft: #6f6154; --bot: #f6ede0; --mine: #b93a22; --on-mine: #fff; --good: #2c6b4f; --bad: #b3261e;
  --gold: #d9921f; --focus: #1f5f8b; --shadow: 0 18px 50px rgb(60 35 15 / .28), 0 2px 8px rgb(60 35 15 / .12);
  color-scheme: light dark;
}
@media (prefers-color-scheme: dark) {
  :host {
    --brand: #c24a31; --brand-deep: #f08d79; --on-brand: #fff; --paper: #201b18; --tint: #2a2420; --line: #43392f;
    --ink: #f3eae0; --soft: #b9aa9a; --bot: #322a25; --mine: #a93c26; --on-mine: #fff; --good: #7cc7a2; --bad: #ff8d80;
    --gold: #e9b04d; --focus: #8cc4ee; --shadow: 0 18px 50px rgb(0 0 0 / .6);
  }
}`;

const FRAME = `
* { box-sizing: border-box; }
[hidden] { display: none !important; }
.root { font: 15px/1.55 "PingFang SC", "Hiragino Sans GB", "Noto Sans CJK SC", "Microsoft YaHei", system-ui, sans-serif; color: var(--ink);
  -webkit-text-size-adjust: 100%; text-align: start; }
.panel:lang(en) { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; }
.panel:lang(zh-Hant) { font-family: "PingFang TC", "Noto Sans CJK TC", "Microsoft JhengHei", system-ui, sans-serif; }
button, input, textarea { font: inherit; color: inherit; }
button { cursor: pointer; border: 0; background: none; padding: 0; }
:focus-visible { outline: 2.5px solid var(--focus); outline-offset: 2px; }
.hush { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.launcher { position: fixed; z-index: 2147483000; right: calc(20px + env(safe-area-inset-right)); bottom: calc(20px + env(safe-area-inset-bottom));
  width: 62px; height: 62px; border-radius: 50%; background: var(--brand); box-shadow: 0 8px 24px rgb(60 35 15 / .32); padding: 4px; transition: transform .18s; }
.launcher:hover { transform: translateY(-2px) scale(1.03); }
.launcher img { width: 54px; height: 54px; display: block; border-radius: 50%; }
.badge { position: absolute; top: -3px; right: -3px; min-width: 22px; height: 22px; border-radius: 11px; padding: 0 6px; background: #8f1d14; color: #fff;
  font-size: 12px; line-height: 22px; text-align: center; border: 2px solid var(--paper); line-height: 18px; }
.panel { position: fixed; z-index: 2147483001; right: calc(20px + env(safe-area-inset-right)); bottom: calc(20px + env(safe-area-inset-bottom));
  width: 380px; height: min(620px, calc(100dvh - 40px)); display: flex; flex-direction: column; overflow: hidden; background: var(--paper);
  border-radius: 18px; box-shadow: var(--shadow); animation: rise .2s ease-out; }
.left .launcher, .left .panel { right: auto; left: calc(20px + env(safe-area-inset-left)); }
.panel:focus { outline: none; }
@keyframes rise { from { opacity: 0; transform: translateY(14px); } }
@media (max-width: 520px) {
  .panel, .left .panel { inset: 0; width: auto; height: var(--viewport, 100dvh); bottom: auto; border-radius: 0; padding-bottom: env(safe-area-inset-bottom);
    padding-left: env(safe-area-inset-left); padding-right: env(safe-area-inset-right); }
  .head { padding-top: calc(10px + env(safe-area-inset-top)) !important; }
}
.head { display: flex; align-items: center; gap: 10px; padding: 10px 10px 10px 14px; background: var(--brand); color: var(--on-brand); flex: none; }
.head img { width: 40px; height: 40px; border-radius: 50%; flex: none; }
.head h2 { margin: 0; font-size: 16px; line-height: 1.3; font-weight: 650; }
.names { flex: 1; min-width: 0; }
.names p { margin: 0; font-size: 12.5px; line-height: 1.35; }
.names h2, .names p { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.person { flex: none; display: flex; align-items: center; gap: 5px; padding: 0 12px; height: 36px; border-radius: 18px; border: 1.5px solid rgb(255 255 255 / .65);
  font-size: 13px; }
.person:hover, .shut:hover { background: rgb(255 255 255 / .16); }
.person[disabled] { display: none; }
.shut { flex: none; width: 44px; height: 44px; border-radius: 50%; display: grid; place-items: center; }
.head :focus-visible { outline-color: #fff; }
svg { display: block; }
.banner { flex: none; display: flex; align-items: center; gap: 10px; padding: 9px 14px; background: var(--tint); border-bottom: 1px solid var(--line); font-size: 13.5px; }
.banner > div { flex: 1; min-width: 0; }
.banner b { display: block; font-weight: 600; }
.banner small { color: var(--soft); font-size: 12.5px; }
.banner .dot { width: 9px; height: 9px; border-radius: 50%; background: var(--gold); flex: none; animation: pulse 1.4s infinite; }
.banner.offline .dot { background: var(--bad); }
@keyframes pulse { 50% { opacity: .35; } }
.line-button { flex: none; min-height: 34px; padding: 3px 13px; border-radius: 17px; border: 1px solid currentColor; color: var(--brand-deep); font-size: 13px; background: var(--paper); }
.log { flex: 1; overflow-y: auto; overscroll-behavior: contain; padding: 14px 14px 10px; scrollbar-width: thin; position: relative; }
.log:focus-visible { outline-offset: -3px; }
.log ol { list-style: none; margin: 0; padding: 0; }
.log li { margin: 0 0 10px; }
`;

const MESSAGES = `
.when { text-align: center; font-size: 12px; color: var(--soft); margin: 4px 0 10px; }
.row { display: flex; gap: 8px; align-items: flex-start; }
.row.shopper { flex-direction: row-reverse; }
.face { width: 30px; height: 30px; border-radius: 50%; flex: none; margin-top: 2px; }
.face.letter { background: var(--good); color: var(--paper); display: grid; place-items: center; font-size: 13px; font-weight: 600; }
.stack { display: flex; flex-direction: column; gap: 6px; align-items: flex-start; max-width: calc(100% - 62px); min-width: 0; }
.row.shopper .stack { align-items: flex-end; max-width: 82%; }
.bubble { padding: 8px 12px; border-radius: 4px 14px 14px 14px; background: var(--bot); overflow-wrap: anywhere; white-space: pre-wrap; }
.row.shopper .bubble { background: var(--mine); color: var(--on-mine); border-radius: 14px 4px 14px 14px; }
.bubble a { color: inherit; }
.row.system { justify-content: center; }
.row.system .stack { max-width: 100%; align-items: center; }
.row.system .bubble { background: none; color: var(--soft); font-size: 12.5px; text-align: center; padding: 2px 10px; }
.mark { font-size: 12px; color: var(--soft); display: flex; gap: 10px; align-items: center; }
.photo.sending { cursor: default; }
.photo.uploading img, .photo.failed img { opacity: .55; }
.ring { --share: 0; position: absolute; inset: 0; margin: auto; width: 54px; height: 54px; border-radius: 50%; display: grid; place-items: center;
  background: conic-gradient(#fff calc(var(--share) * 1turn), rgb(255 255 255 / .32) 0); box-shadow: 0 1px 8px rgb(0 0 0 / .35); }
.ring button { width: 44px; height: 44px; border-radius: 50%; background: rgb(28 20 14 / .82); color: #fff; display: grid; place-items: center; }
.mark.failed { color: var(--bad); }
.mark button { color: var(--brand-deep); text-decoration: underline; min-height: 28px; padding: 0 2px; }
.names p.live::before { content: ""; display: inline-block; width: 8px; height: 8px; margin-right: 6px; border-radius: 50%; background: #8fe0b0; }
.typing { display: flex; gap: 8px; align-items: center; }
.dots { display: flex; gap: 4px; padding: 12px 13px; border-radius: 4px 14px 14px 14px; background: var(--bot); }
.dots i { width: 7px; height: 7px; border-radius: 50%; background: var(--soft); animation: hop 1.1s infinite; }
.dots i:nth-child(2) { animation-delay: .15s; } .dots i:nth-child(3) { animation-delay: .3s; }
@keyframes hop { 0%, 60%, 100% { transform: none; opacity: .5; } 30% { transform: translateY(-4px); opacity: 1; } }
.newer { position: sticky; bottom: 4px; display: block; margin: 0 auto; background: var(--ink); color: var(--paper); font-size: 13px; padding: 5px 14px; border-radius: 16px; }
.trace { font-size: 12px; color: var(--soft); max-width: 100%; }
.trace summary { cursor: pointer; list-style-position: inside; min-height: 24px; }
.trace dl { display: grid; grid-template-columns: auto 1fr; gap: 1px 10px; margin: 2px 0 4px; font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
.trace dt { color: var(--soft); } .trace dd { margin: 0; color: var(--ink); }
.hello { text-align: center; padding: 22px 12px 14px; }
.hello img { width: 84px; height: 84px; }
.hello h3 { margin: 10px 0 4px; font-size: 18px; }
.hello p { margin: 0; color: var(--soft); font-size: 14px; }
`;

const COMPOSER = `
.dock { flex: none; border-top: 1px solid var(--line); background: var(--paper); }
.dock .chips { padding: 10px 8px 2px; }
.notice { display: flex; gap: 8px; align-items: center; padding: 7px 14px; font-size: 13px; color: var(--bad); background: var(--tint); }
.composer { padding: 9px 10px 10px; }
.composer .line { display: flex; gap: 2px; align-items: flex-end; }
.tool { flex: none; width: 44px; height: 44px; border-radius: 50%; display: grid; place-items: center; color: var(--soft); }
.tool:hover, .tool[aria-expanded=true] { background: var(--tint); color: var(--brand-deep); }
.composer .send { margin-left: 8px; }
.stickers { display: grid; grid-template-columns: repeat(4, 1fr); gap: 4px; padding: 2px 0 10px; max-height: 186px; overflow-y: auto; overscroll-behavior: contain; scrollbar-width: thin; }
.stickers button { min-height: 84px; border-radius: 12px; display: grid; place-items: center; padding: 4px; overflow: hidden; }
.stickers button:hover, .stickers button:focus-visible { background: var(--tint); }
.stickers button:focus-visible { outline-offset: -2px; }
.stickers .words { font-size: 12.5px; overflow-wrap: anywhere; }
.tray { list-style: none; margin: 0; padding: 6px 2px 12px; display: flex; gap: 10px; overflow-x: auto; scrollbar-width: thin; }
.tray li { position: relative; flex: none; width: 72px; height: 72px; border-radius: 12px; background: var(--tint); border: 1px solid var(--line); }
.tray img { width: 100%; height: 100%; object-fit: cover; border-radius: 11px; display: block; }
.tray button { position: absolute; top: -6px; right: -6px; width: 26px; height: 26px; border-radius: 50%; background: var(--ink); color: var(--paper); display: grid; place-items: center; border: 2px solid var(--paper); }
.tray button::after { content: ""; position: absolute; inset: -9px; }
.tray .expected { animation: pulse 1.2s infinite; }
.drop { position: absolute; inset: 8px; z-index: 2; display: grid; place-content: center; justify-items: center; gap: 8px; border-radius: 14px; border: 2.5px dashed var(--brand-deep);
  background: color-mix(in srgb, var(--paper) 92%, transparent); color: var(--brand-deep); font-weight: 600; pointer-events: none; }
.composer textarea { flex: 1; min-width: 0; resize: none; max-height: 120px; min-height: 44px; padding: 10px 13px; border-radius: 22px; border: 1px solid var(--line);
  background: var(--tint); line-height: 1.45; font-size: 16px; scrollbar-width: thin; overflow-y: auto; }
.composer textarea::placeholder, .form textarea::placeholder, .form input::placeholder { color: var(--soft); opacity: 1; }
.composer textarea:focus-visible { outline-offset: 0; }
.send { flex: none; width: 44px; height: 44px; border-radius: 50%; background: var(--brand); color: var(--on-brand); display: grid; place-items: center; }
.send:disabled { background: var(--tint); color: var(--soft); border: 1px solid var(--line); cursor: default; }
.form { padding: 12px 14px; display: grid; gap: 8px; background: var(--tint); border-top: 1px solid var(--line); }
.form h3 { margin: 0; font-size: 15px; } .form p { margin: 0; color: var(--soft); font-size: 13px; }
.form label { display: grid; gap: 3px; font-size: 13px; }
.form input[type=text], .form textarea { width: 100%; padding: 9px 12px; border-radius: 10px; border: 1px solid var(--line); background: var(--paper); font-size: 16px; resize: none; }
.form .solid { min-height: 42px; border-radius: 21px; background: var(--brand); color: var(--on-brand); font-weight: 600; }
.form .solid:disabled { background: var(--line); color: var(--soft); cursor: default; }
.stars { display: flex; justify-content: center; gap: 4px; border: 0; margin: 0; padding: 0; }
.stars label { cursor: pointer; padding: 3px; color: var(--line); display: block; border-radius: 8px; }
.stars label svg { width: 34px; height: 34px; stroke: var(--gold); stroke-width: 1.2; }
.stars label.on { color: var(--gold); }
.reasons { display: flex; flex-wrap: wrap; gap: 7px; justify-content: center; }
.reasons button { min-height: 44px; padding: 4px 15px; border-radius: 22px; border: 1px solid var(--line); background: var(--paper); font-size: 14px; }
.reasons button:hover { border-color: var(--brand-deep); }
.reasons [aria-pressed=true] { border-color: var(--brand-deep); color: var(--brand-deep); background: var(--tint); font-weight: 600; }
.stars input { position: absolute; opacity: 0; width: 1px; height: 1px; }
.stars label:focus-within { outline: 2.5px solid var(--focus); }
@media (prefers-reduced-motion: reduce) { *, *::before, *::after { animation: none !important; transition: none !important; } }
`;

/** @returns {CSSStyleSheet} */
export function styleSheet() {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(COLORS + FRAME + MESSAGES + PART_STYLE + COMPOSER);
  return sheet;
}
