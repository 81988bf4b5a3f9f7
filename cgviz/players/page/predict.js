// Predict the gradient: numbers of the backward pass stay hidden until the student has found them.

const score = { right: 0, wrong: 0 };
views.push(drawPredict);
byId("predict").addEventListener("click", () => begin(!state.predict));
byId("question").addEventListener("submit", (event) => {
  event.preventDefault();
  check(typed(byId("answer").value));
});
byId("reveal").addEventListener("click", () => {
  const index = asked();
  if (index === null) return;
  score.wrong += 1;
  settle(index, "shown", `${partial(index)} = ${number(run.gradients[index])}.`);
});

function begin(on) {
  answered.clear();
  Object.assign(score, { right: 0, wrong: 0 });
  change({ predict: on, step: Infinity, show: on ? "gradient" : state.show, chosen: null });
  verdict("", on ? "Type the number; 1% off is close enough. 1/3, 2*3 or −0.5·1.5 will do as well." : "");
}

loaders.push(() => state.predict && begin(true));

// The nodes that can be asked for, in the order of the backward pass.
function questions() {
  const isAskable = (index) => !nodes[index].constant && index !== facts.output && !isArray(run.gradients[index]);
  const all = nodes.map((_, index) => index).filter(isAskable);
  const found = all.filter((index) => run.gradients[index] !== null && !answered.has(index));
  return found.sort((a, b) => replay.gradient[a] - replay.gradient[b]);
}

// The node that is asked for: the chosen one, else the next; null when all are answered.
function asked() {
  const left = questions();
  return left.includes(state.chosen) ? state.chosen : (left[0] ?? null);
}

function check(guess) {
  const index = asked();
  if (index === null) return;
  if (Number.isNaN(guess)) return verdict("wrong", "That is no number.");
  const truth = run.gradients[index];
  if (close(guess, truth)) {
    score.right += 1;
    settle(index, "right", `✓ Right: ${partial(index)} = ${number(truth)}.`);
  } else {
    score.wrong += 1;
    verdict("wrong", `✗ Not ${number(guess)}. ${hint(index, guess, truth)}`);
  }
}

function close(guess, truth) {
  return guess === truth || Math.abs(guess - truth) <= 0.01 * Math.abs(truth) + 1e-12;
}

function hint(index, guess, truth) {
  const edges = users[index].filter(([target, slot]) => contribution(run, target, slot) !== null);
  if (close(-guess, truth)) return "The size is right; look at the sign.";
  const isOne = edges.length > 1 && edges.some(([target, slot]) => close(guess, contribution(run, target, slot)));
  if (isOne) return `That is one of ${edges.length} contributions; they add up.`;
  const terms = edges.map(([target, slot]) => handsBackText(target, slot));
  return `It is upstream × local: ${terms.slice(0, 4).join(" + ")}${terms.length > 4 ? " + …" : ""}.`;
}

function settle(index, kind, text) {
  answered.add(index);
  byId("answer").value = "";
  change({ chosen: null });
  verdict(kind, text);
}

function verdict(kind, text) {
  byId("verdict").className = `verdict ${kind}`;
  say(byId("verdict"), text);
  show();
}

function drawPredict() {
  byId("predict").setAttribute("aria-pressed", state.predict);
  byId("quiz").hidden = !state.predict;
  if (!state.predict) return;
  const index = asked();
  byId("question").hidden = index === null;
  say(byId("symbol"), index === null ? "" : `${partial(index)} =`);
  const left = questions().length;
  say(byId("score"), `${score.right} right · ${score.wrong} wrong · ${left} to go`);
  for (const { svg } of pictures) svg.querySelectorAll(".asked").forEach((element) => element.classList.remove("asked"));
  for (const { parts } of pictures) {
    parts.find((part) => part.kind === "n" && part.index === index)?.element.classList.add("asked");
  }
}
