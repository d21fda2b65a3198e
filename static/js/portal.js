// What pages gain where scripts run: copying, menus that close, a menu drawer that follows its links.
// Everything works without this file.
"use strict";

function showCopyButtons(root) {
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

// A list that looks again by itself waits while somebody is in it with the keyboard or has a menu of it open.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt.id !== "look-again") return;
  if (document.querySelector("#results :is(:focus-visible, details[open])")) event.preventDefault();
});

document.addEventListener("htmx:load", (event) => showCopyButtons(event.target));
showCopyButtons(document);
