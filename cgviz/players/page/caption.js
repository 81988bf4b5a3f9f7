// The caption of the current step in large letters, and what the end of it all means.

views.push(drawCaption);

function drawCaption() {
  const step = current();
  if (isAsking()) return drawQuestion();
  const hidden = step?.kind === "backward" && !contributionKnown(step.target, step.slot);
  const { text, result } = captionOf(step, hidden);
  const caption = byId("caption");
  if (caption.dataset.text !== text + step?.kind + state.show) {
    caption.dataset.text = text + step?.kind + state.show;
    const forward = state.show === "tangent" ? "tangent" : "value";
    const kind = step && step.kind !== "forward" ? "gradient" : forward;
    const told = text.endsWith(result) && result ? text.slice(0, -result.length) : text;
    caption.replaceChildren(told, make("b", { class: kind }, text.slice(told.length)));
  }
  const pass = state.show === "tangent" ? "forward mode" : "forward pass";
  head(step ? { forward: pass, seed: "seed", backward: "backward pass" }[step.kind] : "inputs", step?.kind ?? "start");
  say(byId("meaning"), meaning(step));
}

function head(phase, kind) {
  say(byId("phase"), phase);
  byId("phase").className = `phase ${kind}`;
  say(byId("count"), `step ${state.step} of ${lastStep()}`);
}

function drawQuestion() {
  const index = asked();
  const text = index === null ? "All gradients are found." : `${partial(index)} = ?`;
  byId("caption").dataset.text = text;
  say(byId("caption"), text);
  said.delete(byId("caption"));
  head("predict", "backward");
  const by = index === null ? [] : users[index].filter(([target]) => run.gradients[target] !== null);
  const names = [...new Set(by.map(([target]) => nodes[target].name))].join(", ");
  say(byId("meaning"), names ? `${nodes[index].name} is used by ${names}. Click a node to be asked for another.` : "");
}

function meaning(step) {
  if (!step) return "What is given. Step forward, or press play.";
  const remarkable = remark(step.kind === "backward" ? step.target : step.index);
  const corner = remarkable && !state.predict ? `At a corner: ${nodes[step.kind === "backward" ? step.target : step.index].name}, ${remarkable}. ` : "";
  return corner + meant(step);
}

function meant(step) {
  if (step.kind === "seed") return `The backward pass begins at the end: ${nodes[step.index].name} moves with itself at rate 1.`;
  if (step.kind === "forward" && state.show === "tangent") {
    return `How fast ${nodes[step.index].name} moves when ${seedName()} moves at rate 1: the tangents of its operands, each times its local derivative.`;
  }
  if (step.kind === "forward") return nodes[step.index].says ? `On the way back this gate ${nodes[step.index].says}.` : "";
  const source = nodes[step.index].name;
  const more = step.adds ? " A second path arrives: contributions add up." : "";
  const how = nodes[step.target].hands?.[step.slot] ? "" : " upstream × local";
  return `${nodes[step.target].name} hands back${how} to ${source}.${more}`;
}
