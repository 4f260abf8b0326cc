// Asks the server, and hears from it. Both go on by themselves when it comes back.

export class Gone extends Error {}

async function answered(request) {
  let response;
  try {
    response = await request;
  } catch {
    throw new Gone("The demo does not answer.");
  }
  if (response.status === 403) throw new Gone("This page is locked. Open the address in the terminal again.");
  return response;
}

export async function ask(path, query = {}) {
  const response = await answered(fetch(`${path}?${new URLSearchParams(query)}`, { cache: "no-store" }));
  return response.ok ? response.json() : null;
}

export async function send(path, body) {
  const response = await answered(
    fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }),
  );
  try {
    return await response.json();
  } catch {
    return { refused: "The demo could not do this." };
  }
}

const SILENT_FOR_MS = 25000;

// Calls hear(event) for each event, and line(up) when the line comes and goes.
export class Line {
  constructor(hear, line) {
    this.hear = hear;
    this.line = line;
    this.run = null;
    this.connect();
    setInterval(() => this.check(), 5000);
  }

  connect() {
    this.lastHeard = Date.now();
    this.source?.close();
    this.source = new EventSource("/live");
    this.source.addEventListener("message", (event) => this.heard(JSON.parse(event.data)));
    this.source.addEventListener("error", () => {
      this.line(false);
      if (this.source.readyState === EventSource.CLOSED) setTimeout(() => this.connect(), 1500);
    });
  }

  check() {
    if (Date.now() - this.lastHeard > SILENT_FOR_MS) this.connect();
  }

  heard(event) {
    this.lastHeard = Date.now();
    if (event.kind === "beat") return;
    if (event.kind === "hello") {
      // After a new start every id is another one: begin anew.
      if (this.run !== null && this.run !== event.run) {
        this.source.close();
        location.reload();
        return;
      }
      this.run = event.run;
      this.line(true);
    }
    this.hear(event);
  }
}

// Runs work at most once at a time; asked again meanwhile, it runs once more afterwards.
export function coalesced(work) {
  let running = false;
  let again = false;
  return async function run() {
    if (running) {
      again = true;
      return;
    }
    running = true;
    try {
      do {
        again = false;
        await work();
      } while (again);
    } catch (error) {
      if (!(error instanceof Gone)) throw error;
    } finally {
      running = false;
    }
  };
}
