// What pages gain where scripts run: copying, menus that close, a menu drawer that follows its links.
// Everything works without this file.
"use strict";

function showWhatScriptsDo(root) {
  for (const part of root.querySelectorAll(".by-script[hidden]")) part.hidden = false;
  if (!navigator.clipboard) return;
  for (const button of root.querySelectorAll("button.copy[hidden]")) button.hidden = false;
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.drop[open]")) {
    if (menu !== except) menu.open = false;
  }
}

async function copy(button) {
  await navigator.clipboard.writeText(button.dataset.copy);
  document.getElementById("announcement").textContent = "Copied.";
  const use = button.querySelector("use");
  const before = use.getAttribute("href");
  use.setAttribute("href", before.replace("#copy", "#check"));
  setTimeout(() => use.setAttribute("href", before), 1500);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button.copy");
  if (button) copy(button);
  closeMenus(event.target.closest("details.drop"));
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.activeElement?.closest("details.drop[open]");
  closeMenus();
  menu?.querySelector("summary").focus();
});

// A form that is sent twice would ask for everything twice.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  else if (event.target.method === "post") event.target.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// What is exchanged is not there yet when its words come, so no reader speaks it: the sentence that matters is copied to
// a place that stays. Words that stand there already were heard: written again, they would be spoken again.
function announce(root) {
  if (root === document.body) return;
  const news = root.matches("[data-announce]") ? root : root.querySelector("[data-announce]");
  const words = news?.dataset.announce || news?.textContent.replace(/\s+/g, " ").trim();
  const spoken = document.getElementById("announcement");
  if (words && spoken.textContent !== words) spoken.textContent = words;
}

// How much a list shows is for those who asked for it, not for whoever it looked again by itself.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.requestConfig?.elt.id !== "look-again") return;
  document.querySelector("#results .pager [data-announce]")?.removeAttribute("data-announce");
});

// A log that is read again stays where its reader is; whoever is at its end is shown the new end.
let place = null;
document.addEventListener("htmx:beforeSwap", () => {
  const log = document.getElementById("serial-text");
  place = log && { top: log.scrollTop, isAtEnd: log.scrollTop > 0 && log.scrollHeight - log.scrollTop - log.clientHeight < 8 };
});
document.addEventListener("htmx:afterSwap", () => {
  const log = document.getElementById("serial-text");
  if (log && place) log.scrollTop = place.isAtEnd ? log.scrollHeight : place.top;
});

// A list that looks again by itself waits while somebody is in it with the keyboard or has a menu of it open.
document.addEventListener("htmx:beforeRequest", (event) => {
  const { id } = event.detail.elt;
  if (id === "serial-log" && document.getElementById("pause")?.checked) event.preventDefault();
  if (id !== "look-again") return;
  if (document.querySelector("#results :is(:focus-visible, details[open])")) event.preventDefault();
});

document.addEventListener("htmx:load", (event) => {
  showWhatScriptsDo(event.target);
  announce(event.target);
});
showWhatScriptsDo(document);
