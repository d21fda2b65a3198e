// The console: fetches a ticket, connects to the instance's screen with it, and says what happens. A ticket is used once
// and never kept; it travels in a header of the websocket, so that no address holds it.
import RFB from "../vendor/novnc/core/rfb.js";
import { keyFor, keysymOf } from "./keyboards.js";

const part = (name) => document.getElementById(`console-${name}`);
const box = document.getElementById("console");
const SHIFT = [0xffe1, "ShiftLeft"];
const LEVEL3 = [0xfe03, "AltRight"];
// Only the number says why the other side ended; the sentence comes along with it.
const REFUSED = "The console did not let this page in. Connect again; if that does not help, sign in again.";
const LOST = "The connection was lost.";

let screen = null;
let held = new Map();

function say(sentence) {
  part("status").textContent = sentence;
}

function show(isConnected) {
  for (const name of ["reset", "paste"]) part(name).disabled = !isConnected;
  part("again").hidden = isConnected;
}

async function fetchTicket() {
  const token = box.querySelector("input[name=csrfmiddlewaretoken]").value;
  const answer = await fetch(box.dataset.ticket, {
    method: "POST",
    headers: { "X-CSRFToken": token, Accept: "application/json" },
    credentials: "same-origin",
  });
  if (answer.redirected) throw new Error("You are no longer signed in. Sign in again, then come back.");
  const isJson = (answer.headers.get("Content-Type") ?? "").startsWith("application/json");
  const said = isJson ? await answer.json() : {};
  if (!answer.ok) throw new Error(said.detail ?? "The console could not be opened. Reload the page and try again.");
  return said;
}

function open(path, protocols) {
  const address = new URL(path, location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  return new WebSocket(address, protocols);
}

async function connect() {
  say("Connecting…");
  part("again").hidden = true;
  part("screen").replaceChildren();
  held = new Map();
  try {
    const ticket = await fetchTicket();
    attach(open(ticket.path, ticket.protocols));
  } catch (fault) {
    say(fault.message);
    show(false);
  }
}

function attach(channel) {
  let wasOpen = false;
  let isShown = false;
  channel.addEventListener("open", () => { wasOpen = true; });
  channel.addEventListener("close", (end) => {
    say(end.reason || (wasOpen ? LOST : REFUSED));
    show(false);
  });
  screen = new RFB(part("screen"), channel, { shared: true });
  screen.scaleViewport = true;
  screen.background = "#000";
  screen.addEventListener("connect", () => {
    isShown = true;
    say("Connected.");
    show(true);
    screen.focus();
  });
  screen.addEventListener("securityfailure", () => { if (!isShown) say(REFUSED); });
  const send = screen.sendKey.bind(screen);
  screen.sendKey = (keysym, code, down) => translate(send, keysym, code, down);
}

// Key by key a key means what the instance's own layout says. Where that layout is chosen here, characters count: each
// is typed with the keys that it takes there, whatever it took on this keyboard.
function translate(send, keysym, code, down) {
  const layout = part("keyboard").value;
  const character = characterOf(keysym);
  if (isModifier(keysym)) {
    if (down === false) held.delete(code);
    else held.set(code, keysym);
  }
  if (!layout || !code || !character || hasCommand()) return send(keysym, code, down);
  if (down !== false) strike(send, layout, character);
  return undefined;
}

const isModifier = (keysym) => (keysym >= 0xffe1 && keysym <= 0xffee) || keysym === LEVEL3[0];
const hasCommand = () => [...held.values()].some((keysym) => keysym >= 0xffe3 && keysym !== 0xffe5);

function characterOf(keysym) {
  if (keysym >= 0x20 && keysym < 0x100) return String.fromCharCode(keysym);
  return keysym > 0x1000000 ? String.fromCodePoint(keysym - 0x1000000) : "";
}

function strike(send, layout, character) {
  const key = keyFor(layout, character);
  if (!key) return false;
  const inTheWay = [...held].filter(([, keysym]) => keysym === LEVEL3[0] || keysym === 0xffe1 || keysym === 0xffe2);
  for (const [code, keysym] of inTheWay) send(keysym, code, false);
  const needed = [...(key.shift ? [SHIFT] : []), ...(key.level3 ? [LEVEL3] : [])];
  for (const [keysym, code] of needed) send(keysym, code, true);
  send(keysymOf(character), key.code, true);
  send(keysymOf(character), key.code, false);
  for (const [keysym, code] of needed) send(keysym, code, false);
  for (const [code, keysym] of inTheWay) send(keysym, code, true);
  return true;
}

async function type(words) {
  const send = RFB.prototype.sendKey.bind(screen);
  const layout = part("keyboard").value || "us";
  let left = 0;
  for (const character of words.replaceAll("\r\n", "\n")) {
    if (!strike(send, layout, character)) left += 1;
    // A guest that is typed at faster than anybody can loses keys.
    await new Promise((done) => { setTimeout(done, 12); });
  }
  say(left ? `Typed. ${left} of the characters are not on this keyboard and were left out.` : "Typed.");
}

part("again").addEventListener("click", connect);
part("reset").addEventListener("click", () => { screen.sendCtrlAltDel(); screen.focus(); });
part("full").addEventListener("click", () => {
  if (document.fullscreenElement) document.exitFullscreen();
  else box.requestFullscreen().then(() => screen?.focus());
});
document.addEventListener("fullscreenchange", () => {
  part("full").textContent = document.fullscreenElement ? "Leave full screen" : "Full screen";
});
part("paste").addEventListener("click", () => {
  const form = part("text");
  form.hidden = !form.hidden;
  part("paste").setAttribute("aria-expanded", String(!form.hidden));
  if (!form.hidden) part("words").focus();
});
part("text").addEventListener("submit", async (event) => {
  event.preventDefault();
  const words = part("words").value;
  part("words").value = "";
  part("text").hidden = true;
  part("paste").setAttribute("aria-expanded", "false");
  screen.focus();
  await type(words);
});
part("keyboard").addEventListener("change", () => {
  localStorage.setItem("console-keyboard", part("keyboard").value);
  screen?.focus();
});
// Whoever has no mouse must get out of the screen again: all its keys go to the instance.
box.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey && event.altKey && event.shiftKey) || !part("screen").contains(event.target)) return;
  screen?.blur();
  part("again").hidden ? part("reset").focus() : part("again").focus();
}, true);

box.hidden = false;
part("keyboard").value = localStorage.getItem("console-keyboard") ?? "";
if (part("keyboard").selectedIndex < 0) part("keyboard").value = "";
connect();
