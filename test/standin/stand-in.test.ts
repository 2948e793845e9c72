import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { resolve } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { Peer } from "../gateway/peer.js";
import { ask, eventually, freePorts, type Reply, Shell } from "./shell.js";

const main = resolve(import.meta.dirname, "../../dist/cli/main.js");

let shells: Shell[] = [];

function shell(environment?: Readonly<Record<string, string>>): Shell {
  const made = new Shell(environment);
  shells.push(made);
  return made;
}

afterEach(async () => {
  await Promise.all(shells.map((each) => each.close()));
  shells = [];
});

async function onePort(): Promise<number> {
  return (await freePorts(1))[0] as number;
}

/** The value of a field of INFO. */
async function info(port: number, field: string): Promise<string | undefined> {
  return new RegExp(`^${field}:(.*)\r$`, "m").exec(String(await ask(port, "INFO")))?.[1];
}

/** The value of a field in a reply of names and values. */
function field(reply: Reply, name: string): Reply | undefined {
  return Array.isArray(reply) ? reply[reply.indexOf(name) + 1] : undefined;
}

describe("a stand-in of redis-server", () => {
  // Redis 7.0.15: main(), serverLogRaw(), createPidFile(), finishShutdown().
  test("has the port, the pid, the log and the files of the process in whose place it is", async () => {
    const place = shell();
    const port = await onePort();
    const server = await place.server(port, "pidfile redis.pid");

    expect(await info(port, "process_id")).toBe(String(server.pid));
    expect(await info(port, "config_file")).toBe(place.path(`${port}/redis.conf`));
    expect(await info(port, "redis_version")).toBe("7.0.15");
    expect(place.read(`${port}/redis.pid`)).toBe(`${server.pid}\n`);
    const client = new Peer({ ip: "127.0.0.1", port }).ask("CLIENT", "LIST");
    const seen = await client.until(({ text }) => text.includes(" laddr="));
    expect(seen).toContain(` addr=127.0.0.1:${client.socket.localPort} laddr=127.0.0.1:${port} `);
    client.socket.destroy();
    expect(await ask(port, "SET", "a", "1")).toBe("OK");
    server.process.kill("SIGTERM");

    expect(await server.ended).toBe(0);
    expect(server.said).toEqual({ stdout: "", stderr: "" });
    expect(existsSync(place.path(`${port}/redis.pid`))).toBe(false);
    const log = place.read(`${port}/log.txt`);
    expect(log).toMatch(new RegExp(`^${server.pid}:C \\d\\d \\w{3} \\d{4} [\\d:.]{12} # oO0OoO0`));
    expect(log).toContain("# Received SIGTERM scheduling shutdown...\n");
    expect(log).toContain("* DB saved on disk\n");
    expect(await ask(port, "PING")).toBe("closed");
  });

  test("finds its data when it is started again, and not when its folder was made anew", async () => {
    const place = shell({ REDSIM_PATIENCE: "10" });
    const port = await onePort();
    const first = await place.server(port);
    await ask(port, "SET", "a", "1");
    first.process.kill("SIGINT");
    expect(await first.ended).toBe(0);

    const second = await place.server(port);
    expect(await ask(port, "GET", "a")).toBe("1");
    second.process.kill("SIGTERM");
    await second.ended;
    rmSync(place.path(`${port}`), { recursive: true });

    await place.server(port);
    expect(await ask(port, "GET", "a")).toBeNull();
  });

  test("takes its configuration from stdin and the command line, and logs to stdout", async () => {
    const place = shell();
    const port = await onePort();
    const server = place.start("redis-server", "-", "--maxmemory-policy", "allkeys-lru");
    server.process.stdin?.end(`port ${port}\nmaxmemory-policy noeviction\nappendonly no\n`);
    await place.answers(port);

    expect(await ask(port, "CONFIG", "GET", "maxmemory-policy")).toEqual([
      "maxmemory-policy",
      "allkeys-lru",
    ]);
    expect(await ask(port, "CONFIG", "REWRITE")).toBe(
      "-ERR The server is running without a config file",
    );
    // main(): only who is started without any argument is warned that there is no file.
    expect(server.said.stdout).toContain("# Configuration loaded\n");
    expect(server.said.stdout).toContain("* Ready to accept connections");
  });

  // rewriteConfigOverwriteFile()
  test("rewrites its own file, and says why where it cannot", async () => {
    const place = shell();
    const port = await onePort();
    await place.server(port, "# mine");
    const path = `${port}/redis.conf`;
    await ask(port, "CONFIG", "SET", "maxmemory", "100mb");

    expect(await ask(port, "CONFIG", "REWRITE")).toBe("OK");
    expect(place.read(path)).toContain("# mine\n");
    expect(place.read(path)).toContain("\nmaxmemory 100mb\n");
    rmSync(place.path(path));
    mkdirSync(place.path(path));

    expect(await ask(port, "CONFIG", "REWRITE")).toBe("-ERR Rewriting config file: Is a directory");
    expect(existsSync(place.path(`${path}.tmp`))).toBe(false);
  });

  // anetTcpServer(), listenToPort()
  test("ends with 1 where its port is taken, by a stand-in or by anybody else", async () => {
    const place = shell();
    const [own, foreign] = (await freePorts(2)) as [number, number];
    await place.server(own);
    await place.occupy(foreign);

    for (const port of [own, foreign]) {
      const second = place.start("redis-server", "--port", String(port));
      expect(await second.ended).toBe(1);
      expect(second.said.stdout).toContain(
        `# Warning: Could not create server TCP listening socket *:${port}: bind: Address already in use\n`,
      );
      expect(second.said.stdout).toContain(`# Failed listening on port ${port} (TCP), aborting.\n`);
      expect(second.said.stderr).toBe("");
    }
    expect(await ask(own, "PING")).toBe("PONG");
  });

  // loadServerConfigFromString()
  test("tells a mistake in its configuration as Redis does, and ends with 1", async () => {
    const place = shell();
    const path = place.write("wrong.conf", "port 7000", "maxmemory-polcy noeviction");
    const server = place.start("redis-server", path);

    expect(await server.ended).toBe(1);
    expect(server.said.stderr).toBe(
      "\n*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***\n" +
        "Reading the configuration file, at line 2\n" +
        ">>> 'maxmemory-polcy noeviction'\n" +
        "Bad directive or wrong number of arguments\n",
    );
    const log = place.start("redis-server", "--logfile", "/none/at/all");
    expect(await log.ended).toBe(1);
    expect(log.said.stderr).toBe(
      "\n*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***\n" +
        "Can't open the log file: No such file or directory\n",
    );
    const none = place.start("redis-server", "none.conf");
    expect(await none.ended).toBe(1);
    expect(none.said.stdout).toMatch(
      /^\d+:C .* # Fatal error, can't open config file '.*none\.conf': No such file or directory\n$/,
    );
  });

  test("says where no simulation can be begun", async () => {
    const port = await onePort();
    const place = shell({ REDSIM_SOCKET: "/none/at/all.sock" });
    const server = place.start("redis-server", "--port", `${port}`);

    expect(await server.ended).toBe(1);
    expect(server.said.stderr).toBe(
      "redsim: no simulation can be begun at /none/at/all.sock: No such file or directory " +
        "(REDSIM_SOCKET names another place)\n",
    );
  });

  test("refuses a version of Redis that is not modelled, with exit code 2", async () => {
    const server = shell({ REDSIM_REDIS_VERSION: "5.0" }).start("redis-server");

    expect(await server.ended).toBe(2);
    expect(server.said.stderr).toBe(
      "redsim: REDSIM_REDIS_VERSION: 5.0 is not modelled (there are 6.2, 7.0, 7.2)\n",
    );
  });

  // daemonize()
  test("goes on in the background where it is told to daemonize", async () => {
    const place = shell();
    const port = await onePort();
    const args = ["--port", `${port}`, "--daemonize", "yes", "--pidfile", "pid", "--dir", "."];
    const parent = place.start("redis-server", ...args);

    expect(await parent.ended).toBe(0);
    await place.answers(port);
    const pid = Number(place.read("pid"));
    expect(pid).not.toBe(parent.pid);
    expect(await info(port, "process_id")).toBe(`${pid}`);
    expect(await ask(port, "SHUTDOWN", "NOSAVE")).toBe("closed");
    await eventually(() => place.read("pid") === "");
    expect(parent.said).toEqual({ stdout: "", stderr: "" });
  });
});

