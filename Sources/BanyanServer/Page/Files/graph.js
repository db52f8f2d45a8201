// Tasks and their continuations as a picture.
import { $ } from "./dom.js";
import { json } from "./session.js";

const mostNodes = 200;
const fields = "projection=" + encodeURIComponent('{"name":1,"state":1,"cause":1,"continuations":1}');
const where = (filter) => `tasks?max_results=${mostNodes}&${fields}&where=${encodeURIComponent(JSON.stringify(filter))}`;

async function select(text) {
  if (text.startsWith("{")) return (await json(where(JSON.parse(text))))._items;
  const filter = /^[0-9a-f]{24}$/i.test(text) ? { _id: text } : { name: text };
  const found = new Map();
  let level = (await json(where(filter)))._items;
  while (level.length && found.size < mostNodes) {
    for (const task of level) found.set(task._id, task);
    const next = [...new Set(level.flatMap((task) => task.continuations))].filter((id) => !found.has(id));
    if (!next.length) break;
    level = (await json(where({ _id: { $in: next.slice(0, 100) } })))._items;
  }
  return [...found.values()].slice(0, mostNodes);
}

/** Draws what an identifier, a name or a filter selects; a press on a task calls `open` with its identifier. */
export async function draw(text, open) {
  $("graph-note").textContent = "...";
  $("graph").replaceChildren();
  try {
    const tasks = await select(text.trim());
    $("graph-note").textContent = tasks.length
      ? `${tasks.length} tasks${tasks.length >= mostNodes ? " (the first ones)" : ""}` : "no such task";
    if (tasks.length) $("graph").append(picture(tasks, open));
  } catch (error) { $("graph-note").textContent = error.message; }
}

// Layers from left to right: each task stands behind all that it waits for.
function picture(tasks, open) {
  const known = new Map(tasks.map((task) => [task._id, task]));
  const parents = new Map(tasks.map((task) => [task._id, 0]));
  for (const task of tasks) for (const id of task.continuations) if (known.has(id)) parents.set(id, parents.get(id) + 1);
  const layer = new Map();
  const ready = tasks.filter((task) => !parents.get(task._id)).map((task) => task._id);
  for (const id of ready) layer.set(id, 0);
  while (ready.length) {
    const id = ready.shift();
    for (const child of known.get(id).continuations) {
      if (!known.has(child)) continue;
      layer.set(child, Math.max(layer.get(child) || 0, layer.get(id) + 1));
      parents.set(child, parents.get(child) - 1);
      if (!parents.get(child)) ready.push(child);
    }
  }
  const rows = [];
  const place = new Map();
  for (const task of tasks) {
    const x = layer.get(task._id) || 0;
    rows[x] = (rows[x] || 0) + 1;
    place.set(task._id, { x: x * 190 + 5, y: (rows[x] - 1) * 44 + 5 });
  }
  const make = (name, given) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(given)) made.setAttribute(key, value);
    return made;
  };
  const drawing = make("svg", {
    width: rows.length * 190, height: Math.max(...rows.filter(Boolean)) * 44 + 10, role: "group",
    "aria-label": "Graph of tasks"
  });
  for (const task of tasks) for (const child of task.continuations) {
    const from = place.get(task._id), to = place.get(child);
    if (to) drawing.append(make("path", { d: `M${from.x + 150} ${from.y + 15} C${from.x + 170} ${from.y + 15} ${to.x - 20} ${to.y + 15} ${to.x} ${to.y + 15}` }));
  }
  for (const task of tasks) {
    const at = place.get(task._id);
    const label = task.name || task._id.slice(-8);
    const kind = task.cause && task.state === "terminated" ? "failed" : task.state;
    const node = make("g", { class: kind, tabindex: 0, role: "button", "aria-label": `${label}, ${kind}` });
    const title = make("title", {});
    title.textContent = `${label}: ${kind}${task.cause ? `, ${task.cause}` : ""}`;
    const words = make("text", { x: at.x + 8, y: at.y + 19 });
    words.textContent = label.length > 21 ? `${label.slice(0, 20)}…` : label;
    node.append(title, make("rect", { x: at.x, y: at.y, width: 150, height: 30, rx: 6 }), words);
    node.addEventListener("click", () => open(task._id));
    node.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); open(task._id); }
    });
    drawing.append(node);
  }
  return drawing;
}
