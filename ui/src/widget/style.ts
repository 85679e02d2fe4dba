/** The widget's look. A page may set `--ringfence-chat-color`, `--ringfence-chat-on-color` and, with `-dark` at the end, both for its dark mode. */
export const STYLE = `
:host {
  --brand: var(--ringfence-chat-color, #0b5d54);
  --on-brand: var(--ringfence-chat-on-color, #fff);
  --ink: #12211f; --quiet: #47605b; --line: #d3ddd9; --surface: #fff; --canvas: #f2f5f3; --soft: #e3f2ee; --alarm: #b3261e;
  position: fixed; inset: auto 20px 20px auto; z-index: 2147483000;
  color: var(--ink); font: 400 15px/1.4 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif;
  text-align: left; letter-spacing: normal; word-spacing: normal;
}
*, *::before, *::after { box-sizing: border-box; }
p, ol, ul, h2 { margin: 0; padding: 0; }
ol, ul { list-style: none; }
button, input, select, textarea { font: inherit; color: inherit; }
button { cursor: pointer; }
button:disabled { cursor: default; opacity: .55; }
:focus-visible { outline: 2px solid var(--brand); outline-offset: 2px; }
svg { width: 22px; height: 22px; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; display: block; }
[hidden] { display: none !important; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.launcher { position: relative; display: grid; place-items: center; width: 60px; height: 60px; margin-left: auto; border: 0; border-radius: 50%; background: var(--brand); color: var(--on-brand); box-shadow: 0 6px 22px rgb(0 0 0 / 24%); transition: transform .15s; }
.launcher:hover { transform: scale(1.05); }
.launcher svg { width: 27px; height: 27px; }
.badge { position: absolute; inset: -4px -4px auto auto; min-width: 22px; padding: 1px 6px; border: 2px solid #fff; border-radius: 12px; background: #b93a0a; color: #fff; font-size: 12px; font-weight: 600; text-align: center; }
.panel { display: flex; flex-direction: column; width: min(380px, calc(100vw - 40px)); height: min(600px, calc(100vh - 120px)); margin-bottom: 14px; overflow: hidden; border-radius: 16px; background: var(--surface); box-shadow: 0 12px 44px rgb(0 0 0 / 26%); animation: rise .18s ease-out; }
@keyframes rise { from { opacity: 0; transform: translateY(12px); } }
.head { display: flex; align-items: center; gap: 6px; padding: 14px 10px 14px 18px; background: var(--brand); color: var(--on-brand); }
.head h2 { flex: 1; font-size: 17px; font-weight: 600; }
.head button { display: grid; place-items: center; width: 36px; height: 36px; border: 0; border-radius: 8px; background: transparent; color: inherit; }
.head button:hover { background: rgb(255 255 255 / 16%); }
.head :focus-visible { outline-color: currentColor; outline-offset: -2px; }
.note { padding: 7px 18px; background: #fdeee4; color: #7c2a0a; font-size: 13px; }
.start { display: flex; flex-direction: column; gap: 14px; padding: 26px 22px; }
.start p { color: var(--quiet); }
.start label { display: grid; gap: 5px; font-weight: 600; }
.start input { padding: 10px 12px; border: 1px solid #6d827d; border-radius: 9px; background: var(--surface); font-weight: 400; }
.primary { padding: 11px 18px; border: 0; border-radius: 9px; background: var(--brand); color: var(--on-brand); font-weight: 600; }
.plain { padding: 9px 16px; border: 1px solid var(--brand); border-radius: 9px; background: transparent; color: var(--brand); font-weight: 600; }
.error { color: var(--alarm); }
.log { flex: 1; overflow: auto; padding: 14px 16px; background: var(--canvas); overscroll-behavior: contain; outline-offset: -3px; }
.log ol { display: flex; flex-direction: column; }
.item { display: flex; flex-direction: column; align-items: flex-start; max-width: 86%; margin-top: 12px; }
.item.own { align-self: flex-end; align-items: flex-end; }
.item.continued { margin-top: 4px; }
.who { margin: 0 4px 2px; color: var(--quiet); font-size: 12px; }
.bubble { padding: 9px 13px; border: 1px solid var(--line); border-radius: 4px 15px 15px; background: var(--surface); white-space: pre-wrap; overflow-wrap: anywhere; }
.own .bubble { border-color: var(--brand); border-radius: 15px 4px 15px 15px; background: var(--brand); color: var(--on-brand); }
.waiting .bubble { opacity: .7; }
.state { margin: 2px 4px 0; color: var(--quiet); font-size: 12px; }
.event { margin: 12px 0 2px; color: var(--quiet); font-size: 12px; text-align: center; }
.subtitle { color: var(--quiet); font-size: 14px; }
.choices { display: flex; flex-direction: column; gap: 7px; width: 100%; margin-top: 8px; }
.choices button { width: 100%; padding: 9px 13px; border: 1px solid var(--brand); border-radius: 10px; background: var(--surface); color: var(--brand); font-weight: 600; text-align: left; }
.choices button:not(:disabled):hover { background: var(--soft); }
.choices small { display: block; color: var(--quiet); font-size: 13px; font-weight: 400; }
.view { display: flex; flex-direction: column; gap: 10px; width: 100%; margin-top: 8px; padding: 12px 13px; border: 1px solid var(--line); border-radius: 10px; background: var(--surface); }
.view fieldset { min-width: 0; margin: 0; padding: 0; border: 0; }
.view .section { display: flex; flex-direction: column; gap: 10px; }
.view .section > legend { padding: 0 0 6px; font-weight: 600; }
.view .field { display: grid; gap: 4px; font-size: 14px; overflow-wrap: anywhere; }
.view .field > legend { padding: 0 0 4px; }
.view small { display: block; color: var(--quiet); font-size: 13px; }
.view .option { display: flex; gap: 8px; align-items: baseline; font-size: 14px; overflow-wrap: anywhere; }
.view :is(input:not([type=radio], [type=checkbox]), select, textarea) { width: 100%; min-width: 0; padding: 8px 10px; border: 1px solid #6d827d; border-radius: 8px; background: var(--surface); }
.view :is([type=radio], [type=checkbox]) { flex: none; accent-color: var(--brand); }
.bubble dl { margin: 6px 0 0; font-size: 14px; }
.bubble dt { font-size: 12px; opacity: .85; }
.bubble dd { margin: 0 0 4px; }
.file { display: inline-flex; align-items: center; gap: 8px; }
.file button { padding: 0; border: 0; background: none; text-decoration: underline; }
.typing { min-height: 24px; padding-top: 6px; color: var(--quiet); font-size: 13px; }
.composer { display: flex; align-items: flex-end; gap: 6px; padding: 10px 12px; border-top: 1px solid var(--line); }
.composer textarea { flex: 1; min-height: 42px; max-height: 130px; padding: 10px 12px; border: 1px solid #6d827d; border-radius: 10px; background: var(--surface); resize: none; field-sizing: content; }
.composer button { display: grid; flex: none; place-items: center; width: 42px; height: 42px; border: 0; border-radius: 10px; background: transparent; color: var(--brand); }
.composer .send { background: var(--brand); color: var(--on-brand); }
.foot { display: flex; flex-wrap: wrap; align-items: center; justify-content: center; gap: 10px; padding: 14px; border-top: 1px solid var(--line); text-align: center; }
.foot p { flex-basis: 100%; }
@media (max-width: 480px) { :host { inset: auto 12px 12px auto; } .panel { width: calc(100vw - 24px); height: calc(100dvh - 100px); } }
/* Dark where the page itself is: color-scheme comes from it. */
@supports (color: light-dark(#000, #fff)) {
  :host {
    --ink: light-dark(#12211f, #e6efec); --quiet: light-dark(#47605b, #a9bdb7); --line: light-dark(#d3ddd9, #2c3e3a);
    --surface: light-dark(#fff, #14211f); --canvas: light-dark(#f2f5f3, #0c1514); --soft: light-dark(#e3f2ee, #173632);
    --brand: light-dark(var(--ringfence-chat-color, #0b5d54), var(--ringfence-chat-color-dark, #63cdbb));
    --on-brand: light-dark(var(--ringfence-chat-on-color, #fff), var(--ringfence-chat-on-color-dark, #06211d));
    --alarm: light-dark(#b3261e, #ff9c8f);
  }
}
@media (prefers-reduced-motion: reduce) { * { animation: none !important; transition: none !important; } }
`;
