// The widget's side in the notebook: the page in a frame, its numbers in the model, the notebook's colours in the page.

function isDark(element) {
  const body = document.body;
  if (body.dataset.jpThemeLight) return body.dataset.jpThemeLight === "false";
  if (body.classList.contains("vscode-dark") || body.classList.contains("vscode-high-contrast")) return true;
  for (let place = element; place; place = place.parentElement) {
    const parts = getComputedStyle(place).backgroundColor.match(/[\d.]+/g)?.map(Number) ?? [];
    if (parts.length >= 3 && (parts[3] ?? 1) > 0.5) return 0.3 * parts[0] + 0.59 * parts[1] + 0.11 * parts[2] < 110;
  }
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

function render({ model, el }) {
  const frame = document.createElement("iframe");
  frame.title = "cgviz: the live page";
  frame.style.cssText = "width: 100%; height: 44rem; border: 0; display: block; color-scheme: normal;";
  frame.setAttribute("sandbox", "allow-scripts allow-downloads");
  frame.srcdoc = model.get("page");
  let taken = "";
  const send = () => frame.contentWindow?.postMessage({ cgviz: { inputs: model.get("inputs"), step: model.get("step") < 0 ? undefined : model.get("step"), theme: model.get("theme") === "auto" ? (isDark(el) ? "dark" : "light") : model.get("theme") } }, "*");
  const heard = ({ source, data }) => {
    if (source !== frame.contentWindow || !data?.cgviz) return;
    const { inputs, value, gradient, step, height } = data.cgviz;
    if (height) frame.style.height = `${Math.min(Math.max(height, 320), 1600)}px`;
    const now = JSON.stringify([inputs, step]);
    if (now === taken) return;
    taken = now;
    model.set("inputs", inputs);
    model.set("value", value);
    model.set("gradient", gradient);
    model.set("step", step);
    model.save_changes();
  };
  const changed = () => {
    if (JSON.stringify([model.get("inputs"), model.get("step")]) !== taken) send();
  };
  addEventListener("message", heard);
  frame.addEventListener("load", send);
  for (const name of ["inputs", "step"]) model.on(`change:${name}`, changed);
  model.on("change:theme", send);
  model.on("change:page", () => (frame.srcdoc = model.get("page")));
  el.replaceChildren(frame);
  return () => removeEventListener("message", heard);
}

export default { render };