describe("stand-ins that are started in one folder", () => {
  test("do not wait for one that broke off while it began their simulation", async () => {
    const place = shell();
    place.write("redsim.sock.lock", "4194305");
    place.write("redsim.sock", "");

    await place.server(await onePort());

    expect(place.read("redsim.sock.lock")).toBe("");
  });

  test("have nothing to do with somebody who talks nonsense to their simulation", async () => {
    const place = shell();
    const port = await onePort();
    await place.server(port);
    for (const bytes of ["PING\r\n", "\0\0\0\0\0", "\0\0\0\x02\x00{", "\0\0\0\x02\x01{"]) {
      const socket = connect(place.path("redsim.sock"));
      socket.on("error", () => undefined).write(bytes, "latin1");
      await new Promise((done) => socket.once("close", done));
    }

    expect(await ask(port, "PING")).toBe("PONG");
  });

  test("are in one simulation, even when they begin at the same time", async () => {
    const place = shell();
    const [master, replica] = (await freePorts(2)) as [number, number];
    await Promise.all([
      place.server(master, "repl-diskless-sync-delay 0"),
      place.server(replica, `replicaof 127.0.0.1 ${master}`),
    ]);
    await ask(master, "SET", "a", "1");

    await eventually(async () => (await ask(replica, "GET", "a")) === "1");
    // replconfCommand(): without a disk it is online with its first acknowledgement, after it has loaded.
    const online = new RegExp(`^ip=127\\.0\\.0\\.1,port=${replica},state=online`);
    await eventually(async () => online.test((await info(master, "slave0")) ?? ""));
  });

  // Redis 7.0.15: sentinelTimer(), sentinelFlushConfig(), sentinelRunPendingScripts().
  test("fail over when the master is killed; the Sentinel's file and script are real", async () => {
    const place = shell();
    const [master, replica, sentinel] = (await freePorts(3)) as [number, number, number];
    const killed = await place.server(master);
    await place.server(replica, `replicaof 127.0.0.1 ${master}`);
    const script = place.write("notify.sh", "#!/bin/sh", 'echo "$1 $2" >> said.txt');
    chmodSync(place.path(script), 0o755);
    const path = place.write(
      "s/sentinel.conf",
      `port ${sentinel}`,
      "dir ./s",
      "logfile log.txt",
      `sentinel monitor mymaster 127.0.0.1 ${master} 1`,
      "sentinel down-after-milliseconds mymaster 500",
      "sentinel notification-script mymaster ../notify.sh",
    );
    const watcher = place.start("redis-sentinel", path);
    await place.answers(sentinel);
    const masterNow = () => ask(sentinel, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", "mymaster");
    await eventually(async () => {
      const known = await ask(sentinel, "SENTINEL", "MASTER", "mymaster");
      return field(known, "num-slaves") === "1";
    });

    killed.process.kill("SIGKILL");
    expect(await killed.ended).toBe("SIGKILL");
    await eventually(async () => ((await masterNow()) as Reply[])[1] === String(replica));

    await eventually(async () => (await info(replica, "role")) === "master");
    expect(place.read(path)).toContain(`sentinel monitor mymaster 127.0.0.1 ${replica} 1\n`);
    expect(place.read(path)).toMatch(/\nsentinel myid [0-9a-f]{40}\n/);
    await eventually(() => place.read("s/said.txt").includes("+switch-master mymaster"));
    expect(place.read("s/log.txt")).toContain(` # +sdown master mymaster 127.0.0.1 ${master}\n`);
    expect(place.read(`${replica}/redis.conf`)).not.toContain("replicaof");
    expect(watcher.said).toEqual({ stdout: "", stderr: "" });
  });

  test.runIf(process.platform === "linux")(
    "stand still while they are stopped, and go on when they are let go on",
    async () => {
      const place = shell();
      const [master, sentinel] = (await freePorts(2)) as [number, number];
      const server = await place.server(master);
      const path = place.write(
        "sentinel.conf",
        `port ${sentinel}`,
        `sentinel monitor mymaster 127.0.0.1 ${master} 2`,
        "sentinel down-after-milliseconds mymaster 400",
      );
      place.start("redis-sentinel", path);
      await place.answers(sentinel);
      const flags = async () =>
        field(await ask(sentinel, "SENTINEL", "MASTER", "mymaster"), "flags");
      await eventually(async () => (await flags()) === "master");

      server.process.kill("SIGSTOP");
      await eventually(async () => (await flags()) === "s_down,master");
      server.process.kill("SIGCONT");

      await eventually(async () => (await flags()) === "master");
      expect(await ask(master, "PING")).toBe("PONG");
    },
  );

  test("leave a trace that replays to the same fingerprint", async () => {
    const place = shell({ REDSIM_TRACE: "trace.ndjson", REDSIM_SEED: "7" });
    const port = await onePort();
    const server = await place.server(port);
    await ask(port, "SET", "a", "1");
    await ask(port, "CONFIG", "REWRITE");
    server.process.kill("SIGTERM");
    await server.ended;

    await eventually(() => existsSync(place.path("trace.ndjson")));
    const replay = spawnSync(process.execPath, [main, "replay", place.path("trace.ndjson")], {
      encoding: "utf8",
    });
    expect(replay.stderr).toBe("");
    expect(replay.stdout).toMatch(/^\d+ records are the same again, fingerprint [0-9a-f]{16}\n$/);
    expect(existsSync(place.path("redsim.sock"))).toBe(false);
  });
});
