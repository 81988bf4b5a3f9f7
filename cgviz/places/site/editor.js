// The expression box: it grows with its text, marks what is wrong in it, and completes names of functions.

const box = byId("program");
const mirror = byId("mirror");
const list = byId("completions");
let functionsKnown = [];
let mark = null; // what is marked in the text, [start, end] in code points

function grow() {
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight + 2}px`;
  drawMirror();
}

function drawMirror() {
  const letters = Array.from(box.value);
  if (!mark) return mirror.replaceChildren(`${box.value} `);
  const [start, end] = mark;
  mirror.replaceChildren(letters.slice(0, start).join(""), make("mark", {}, letters.slice(start, end).join("") || " "), letters.slice(end).join("") + " ");
  mirror.scrollTop = box.scrollTop;
}
box.addEventListener("scroll", () => (mirror.scrollTop = box.scrollTop));

function showError(error, notes = []) {
  const place = byId("error");
  mark = error && error.start !== null ? [error.start, Math.max(error.end, error.start + 1)] : null;
  drawMirror();
  box.setAttribute("aria-invalid", Boolean(error));
  place.hidden = !error && !notes.length;
  place.classList.toggle("note", !error);
  if (!error) return place.replaceChildren(...notes.map((note) => make("p", {}, note)));
  const lines = error.text.split("\n");
  const parts = [make("p", {}, make("b", {}, error.message), error.remedy ? `; ${error.remedy}` : "")];
  if (lines.length > 2) parts.push(make("pre", {}, lines.slice(-2).join("\n")));
  if (error.fix) parts.push(make("button", { type: "button", onclick: () => mend(error.fix) }, `write ${error.fix.text}`));
  place.replaceChildren(...parts);
}

function mend({ start, end, text }) {
  const letters = Array.from(box.value);
  box.value = [...letters.slice(0, start), text, ...letters.slice(end)].join("");
  box.focus();
  box.dispatchEvent(new Event("input"));
}

// Completion

function wordBefore() {
  const found = box.value.slice(0, box.selectionStart).match(/[A-Za-z_]\w*$/);
  return found && box.selectionStart === box.selectionEnd ? found[0] : "";
}

function complete() {
  const word = wordBefore();
  const fits = word.length < 2 ? [] : functionsKnown.filter(({ name }) => name.startsWith(word) && name !== word).slice(0, 8);
  if (!fits.length || functionsKnown.some(({ name }) => name === word && fits.length === 0)) return closeList();
  list.replaceChildren(...fits.map(({ name, says }, place) => choice(name, says, place)));
  list.hidden = false;
  select(0);
  const { left, top } = caretPlace(word.length);
  list.style.left = `${Math.min(left, box.clientWidth - 200)}px`;
  list.style.top = `${top}px`;
}

function choice(name, says, place) {
  const item = make("li", { role: "option", id: `completion-${place}`, "data-name": name }, name, make("span", {}, says));
  item.addEventListener("mousedown", (event) => {
    event.preventDefault();
    take(name);
  });
  return item;
}

function select(place) {
  const items = [...list.children];
  items.forEach((item, i) => item.setAttribute("aria-selected", i === (place + items.length) % items.length));
  const chosen = list.querySelector("[aria-selected=true]");
  box.setAttribute("aria-activedescendant", chosen.id);
  chosen.scrollIntoView({ block: "nearest" });
}

function closeList() {
  list.hidden = true;
  box.removeAttribute("aria-activedescendant");
}

function take(name) {
  const at = box.selectionStart;
  const before = box.value.slice(0, at - wordBefore().length);
  const after = box.value.slice(at);
  const opening = after.startsWith("(") ? "" : "(";
  box.value = before + name + opening + after;
  box.selectionStart = box.selectionEnd = before.length + name.length + opening.length;
  closeList();
  box.dispatchEvent(new Event("input"));
}

// Where the word before the caret begins, in the box.
function caretPlace(length) {
  const range = document.createElement("span");
  const text = box.value.slice(0, box.selectionStart - length);
  mirror.replaceChildren(text, range, box.value.slice(text.length) + " ");
  const [a, b] = [range.getBoundingClientRect(), box.getBoundingClientRect()];
  const place = { left: a.left - b.left, top: a.bottom - b.top + 6 };
  drawMirror();
  return place;
}

box.addEventListener("keydown", (event) => {
  event.stopPropagation();
  if (list.hidden) return;
  const at = [...list.children].findIndex((item) => item.getAttribute("aria-selected") === "true");
  const moves = { ArrowDown: () => select(at + 1), ArrowUp: () => select(at - 1), Escape: closeList, Tab: () => take(list.children[at].dataset.name) };
  if (event.key === "Enter" && event.ctrlKey) return closeList();
  if (!moves[event.key]) return;
  moves[event.key]();
  event.preventDefault();
});
box.addEventListener("blur", closeList);
box.addEventListener("click", closeList);
