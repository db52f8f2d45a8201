// The live page: begins everything.
import { show } from "./board.js";
import { $ } from "./dom.js";
import { draw } from "./graph.js";
import { startSession } from "./session.js";
import { openTask, startTaskDialog } from "./task.js";

startTaskDialog();
$("graph-form").addEventListener("submit", (event) => {
  event.preventDefault();
  draw($("selection").value, openTask);
});
startSession(show);
