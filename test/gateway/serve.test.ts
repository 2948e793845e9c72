import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { redsim } from "../cli/redsim.js";
import { Peer } from "./peer.js";

const main = resolve(import.meta.dirname, "../../dist/cli/main.js");
const hasCli = spawnSync("redis-cli", ["--version"]).status === 0;

interface Served {
  readonly process: ChildProcess;
  readonly said: () => string;
  /** Addresses by the name that is announced with them. */
  readonly addresses: ReadonlyMap<string, { readonly ip: string; readonly port: number }>;
  readonly ended: Promise<number | null>;
}

async function serve(args: readonly string[]): Promise<Served> {
  const child = spawn(process.execPath, [main, "serve", ...args, "--control", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  const ended = new Promise<number | null>((done) => child.on("close", done));
  const announced = new Promise<void>((done) => {
    child.stdout.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes("  control ")) done();
    });
  });
  await Promise.race([ended, announced]);
  expect(said).toContain("on loopback only");
  const lines = [...said.matchAll(/^ {2}(\S+) +([\d.]+):(\d+)/gm)];
  const addresses = new Map(
    lines.map(([, name = "", ip = "", port]) => [name, { ip, port: Number(port) }]),
  );
  return { process: child, said: () => said, addresses, ended };
}

function at(served: Served, name: string) {
  const address = served.addresses.get(name);
  if (address === undefined) throw new Error(`${name} is not announced: ${served.said()}`);
  return address;
}

describe("redsim serve", () => {
  test("is broken over its control port, and replayed from its trace to the same fingerprint", async () => {
    await inFolderAsync(async (folder) => {
      const trace = join(folder, "served.ndjson");
      const served = await serve(["kill-master", "--bare", "--settle", "--held", "--trace", trace]);
      const control = new Peer(at(served, "control"));
      const client = new Peer(at(served, "r1")).ask("SET", "a", "1");
      const ask = async (...args: string[]) => control.ask("REDSIM", ...args).reply("\r\n");

      expect(await ask("ADVANCE", "1s")).toBe("+OK\r\n");
      expect(await client.reply("\r\n")).toBe("+OK\r\n");
      expect(await ask("KILL", "master")).toBe("*1\r\n$2\r\nr1\r\n");
      expect(await ask("KILL", "r9")).toBe(
        "-ERR no node is called r9, there are r1, r2, r3, s1, s2 and s3\r\n",
      );
      expect(await ask("ADVANCE", "soon")).toBe(
        "-ERR soon is not a duration, such as 500ms or 30s\r\n",
      );
      expect(await ask("NONSENSE")).toBe(
        "-ERR unknown subcommand 'NONSENSE'. Try REDSIM HELP.\r\n",
      );
      expect(await ask("CUT", "s1")).toBe(
        "-ERR wrong number of arguments for 'redsim|cut' command\r\n",
      );
      expect(await ask("ISOLATE", "s3")).toBe("*1\r\n$2\r\ns3\r\n");
      expect(await ask("ADVANCE", "60s")).toBe("+OK\r\n");
      expect(await ask("HEAL")).toBe("+OK\r\n");
      expect(await ask("RESTART")).toBe("*1\r\n$2\r\nr1\r\n");
      expect(await ask("ADVANCE", "20s")).toBe("+OK\r\n");
      control.ask("REDSIM", "STATUS").ask("PING");
      const status = await control.reply("+PONG\r\n");
      expect(status).toMatch(/r1:ip=[\d.]+,port=6379,state=up,role=replica/);
      expect(status).toContain("settled:1");
      served.process.kill("SIGTERM");
      expect(await served.ended).toBe(0);
      control.socket.destroy();
      client.socket.destroy();

      const fingerprint = /fingerprint ([0-9a-f]{16})\n$/.exec(served.said())?.[1];
      const { code, out } = redsim(["replay", trace]);
      expect({ code, out }).toEqual({
        code: 0,
        out: expect.stringMatching(
          new RegExp(`^\\d+ records are the same again, fingerprint ${fingerprint}\n$`),
        ),
      });
    });
  });

  test("ends by itself where it was told to", () => {
    const options = ["--speed", "1000", "--for", "5s"];
    const { code, out } = redsim(["serve", "kill-master", ...options]);

    expect(code).toBe(0);
    expect(out).toMatch(/\n5\.000 s of virtual time, fingerprint [0-9a-f]{16}\n$/);
  });

  test.each([
    [["--speed", "fast"], "--speed: fast is not a speed (such as 1, 20 or 0.5)\n"],
    [["--network", "300"], "--network: 300 is no network (a number from 1 to 254)\n"],
    [["--for", "5"], "--for: 5 is not a duration (such as 500ms, 30s or 2m)\n"],
  ])("refuses %j with a word about it", (options, said) => {
    const { code, err } = redsim(["serve", "kill-master", ...options]);

    expect({ code, err }).toEqual({ code: 2, err: said });
  });

  test.runIf(hasCli)("is a Redis to redis-cli", async () => {
    const served = await serve(["kill-master", "--bare", "--settle", "--speed", "20"]);
    const cli = (name: string, ...args: string[]) =>
      new Promise<string>((done) => {
        const { ip, port } = at(served, name);
        const child = spawn("redis-cli", ["-h", ip, "-p", String(port), ...args]);
        let printed = "";
        child.stdout.on("data", (chunk: Buffer) => {
          printed += chunk.toString();
        });
        child.on("close", () => done(printed));
      });

    expect(await cli("r1", "SET", "hello", "world")).toBe("OK\n");
    expect(await cli("r1", "GET", "hello")).toBe("world\n");
    expect(await cli("r2", "SET", "hello", "spring")).toBe(
      "READONLY You can't write against a read only replica.\n\n",
    );
    const { ip } = at(served, "r1");
    expect(await cli("s1", "SENTINEL", "get-master-addr-by-name", "mymaster")).toBe(
      `${ip}\n6379\n`,
    );
    expect(await cli("control", "REDSIM", "KILL", "any", "replica")).toMatch(/^r[23]\n$/);
    served.process.kill("SIGTERM");
    expect(await served.ended).toBe(0);
  });
});

async function inFolderAsync(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "redsim-"));
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
