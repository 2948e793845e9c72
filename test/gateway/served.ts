/** `redsim serve` as a user starts it: a process of its own, and what it says of where its nodes are. */
import { type ChildProcess, spawn } from "node:child_process";
import { createServer, type Server } from "node:net";
import { resolve } from "node:path";
import { Peer } from "./peer.js";

const main = resolve(import.meta.dirname, "../../dist/cli/main.js");

interface At {
  readonly ip: string;
  readonly port: number;
}

export class Served {
  /** With what it ended. */
  readonly ended: Promise<number | null>;
  readonly #process: ChildProcess;
  #said = "";

  private constructor(args: readonly string[]) {
    this.#process = spawn(process.execPath, [main, "serve", ...args, "--control", "0"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#process.stdout?.on("data", (chunk: Buffer) => {
      this.#said += chunk.toString();
    });
    this.ended = new Promise((done) => this.#process.on("close", done));
  }

  /** Resolves once its ports are open. */
  static async start(args: readonly string[]): Promise<Served> {
    const served = new Served(args);
    await Promise.race([
      served.ended,
      new Promise<void>((done) =>
        served.#process.stdout?.on("data", () => {
          if (served.#said.includes("  control ")) done();
        }),
      ),
    ]);
    return served;
  }

  /** What it has printed so far. */
  get said(): string {
    return this.#said;
  }

  /** Where the node listens, as it is announced; `control` is the control port. */
  at(name: string): At {
    const found = new RegExp(`^ {2}${name} +([\\d.]+):(\\d+)`, "m").exec(this.#said);
    if (found === null) throw new Error(`${name} is not announced: ${this.#said}`);
    return { ip: found[1] ?? "", port: Number(found[2]) };
  }

  /** A command of the control port, and its reply. */
  async control(...args: readonly string[]): Promise<string> {
    const peer = new Peer(this.at("control"));
    const reply = await peer.ask("REDSIM", ...args).reply("\r\n");
    peer.socket.destroy();
    return reply;
  }

  /** As a user ends it; its exit code. */
  stop(): Promise<number | null> {
    this.#process.kill("SIGTERM");
    return this.ended;
  }
}

/** The first of so many ports in a row that are free on loopback. */
export async function freePorts(count: number): Promise<number> {
  for (let base = 17_000 + (process.pid % 400) * 100; base < 65_000; base += count) {
    const opened = await Promise.allSettled(
      Array.from({ length: count }, (_, i) => listening(base + i)),
    );
    const servers = opened.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
    if (servers.length === count) return base;
  }
  throw new Error(`no ${count} ports in a row are free`);
}

function listening(port: number): Promise<Server> {
  const server = createServer();
  return new Promise((done, failed) => {
    server.once("error", failed);
    server.listen({ host: "127.0.0.1", port }, () => done(server));
  });
}
