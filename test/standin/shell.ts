/** Stand-ins as somebody starts them who has Redis's names for them on the PATH, in a folder of their own. */
import { type ChildProcess, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ReplyParser } from "../../src/redis/wire/parse-reply.js";
import type { Value } from "../../src/redis/wire/value.js";
import { Peer } from "../gateway/peer.js";

const program = resolve(import.meta.dirname, "../../dist/standin/main.js");

export interface Started {
  readonly process: ChildProcess;
  readonly pid: number;
  readonly said: { stdout: string; stderr: string };
  /** Its exit code, or the signal that it died of. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

/** What a client makes of a reply: an error as a text that begins with a minus. */
export type Reply = string | number | null | Reply[];

export class Shell {
  readonly folder: string;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #started: Started[] = [];
  readonly #listening: Server[] = [];

  constructor(environment: Readonly<Record<string, string>> = {}) {
    this.folder = mkdtempSync(join(tmpdir(), "redsim-standin-"));
    this.#environment = { REDSIM_REDIS_VERSION: "7.0", REDSIM_PATIENCE: "0.5", ...environment };
    mkdirSync(join(this.folder, "bin"));
    for (const name of ["redis-server", "redis-sentinel"])
      symlinkSync(program, this.path("bin", name));
  }

  path(...parts: readonly string[]): string {
    return join(this.folder, ...parts);
  }

  write(path: string, ...lines: readonly string[]): string {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), `${lines.join("\n")}\n`);
    return path;
  }

  read(path: string): string {
    return existsSync(this.path(path)) ? readFileSync(this.path(path), "utf8") : "";
  }

  start(name: "redis-server" | "redis-sentinel", ...args: readonly string[]): Started {
    const child = spawn(process.execPath, [this.path("bin", name), ...args], {
      cwd: this.folder,
      env: { ...process.env, ...this.#environment },
      stdio: ["pipe", "pipe", "pipe"],
    });
    const said = { stdout: "", stderr: "" };
    child.stdout.on("data", (chunk: Buffer) => {
      said.stdout += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      said.stderr += chunk.toString();
    });
    const ended = new Promise<number | NodeJS.Signals | null>((done) =>
      child.on("close", (code, signal) => done(signal ?? code)),
    );
    const started = { process: child, pid: child.pid ?? 0, said, ended };
    this.#started.push(started);
    return started;
  }

  /** A server with a folder and a file of its own, once it answers. */
  async server(port: number, ...lines: readonly string[]): Promise<Started> {
    const path = this.write(
      `${port}/redis.conf`,
      `port ${port}`,
      `dir ./${port}`,
      "logfile log.txt",
      ...lines,
    );
    const started = this.start("redis-server", path);
    const endedEarly = started.ended.then((code) => {
      throw new Error(
        `it ended with ${code}: ${started.said.stderr}${this.read(`${port}/log.txt`)}`,
      );
    });
    await Promise.race([this.answers(port), endedEarly]);
    endedEarly.catch(() => undefined);
    return started;
  }

  async answers(port: number): Promise<void> {
    await eventually(async () => (await ask(port, "PING")) === "PONG");
  }

  /** Somebody who is no stand-in listens there. */
  occupy(port: number): Promise<void> {
    const server = createServer();
    this.#listening.push(server);
    return new Promise((done) => server.listen(port, "127.0.0.1", done));
  }

  async close(): Promise<void> {
    for (const { process: each } of this.#started) {
      each.kill("SIGCONT");
      each.kill("SIGKILL");
    }
    await Promise.all(this.#started.map(({ ended }) => ended));
    for (const server of this.#listening) server.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Below the ports that the system gives to whoever connects, and others than other test files look at first. */
let nextPort = 20_100 + (process.pid % 110) * 100;

/** Ports on which nobody listens. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  for (; ports.length < count; nextPort++) if (await isFree(nextPort)) ports.push(nextPort);
  return ports;
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((done) => {
    server.once("error", () => done(false));
    server.listen(port, "127.0.0.1", () => server.close(() => done(true)));
  });
}

/** One request on a connection of its own; `closed` where it is refused or reset. */
export async function ask(port: number, ...args: readonly string[]): Promise<Reply> {
  const peer = new Peer({ ip: "127.0.0.1", port });
  const parser = new ReplyParser();
  try {
    peer.ask(...args);
    for (;;) {
      await peer.until(({ text, isClosed }) => text !== "" || isClosed);
      const [value] = parser.feed(peer.text);
      peer.text = "";
      if (value !== undefined) return plain(value);
      if (peer.isClosed) return "closed";
    }
  } finally {
    peer.socket.destroy();
  }
}

function plain(value: Value): Reply {
  switch (value.kind) {
    case "status":
    case "bulk":
      return value.text;
    case "error":
      return `-${value.text}`;
    case "integer":
      return value.value;
    case "array":
    case "map":
    case "set":
    case "push":
      return value.items.map(plain);
    default:
      return null;
  }
}

/** Waits until it holds; the test's own timeout is the only limit. */
export async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(20);
}
