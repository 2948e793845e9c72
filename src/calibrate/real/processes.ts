/**
 * The processes of one real cluster on this machine: a folder of their own, ports of their own on
 * loopback, and an end for each, by its process id, whatever happens.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The release of the redis-server on the PATH, such as 7.0.15; undefined: there is none. */
export function installedRelease(): string | undefined {
  const { stdout, error } = spawnSync("redis-server", ["--version"], { encoding: "utf8" });
  if (error !== undefined) return undefined;
  return /\bv=(\d+\.\d+\.\d+)/.exec(stdout)?.[1];
}

/** Ports that nobody listens on now. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((done, fail) => {
          server.once("error", fail);
          server.listen(0, "127.0.0.1", () => {
            const address = server.address();
            done(typeof address === "object" && address !== null ? address.port : 0);
          });
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}

export class Processes {
  readonly #folder = mkdtempSync(join(tmpdir(), "redsim-real-"));
  readonly #children = new Map<string, ChildProcess>();
  readonly #atExit = () => {
    this.#kill();
    this.#clean();
  };

  constructor() {
    process.once("exit", this.#atExit);
  }

  /** Writes the configuration and starts the process. */
  start(name: string, program: "redis-server" | "redis-sentinel", config: string): void {
    const path = join(this.#folder, `${name}.conf`);
    writeFileSync(path, `${config}dir ${this.#folder}\nlogfile ${name}.log\n`);
    const child = spawn(program, [path], { cwd: this.#folder, stdio: "ignore" });
    child.on("error", () => undefined);
    this.#children.set(name, child);
  }

  signal(name: string, signal: "SIGKILL" | "SIGSTOP" | "SIGCONT"): void {
    this.#children.get(name)?.kill(signal);
  }

  /** Ends every process and removes the folder. */
  async end(): Promise<void> {
    const gone = [...this.#children.values()].map((child) => {
      if (child.exitCode !== null || child.signalCode !== null) return undefined;
      return new Promise((done) => child.once("exit", done));
    });
    this.#kill();
    await Promise.all(gone);
    process.off("exit", this.#atExit);
    this.#clean();
  }

  #clean(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #kill(): void {
    for (const child of this.#children.values()) child.kill("SIGKILL");
  }
}
