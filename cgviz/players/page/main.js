// Choices in the head of the page, and the start of it all.

for (const button of document.querySelectorAll("button[data-show]")) {
  button.addEventListener("click", () => change({ show: button.dataset.show }));
}
for (const button of document.querySelectorAll("button[data-style], button[data-direction]")) {
  button.addEventListener("click", () => {
    change({ ...button.dataset });
    requestAnimationFrame(fit);
  });
}
facts.inputs.forEach((index, place) => byId("wrt").append(make("option", { value: place }, nodes[index].name)));
byId("wrt").addEventListener("change", () => change({ wrt: Number(byId("wrt").value), show: "tangent" }));
byId("theme").addEventListener("change", () => change({ theme: byId("theme").value }));
byId("zoom-in").addEventListener("click", () => scale(zoom * 1.2));
byId("zoom-out").addEventListener("click", () => scale(zoom / 1.2));
byId("fit").addEventListener("click", () => (Math.abs(zoom - readable()) < 0.01 ? scale(whole()) : fit()));
byId("print").addEventListener("click", () => print());
addEventListener("resize", fit);
addEventListener("beforeprint", () => {
  showAll();
});
views.push(drawChoices);

function drawChoices() {
  document.documentElement.dataset.theme = state.theme;
  document.documentElement.dataset.show = state.show;
  for (const button of document.querySelectorAll("button[data-show]")) {
    button.setAttribute("aria-pressed", button.dataset.show === state.show);
  }
  const { style, direction } = chosenPicture();
  for (const button of document.querySelectorAll("button[data-style], button[data-direction]")) {
    button.setAttribute("aria-pressed", [style, direction].includes(Object.values(button.dataset)[0]));
    const others = facts.pictures.some((other) => ("style" in button.dataset ? other.style !== style : other.direction !== direction));
    button.parentElement.hidden = !others;
  }
  byId("theme").value = state.theme;
  byId("wrt").value = state.wrt;
  byId("wrt-choice").hidden = state.show !== "tangent";
}

// The page as a program sees it: the state, both passes, and the way to change them.
window.cgviz = {
  set: (inputs) => (change({ inputs }), show()),
  go: (step) => (go(step), show()),
  state: () => ({ ...state }),
  run: () => ({ ...run, tangents: tangent, steps: replay.steps }),
  caption: (step) => captionOf(replay.steps[step - 1]).text,
  recompute,
  number,
};

if (!facts.inputs.length) document.querySelector('button[data-show="tangent"]').hidden = true;
restore();
showAll();
show();
fit();
document.fonts.ready.then(fit);
