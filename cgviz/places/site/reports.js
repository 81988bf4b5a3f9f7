// The reports below the picture, in tabs; what is saved from them.

const tabs = [...document.querySelectorAll("[role=tab]")];
let tab = "table";
let reporting = 0;
const sendReport = channel((response, request, error) => {
  const want = request.want[0];
  if (want !== tab) return;
  const answer = response?.answers[want];
  const trouble = error?.message ?? response?.error?.text ?? answer?.error?.text;
  const place = byId("other-report");
  if (trouble) return place.replaceChildren(make("p", { class: "notice" }, trouble));
  if (want === "code") {
    place.replaceChildren(make("pre", {}, answer.text));
    byId("lang").replaceChildren(...answer.languages.map((name) => make("option", { value: name }, name)));
    byId("lang").value = answer.lang;
  } else place.innerHTML = answer.text;
});

function openTab(name) {
  tab = name;
  for (const button of tabs) {
    const isChosen = button.dataset.tab === name;
    button.setAttribute("aria-selected", isChosen);
    button.tabIndex = isChosen ? 0 : -1;
  }
  byId("report").setAttribute("aria-labelledby", `tab-${name}`);
  byId("table-report").hidden = name !== "table";
  byId("other-report").hidden = name === "table";
  byId("lang-choice").hidden = name !== "code";
  byId("save-report").hidden = name === "table";
  byId("other-report").replaceChildren(name === "table" ? "" : "…");
  report(0);
}

for (const button of tabs) button.addEventListener("click", () => openTab(button.dataset.tab));
document.querySelector("[role=tablist]").addEventListener("keydown", (event) => {
  const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!way || !event.target.matches("[role=tab]")) return;
  const next = tabs[(tabs.indexOf(event.target) + way + tabs.length) % tabs.length];
  next.focus();
  openTab(next.dataset.tab);
  event.stopPropagation();
});
byId("lang").addEventListener("change", () => report(0));

// Asks for the report of the open tab, when nothing has changed for a while.
function report(delay = 500) {
  clearTimeout(reporting);
  if (tab === "table") return;
  reporting = setTimeout(() => sendReport({ ...requestNow(), want: [tab], options: { ...optionsNow(), ...reportOptions() } }), delay);
}

function reportOptions() {
  const node = state.chosen === null ? "" : idOf(state.chosen);
  return { lang: byId("lang").value || "python", ...(tab === "explain" ? { node } : {}) };
}
let explained = null;
views.push(() => {
  if (tab !== "explain" || explained === state.chosen) return;
  explained = state.chosen;
  report(200);
});

// Saving: what a report is in a file

const ENDINGS = { python: ".py", numpy: ".py", torch: ".py", jax: ".py", c: ".c", javascript: ".js", julia: ".jl", rust: ".rs" };
byId("save-report").addEventListener("click", () => {
  if (tab === "code") return save(ENDINGS[byId("lang").value] ?? ".txt", "text/plain", byId("other-report").textContent);
  saveAs(tab, "markdown", ".md");
});
byId("save-latex").addEventListener("click", () => saveAs("derive", "latex", ".tex"));
byId("save-program").addEventListener("click", async () => {
  const response = await ask({ ...requestNow(), want: ["program"], options: optionsNow() });
  if (response.ok) save(".cg", "text/plain", response.answers.program.text);
});

async function saveAs(want, format, ending) {
  const response = await ask({ ...requestNow(), want: [want], options: { ...optionsNow(), ...reportOptions(), format } });
  const answer = response.answers[want];
  if (answer?.error && format === "markdown") return saveAs(want, "text", ".txt");
  if (answer?.text) save(ending, "text/plain", answer.text);
}
