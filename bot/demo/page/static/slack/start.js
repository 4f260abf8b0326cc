// The page of a workspace alone, for whatever app is in it.

import { Frame, offline } from "./frame.js";
import { Pane } from "./pane.js";
import { ask, Gone } from "./server.js";

try {
  const { panes } = await ask("/api/panes");
  new Frame(panes.map((told) => new Pane(told))).start();
} catch (error) {
  if (!(error instanceof Gone)) throw error;
  offline(error.message);
}
