// Large graphs: a search for a stage, an overview of the whole, and branches that fold into the node that they feed.

const folded = new Set(); // nodes into which all that feeds them alone is folded
const overview = byId("overview");
let hidden = new Set();
loaders.push(() => {
  folded.clear();
  hidden = new Set();
  byId("names").replaceChildren(...nodes.flatMap((node) => (node.constant ? [] : [make("option", { value: node.name })])));
  overview.replaceChildren();
});
views.push(drawFolding);

byId("search").addEventListener("input", () => find(byId("search").value));
byId("search").addEventListener("keydown", (event) => {
  if (event.key === "Enter") find(byId("search").value, true);
  if (event.key === "Escape") byId("search").value = "";
  event.stopPropagation();
});
byId("fold").addEventListener("click", () => fold(state.chosen));
byId("unfold").addEventListener("click", () => {
  folded.clear();
  hidden = new Set();
  change({});
});

// Chooses the node with that name or number, or the first whose name or formula contains the text.
function find(text, loosely = false) {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return;
  let index = nodes.findIndex((node) => !node.constant && [node.name, node.id, String(node.number)].some((said) => said?.toLowerCase() === wanted));
  if (index < 0 && loosely) index = nodes.findIndex((node) => !node.constant && `${node.name} ${node.id} ${node.formula ?? ""}`.toLowerCase().includes(wanted));
  if (index < 0) return;
  change({ chosen: index });
  if (chosenPicture() && zoom < 0.6) zoomTo(0.9);
  requestAnimationFrame(() => reveal(index, true));
}

// Folds all that only this node uses into it, or opens it again.
function fold(index) {
  if (index === null) return;
  if (!folded.delete(index) && private_(index).length) folded.add(index);
  hidden = new Set([...folded].flatMap(private_));
  change({});
}

// The nodes whose every way to the output leads through a node.
function private_(index) {
  const inside = new Set([index]);
  const found = [];
  for (let one = index - 1; one >= 0; one--) {
    if (users[one].length && users[one].every(([target]) => inside.has(target))) {
      inside.add(one);
      if (!nodes[one].constant) found.push(one);
    }
  }
  return found;
}

function isFolded(index) {
  return hidden.has(index);
}

function drawFolding() {
  const index = state.chosen;
  const inside = index === null ? [] : private_(index);
  byId("fold").hidden = !inside.length;
  say(byId("fold"), folded.has(index) ? `unfold ${nodes[index].name}` : `fold ${inside.length} into ${nodes[index]?.name}`);
  byId("unfold").hidden = !folded.size;
  for (const { parts } of pictures) {
    for (const part of parts) if (part.kind === "n" && part.badge) part.element.classList.toggle("fold", folded.has(part.index));
  }
}

// A small map of the whole where the picture is larger than its frame; the window in it can be moved.
function drawOverview() {
  const picture = chosenPicture();
  const isLarger = picture && (frame.scrollWidth > frame.clientWidth + 4 || frame.scrollHeight > frame.clientHeight + 4);
  overview.toggleAttribute("hidden", !isLarger);
  if (!isLarger) return;
  if (overview.dataset.of !== `${picture.style} ${picture.direction} ${nodes.length}` || !overview.firstChild) sketch(picture);
  const [wide, high] = [frame.scrollWidth, frame.scrollHeight];
  const shown = { x: (frame.scrollLeft / wide) * picture.width, y: (frame.scrollTop / high) * picture.height, width: (frame.clientWidth / wide) * picture.width, height: (frame.clientHeight / high) * picture.height };
  for (const [name, value] of Object.entries(shown)) overview.lastChild.setAttribute(name, value);
}

function sketch(picture) {
  overview.dataset.of = `${picture.style} ${picture.direction} ${nodes.length}`;
  overview.setAttribute("viewBox", `0 0 ${picture.width} ${picture.height}`);
  const outer = picture.svg.getBoundingClientRect();
  const boxes = picture.parts.filter((part) => part.kind === "n" && part.badge).map(({ element, index }) => {
    const box = element.getBoundingClientRect();
    const place = { x: (box.left - outer.left) / zoom, y: (box.top - outer.top) / zoom, width: box.width / zoom, height: box.height / zoom };
    return svgElement("rect", { ...place, class: nodes[index].args.length ? "stage" : "input" });
  });
  overview.replaceChildren(...boxes, svgElement("rect", { class: "window" }));
}

function moveOverview(event) {
  const box = overview.getBoundingClientRect();
  const [x, y] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  frame.scrollTo(x * frame.scrollWidth - frame.clientWidth / 2, y * frame.scrollHeight - frame.clientHeight / 2);
}
overview.addEventListener("pointerdown", (event) => {
  overview.setPointerCapture(event.pointerId);
  moveOverview(event);
});
overview.addEventListener("pointermove", (event) => event.buttons && moveOverview(event));
