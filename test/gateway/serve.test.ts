import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { redsim } from "../cli/redsim.js";
import { Peer } from "./peer.js";
import { freePorts, Served } from "./served.js";

describe("redsim serve", () => {
  test("is broken over its control port, and replayed from its trace to the same fingerprint", async () => {
    await inFolderAsync(async (folder) => {
      const trace = join(folder, "served.ndjson");
      const served = await Served.start([
        ...["kill-master", "--bare", "--settle", "--held"],
        ...["--trace", trace],
      ]);
      expect(served.said).toContain("on loopback only");
      const control = new Peer(served.at("control"));
      const client = new Peer(served.at("r1")).ask("SET", "a", "1");
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
      expect(await served.stop()).toBe(0);
      control.socket.destroy();
      client.socket.destroy();

      const fingerprint = /fingerprint ([0-9a-f]{16})\n$/.exec(served.said)?.[1];
      const { code, out } = redsim(["replay", trace]);
      expect({ code, out }).toEqual({
        code: 0,
        out: expect.stringMatching(
          new RegExp(`^\\d+ records are the same again, fingerprint ${fingerprint}\n$`),
        ),
      });
    });
  });

  test("serves all nodes at one address if asked, elsewhere than on loopback if told, and replays it", async () => {
    await inFolderAsync(async (folder) => {
      const trace = join(folder, "served.ndjson");
      const base = await freePorts(6);
      const served = await Served.start([
        ...["kill-master", "--bare", "--settle", "--speed", "20", "--trace", trace],
        ...["--announce", "127.0.0.1", "--host", "0.0.0.0", "--port-base", String(base)],
      ]);
      expect(served.said).toContain("for everybody who can reach this machine\n");
      expect(served.at("r1")).toEqual({ ip: "127.0.0.1", port: base });
      expect(served.at("s3")).toEqual({ ip: "127.0.0.1", port: base + 5 });
      const sentinel = new Peer(served.at("s1"));
      sentinel.ask("SENTINEL", "get-master-addr-by-name", "mymaster");
      const text = `${base}`;
      expect(await sentinel.reply(`${text}\r\n`)).toBe(
        `*2\r\n$9\r\n127.0.0.1\r\n$${text.length}\r\n${text}\r\n`,
      );
      expect(await served.control("KILL", "any replica")).toMatch(/^\*1\r\n\$2\r\nr[23]\r\n$/);
      expect(await served.stop()).toBe(0);
      sentinel.socket.destroy();

      expect(redsim(["replay", trace])).toMatchObject({ code: 0, err: "" });
    });
  });

  test("says whose port is taken already, and what to do", async () => {
    const place = ["--announce", "--port-base", String(await freePorts(6))];
    const served = await Served.start(["kill-master", "--settle", "--held", ...place]);
    const { code, err } = redsim(["serve", "kill-master", "--held", ...place]);

    expect({ code, err }).toEqual({
      code: 2,
      err: expect.stringMatching(
        /^127\.0\.0\.1:\d+: somebody listens there already \(try other ports: --port-base 7000\)\n$/,
      ),
    });
    expect(await served.stop()).toBe(0);
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
    [["--outside", "far"], "--outside: far is no address of a machine (such as 10.0.0.5)\n"],
    [
      ["--announce", "10.0.0.5"],
      "--announce: nobody listens at 10.0.0.5, for ports are opened on loopback only (unless told otherwise: --host 0.0.0.0)\n",
    ],
    [["--announce", "here"], "--announce: here is no address of a machine (such as 127.0.0.1)\n"],
    [
      ["--host", "0.0.0.0"],
      "--host: nodes cannot tell clients that they are at 0.0.0.0 (say where those find this machine: --announce 192.168.1.5)\n",
    ],
    [["--port-base", "0"], "--port-base: 0 is no port (such as 7000)\n"],
    [
      ["--port-base", "65533"],
      "--port-base: the last of 6 nodes would have port 65538 (at most 65530)\n",
    ],
  ])("refuses %j with a word about it", (options, said) => {
    const { code, err } = redsim(["serve", "kill-master", ...options]);

    expect({ code, err }).toEqual({ code: 2, err: said });
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
