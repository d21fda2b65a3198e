// Sends a file piece by piece and shows how far it is. A piece that is lost on its way is sent again from where the
// server says the file ends. Without this script the form sends the file in one go.

const PIECE_BYTES = 8 * 1024 * 1024;
const TRIES = 8;

const form = document.getElementById("upload");
const shown = document.getElementById("upload-progress");
const bar = shown.querySelector("progress");
const status = document.getElementById("upload-status");

function show(done, total) {
  bar.value = total ? (100 * done) / total : 0;
  document.getElementById("upload-figure").textContent = `${Math.floor(bar.value)} %`;
}

function headers(offset, isLast) {
  const known = { "Upload-Ticket": form.dataset.ticket, "Upload-Offset": String(offset) };
  return isLast ? { ...known, "Upload-Complete": "?1" } : known;
}

async function end() {
  const answer = await fetch(form.action, { method: "HEAD", headers: headers(0, false) });
  if (!answer.ok) throw new Error("The server does not take this file any more. Begin again from the template's page.");
  return Number(answer.headers.get("Upload-Offset"));
}

async function piece(file, offset) {
  const until = Math.min(offset + PIECE_BYTES, file.size);
  const isLast = until === file.size;
  const answer = await fetch(form.action, {
    method: "PUT",
    headers: headers(offset, isLast),
    body: file.slice(offset, until),
  });
  if (answer.ok) return { offset: until, isTaken: answer.status === 202 };
  if (answer.status === 409) return { offset: await end(), isTaken: false };
  const told = await answer.json().catch(() => ({}));
  if (answer.status < 500) throw Object.assign(new Error(told.detail || "The file was refused."), { isFinal: true });
  throw new Error(told.detail || "The server did not answer as it should.");
}

async function send(file) {
  let offset = await end();
  let tries = 0;
  for (;;) {
    show(offset, file.size);
    try {
      const sent = await piece(file, offset);
      if (sent.isTaken) return;
      offset = sent.offset;
      tries = 0;
      status.textContent = "";
    } catch (error) {
      tries += 1;
      if (error.isFinal || tries > TRIES) throw error;
      status.textContent = "The connection was lost. Going on in a moment.";
      await new Promise((resolve) => setTimeout(resolve, Math.min(1000 * 2 ** tries, 30000)));
    }
  }
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const file = form.querySelector("input[type=file]").files[0];
  if (!file) return;
  const button = form.querySelector("button");
  button.disabled = true;
  shown.hidden = false;
  document.getElementById("upload-name").textContent = file.name;
  try {
    await send(file);
    show(file.size, file.size);
    status.textContent = "All is there.";
    window.location.assign(form.dataset.next);
  } catch (error) {
    status.textContent = error.message;
    button.disabled = false;
    delete form.dataset.sent;
  }
});
