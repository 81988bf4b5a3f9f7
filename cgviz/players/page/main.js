// Choices in the head of the page, and the start of it all.

for (const button of document.querySelectorAll("button[data-show]")) {
  button.addEventListener("click", () => {
    const atEnd = state.step >= lastStep();
    change({ show: button.dataset.show });
    if (atEnd) change({ step: Infinity });
  });
}
for (const button of document.querySelectorAll("button[data-style], button[data-direction]")) {
  button.addEventListener("click", () => {
    change({ ...button.dataset });
    if (window.drawElsewhere) window.drawElsewhere();
    else requestAnimationFrame(fit);
  });
}
loaders.push(() => {
  const options = seeds.map((seed, place) => make("option", { value: place }, elementName(...seed)));
  byId("wrt").replaceChildren(...options);
  document.querySelector('button[data-show="tangent"]').hidden = !seeds.length;
});
byId("wrt").addEventListener("change", () => change({ wrt: Number(byId("wrt").value), show: "tangent" }));
byId("theme").addEventListener("change", () => change({ theme: byId("theme").value }));
byId("print").addEventListener("click", () => print());
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
  const { style, direction } = chosenPicture() ?? state;
  for (const button of document.querySelectorAll("button[data-style], button[data-direction]")) {
    button.setAttribute("aria-pressed", [style, direction].includes(Object.values(button.dataset)[0]));
    const others = facts.pictures.some((other) => ("style" in button.dataset ? other.style !== style : other.direction !== direction));
    button.parentElement.hidden = !others && !window.drawElsewhere;
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
  fit,
};

// Shows a program for the first time: in the direction in which it is larger, in the state of the link.
function begin_(about, functions) {
  load(about, functions);
  drawChoices();
  state.direction = betterDirection();
  restore();
  drawPictures();
  fit();
  showAll();
  show();
  document.fonts.ready.then(() => isFitted && fit());
}

if (byId("facts")) begin_(JSON.parse(byId("facts").textContent), functions);
