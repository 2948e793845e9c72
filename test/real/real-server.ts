/**
 * A real redis-server for the comparison: found on the PATH, started on a free port of the loopback
 * with a folder of its own, ended by its pid.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createConnection, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePorts } from "../../src/calibrate/real/processes.js";
import { encode } from "../../src/redis/wire/encode.js";
import { ReplyParser } from "../../src/redis/wire/parse-reply.js";
import { requestOf } from "../../src/redis/wire/value.js";
import { configuration } from "./peer.js";

export class RealServer {
  readonly #process: ChildProcess;
  readonly #port: number;
  readonly #folder: string;
  readonly #sessions: RealSession[] = [];

  private constructor(process: ChildProcess, port: number, folder: string) {
    this.#process = process;
    this.#port = port;
    this.#folder = folder;
  }

  /** `lines` of its file stand behind those about its place on this machine. */
  static async start(lines = configuration): Promise<RealServer> {
    const folder = mkdtempSync(join(tmpdir(), "redsim-real-"));
    const [port = 0] = await freePorts(1);
    const own = [`port ${port}`, "bind 127.0.0.1", `dir ${folder}`];
    const file = join(folder, "redis.conf");
    writeFileSync(file, `${[...own, ...lines].join("\n")}\n`);
    const process = spawn("redis-server", [file], { stdio: "ignore" });
    const server = new RealServer(process, port, folder);
    for (let i = 0; i < 200; i++) {
      if (process.exitCode !== null) break;
      try {
        await (await server.session()).ask("PING");
        return server;
      } catch {
        await sleep(25);
      }
    }
    await server.stop();
    throw new Error(`redis-server did not come up on port ${port}`);
  }

  /** Its configuration file, as it is now. */
  get file(): string {
    return readFileSync(join(this.#folder, "redis.conf"), "latin1");
  }

  async session(): Promise<RealSession> {
    const socket = createConnection({ host: "127.0.0.1", port: this.#port, noDelay: true });
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    const session = new RealSession(socket);
    this.#sessions.push(session);
    return session;
  }

  async stop(): Promise<void> {
    for (const session of this.#sessions) session.close();
    if (this.#process.exitCode === null) {
      const ended = new Promise((resolve) => this.#process.once("exit", resolve));
      this.#process.kill("SIGKILL");
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** One connection: the bytes that came, as a binary string. */
export class RealSession {
  received = "";
  closed = false;
  readonly #socket: Socket;
  #wake: () => void = () => undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding("latin1");
    socket.on("data", (bytes) => {
      this.received += String(bytes);
      this.#wake();
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.closed = true;
      this.#wake();
    });
  }

  /** The bytes of the one reply. */
  async ask(...args: string[]): Promise<string> {
    const from = this.received.length;
    const parser = new ReplyParser();
    let fed = from;
    this.send(encode(requestOf(args)));
    await this.until(() => {
      const fresh = this.received.slice(fed);
      fed = this.received.length;
      return parser.feed(fresh).length > 0;
    });
    return this.received.slice(from);
  }

  send(bytes: string): void {
    this.#socket.write(bytes, "latin1");
  }

  async until(holds: () => boolean): Promise<void> {
    const deadline = performance.now() + 5_000;
    while (!holds()) {
      if (this.closed) throw new Error("redis-server closed the connection");
      const left = deadline - performance.now();
      if (left <= 0) throw new Error("redis-server did not answer within 5 s");
      await this.#changed(left);
    }
  }

  /** Until nothing came for so many milliseconds, or the other side closed. */
  async quiet(time: number): Promise<void> {
    for (;;) {
      const before = this.received.length;
      if (this.closed) return;
      await this.#changed(time);
      if (this.received.length === before) return;
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  async #changed(time: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, time);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
