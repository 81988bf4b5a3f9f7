// The caption of the current step in large letters, and what the end of it all means.

views.push(drawCaption);

function drawCaption() {
  const step = current();
  if (isAsking()) return drawQuestion();
  const hidden = step?.kind === "backward" && !contributionKnown(step.target, step.slot);
  const { text, result } = captionOf(step, hidden);
  const caption = byId("caption");
  if (caption.dataset.text !== text + step?.kind) {
    caption.dataset.text = text + step?.kind;
    const kind = step && step.kind !== "forward" ? "gradient" : "value";
    const told = text.endsWith(result) && result ? text.slice(0, -result.length) : text;
    caption.replaceChildren(told, make("b", { class: kind }, text.slice(told.length)));
  }
  const phase = step ? { forward: "forward pass", seed: "seed", backward: "backward pass" }[step.kind] : "inputs";
  head(phase, step?.kind ?? "start");
  say(byId("meaning"), meaning(step));
}

function head(phase, kind) {
  say(byId("phase"), phase);
  byId("phase").className = `phase ${kind}`;
  say(byId("count"), `step ${state.step} of ${replay.steps.length}`);
}

function drawQuestion() {
  const index = asked();
  const text = index === null ? "All gradients are found." : `${partial(index)} = ?`;
  byId("caption").dataset.text = text;
  say(byId("caption"), text);
  head("predict", "backward");
  const by = index === null ? [] : users[index].filter(([target]) => run.gradients[target] !== null);
  const names = by.map(([target]) => nodes[target].name).join(", ");
  say(byId("meaning"), names ? `${nodes[index].name} is used by ${names}. Click a node to be asked for another.` : "");
}

function meaning(step) {
  if (!step) return "What is given. Step forward, or press play.";
  if (step.kind === "seed") return `The backward pass begins at the end: ${nodes[step.index].name} moves with itself at rate 1.`;
  if (step.kind === "forward") return nodes[step.index].says ? `On the way back this gate ${nodes[step.index].says}.` : "";
  const source = nodes[step.index].name;
  const more = step.adds ? " A second path arrives: contributions add up." : "";
  return `${nodes[step.target].name} hands back upstream × local to ${source}.${more}`;
}
