// One task: its fields, its attempts, the tails of its logs.
import { $, element } from "./dom.js";
import { draw } from "./graph.js";
import { ask, json } from "./session.js";
import { count } from "./text.js";

let shown = null;

/** Opens the dialog of a task. */
export async function openTask(id) {
  shown = id;
  $("task-log").hidden = true;
  $("task-fields").replaceChildren();
  $("task-title").textContent = id;
  if (!$("task").open) $("task").showModal();
  try {
    const [task, history] = await Promise.all([
      json(`tasks/${encodeURIComponent(id)}`),
      json(`tasks/${encodeURIComponent(id)}/history?max_results=20&sort=-_created`)]);
    if (shown !== id) return;
    $("task-title").textContent = task.name || id;
    const rows = Object.entries(task).filter(([key]) => key !== "continuations")
      .map(([key, value]) => [key, typeof value === "object" ? JSON.stringify(value) : value]);
    rows.push(["continuations", count(task.continuations.length)]);
    for (const attempt of history._items) {
      rows.push([`attempt ${attempt.claim_number}`, attempt.exit_status || "runs"]);
    }
    $("task-fields").replaceChildren(...rows.flatMap(([key, value]) => [element("dt", key), element("dd", value)]));
  } catch (error) {
    $("task-fields").replaceChildren(element("dt", "error"), element("dd", error.message, "bad"));
  }
}

async function tail(name) {
  const box = $("task-log");
  box.hidden = false;
  box.textContent = "...";
  try {
    const answer = await ask(`tasks/${encodeURIComponent(shown)}/log?stream=${name}&offset=-65536`);
    const text = await answer.text();
    box.textContent = answer.ok ? (text || "(nothing was written)") : JSON.parse(text)._error.message;
  } catch (error) { box.textContent = error.message; }
  box.scrollTop = box.scrollHeight;
  box.focus();
}

/** Makes the dialog's buttons work. */
export function startTaskDialog() {
  $("task-close").addEventListener("click", () => $("task").close());
  $("task-stdout").addEventListener("click", () => tail("stdout"));
  $("task-stderr").addEventListener("click", () => tail("stderr"));
  $("task-graph").addEventListener("click", () => {
    $("task").close();
    $("selection").value = shown;
    draw(shown, openTask);
    $("graph-title").scrollIntoView();
  });
}
