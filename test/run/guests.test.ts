import { describe, expect, test } from "vitest";
import type { ChildId } from "../../src/kernel/actor.js";
import { namesIn } from "../../src/kernel/disk.js";
import type { Launch } from "../../src/kernel/outside.js";
import type { FoundFile, RealMachine } from "../../src/kernel/real-machine.js";
import type { RunRecord } from "../../src/kernel/record.js";
import { microseconds, milliseconds, seconds } from "../../src/kernel/time.js";
import type { RedisNote } from "../../src/redis/note.js";
import { encode } from "../../src/redis/wire/encode.js";
import { request } from "../../src/redis/wire/value.js";
import { RememberedMachine } from "../../src/run/remembered-machine.js";
import { Run } from "../../src/run.js";
import { loneHostName, loneHostScenario } from "../../src/scenario/lone-host.js";

/** A machine whose files are on paper. */
class PaperMachine implements RealMachine {
  readonly files = new Map<string, string>();
  readonly programs = new Set<string>();
  readonly directories = new Set<string>();
  readonly started: { readonly node: string; readonly child: ChildId; readonly line: string }[] =
    [];
  readonly signals: number[] = [];

  find(path: string): FoundFile | undefined {
    const inside = `${path.replace(/\/$/, "")}/`;
    const names = namesIn(inside, this.files.keys());
    if (this.directories.has(path) || names.length > 0) return { kind: "directory", names };
    const text = this.files.get(path);
    return text === undefined ? undefined : { kind: "text", text };
  }

  canExecute(path: string): boolean {
    return this.programs.has(path);
  }

  write(path: string, text: string): string | undefined {
    if (this.directories.has(path)) return "Is a directory";
    this.files.set(path, text);
    return undefined;
  }

  rename(from: string, to: string): string | undefined {
    if (this.directories.has(to)) return "Is a directory";
    this.files.set(to, this.files.get(from) ?? "");
    this.files.delete(from);
    return undefined;
  }

  remove(path: string): void {
    this.files.delete(path);
  }

  execute(node: string, child: ChildId, args: readonly string[]): void {
    this.started.push({ node, child, line: args.join(" ") });
  }

  signal(_node: string, _child: ChildId, signal: number): void {
    this.signals.push(signal);
  }
}

const host = { ips: ["127.0.0.1"], names: [{ name: "localhost", ip: "127.0.0.1" }], offset: 0 };

/** A run of stand-ins, and what somebody at this machine does and sees. */
class Place {
  readonly machine = new PaperMachine();
  readonly records: RunRecord[] = [];
  readonly run: Run;
  #connections = 0;

  constructor() {
    this.run = new Run({
      scenario: loneHostScenario(host),
      seed: "guests",
      outside: loneHostName,
      real: this.machine,
      observers: [{ level: "notes", record: (record) => this.records.push(record) }],
    });
  }

  start(
    program: "redis-server" | "redis-sentinel",
    port: number,
    more: Partial<Launch> = {},
  ): string {
    const node = `${program}:${port}`;
    const launch: Launch = {
      program,
      version: "7.0",
      executable: `/usr/bin/${program}`,
      directory: "/home/me",
      config: "/home/me/my.conf",
      options: `port ${port}`,
      pid: port,
      port,
      isPortTaken: false,
      ...more,
    };
    this.run.take({ does: "start", node, host: loneHostName, launch });
    this.run.advance(milliseconds(10));
    return node;
  }

  /** The bytes of the reply. */
  ask(node: string, ...args: readonly string[]): string {
    const connection = ++this.#connections;
    this.run.take({ does: "connect", connection, node });
    this.run.take({ does: "send", connection, bytes: encode(request(...args)) });
    let said = "";
    for (let waited = 0; waited < 100 && said === ""; waited++) {
      this.run.advance(milliseconds(10));
      for (const output of this.run.fetch())
        if (output.connection === connection)
          said += output.says === "data" ? output.bytes : `(${output.says})`;
    }
    this.run.take({ does: "abort", connection });
    return said;
  }

  logOf(node: string): string[] {
    return this.records.flatMap((record) => {
      if (record.kind !== "note" || record.node !== node) return [];
      const note = record.note as unknown as RedisNote;
      return note.kind === "log" ? [note.text] : [];
    });
  }
}

describe("a node that is started while the run is under way", () => {
  test("answers at its port, as the process that was started", () => {
    const place = new Place();
    place.machine.files.set("/home/me/my.conf", "maxclients 77\n");
    const node = place.start("redis-server", 7000);

    expect(place.ask(node, "PING")).toBe("+PONG\r\n");
    expect(place.ask(node, "CONFIG", "GET", "maxclients")).toContain("77");
    const info = place.ask(node, "INFO", "server");
    expect(info).toContain("process_id:7000\r\n");
    expect(info).toContain("executable:/usr/bin/redis-server\r\n");
    expect(info).toContain("config_file:/home/me/my.conf\r\n");
  });

  test("lives again with another version, its data with it", () => {
    const place = new Place();
    const node = place.start("redis-server", 7000, { version: "6.2" });
    place.ask(node, "SET", "a", "1");
    place.ask(node, "SAVE");
    place.run.take({ does: "inject", fault: { kind: "kill", node, signal: "KILL" } });
    expect(place.run.isUp(node)).toBe(false);

    place.start("redis-server", 7000, { version: "7.2", pid: 7001 });

    expect(place.ask(node, "GET", "a")).toBe("$1\r\n1\r\n");
    expect(place.ask(node, "INFO", "server")).toContain("redis_version:7.2.4\r\n");
  });

  test("ends where somebody else has its port", () => {
    const place = new Place();
    const node = place.start("redis-server", 7000, { isPortTaken: true });

    expect(place.run.isUp(node)).toBe(false);
    expect(place.logOf(node).at(-1)).toBe("Failed listening on port 7000 (TCP), aborting.");
    place.start("redis-server", 7000);
    expect(place.ask(node, "PING")).toBe("+PONG\r\n");
  });

  test("follows another one at the same address, and is seen at its own port", () => {
    const place = new Place();
    const master = place.start("redis-server", 7000);
    const replica = place.start("redis-server", 7001, {
      options: "port 7001\nreplicaof localhost 7000",
    });
    place.run.advance(seconds(10));
    place.ask(master, "SET", "a", "1");

    expect(place.ask(replica, "GET", "a")).toBe("$1\r\n1\r\n");
    expect(place.ask(master, "INFO", "replication")).toMatch(/slave0:ip=127\.0\.0\.1,port=7001,/);
  });

  // loadServerConfig(), whose patterns glob(3) reads from where the process was started.
  test("reads all files that a pattern fits, at each start anew", () => {
    const place = new Place();
    const { files } = place.machine;
    files.set("/home/me/my.conf", "include conf.d/*.conf\ninclude /etc/*/none-*\n");
    files.set("/home/me/conf.d/1.conf", "maxclients 71\n");
    files.set("/home/me/conf.d/2.conf", "maxclients 72\n");
    const node = place.start("redis-server", 7000);
    expect(place.ask(node, "CONFIG", "GET", "maxclients")).toContain("72");

    place.run.take({ does: "inject", fault: { kind: "kill", node, signal: "KILL" } });
    files.set("/home/me/conf.d/3.conf", "maxclients 73\n");
    place.start("redis-server", 7000, { pid: 7001 });

    expect(place.ask(node, "CONFIG", "GET", "maxclients")).toContain("73");
  });

  // readSyncBulkPayload(): only now is the old dataset gone, and the new one not there.
  test("cannot put what its master sends in the place of a directory", () => {
    const place = new Place();
    const master = place.start("redis-server", 7000);
    place.ask(master, "SET", "a", "1");
    place.machine.directories.add("/home/me/dump.rdb");
    const replica = place.start("redis-server", 7001, {
      options: "port 7001\nreplicaof localhost 7000",
    });
    place.run.advance(seconds(10));

    expect(place.logOf(replica)).toContain(
      "Failed trying to rename the temp DB into dump.rdb in MASTER <-> REPLICA synchronization: Is a directory",
    );
    expect(place.logOf(replica)).not.toContain("MASTER <-> REPLICA sync: Finished with success");
    expect(place.ask(replica, "INFO", "replication")).toContain("master_link_status:down");
  });

  // sentinelFlushConfig(), rewriteConfigOverwriteFile()
  test("says why its file could not be written", () => {
    const place = new Place();
    place.machine.files.set("/home/me/my.conf", "sentinel monitor mymaster 127.0.0.1 7000 1\n");
    const node = place.start("redis-sentinel", 7002);
    expect(place.machine.files.get("/home/me/my.conf")).toMatch(/^sentinel monitor mymaster/);
    place.machine.files.delete("/home/me/my.conf");
    place.machine.directories.add("/home/me/my.conf");

    expect(place.ask(node, "SENTINEL", "SET", "mymaster", "quorum", "2")).toBe(
      "-ERR Failed to save config file. Check server logs.\r\n",
    );
    const said = place.logOf(node);
    expect(said.at(-1)).toBe(
      "WARNING: Sentinel was not able to save the new configuration on disk!!!: Is a directory",
    );
    expect(said.join()).not.toContain("Could not rename");
    expect([...place.machine.files.keys()]).toEqual([]);
  });

  // rdbSave()
  test("cannot save its dataset in the place of a directory", () => {
    const place = new Place();
    place.machine.directories.add("/tmp");
    const node = place.start("redis-server", 7000, { options: "port 7000\ndir /\ndbfilename tmp" });

    expect(place.ask(node, "SAVE")).toMatch(/^-ERR/);
    expect(place.ask(node, "BGSAVE")).toBe("+Background saving started\r\n");
    place.run.advance(seconds(1));
    expect(place.ask(node, "INFO", "persistence")).toContain("rdb_last_bgsave_status:err\r\n");
  });
});

// sentinelRunPendingScripts(), sentinelCollectTerminatedScripts(), sentinelKillTimedoutScripts()
describe("a script of the real machine", () => {
  const config = [
    "sentinel monitor mymaster 127.0.0.1 7000 1",
    "sentinel notification-script mymaster ../bin/notify.sh",
    "",
  ].join("\n");

  function withScript(): { place: Place; node: string } {
    const place = new Place();
    place.machine.files.set("/home/me/my.conf", config);
    place.machine.programs.add("/home/bin/notify.sh");
    const node = place.start("redis-sentinel", 7002);
    place.run.advance(seconds(1));
    return { place, node };
  }

  test("is started with the event, and is waited for until it has really ended", () => {
    const { place, node } = withScript();
    const [first] = place.machine.started;
    expect(first?.line).toBe("../bin/notify.sh +monitor master mymaster 127.0.0.1 7000 quorum 1");
    expect(place.ask(node, "INFO", "sentinel")).toContain("sentinel_running_scripts:1\r\n");

    place.run.take({ does: "ended", node, child: first?.child ?? -1, code: 0 });
    place.run.advance(seconds(1));

    expect(place.ask(node, "INFO", "sentinel")).toContain("sentinel_scripts_queue_length:0\r\n");
  });

  test("is killed when it takes too long, and started again", () => {
    const { place, node } = withScript();
    place.run.advance(seconds(61));
    // With every tick, until it is collected.
    expect(new Set(place.machine.signals)).toEqual(new Set([9]));

    const child = place.machine.started[0]?.child ?? -1;
    place.run.take({ does: "ended", node, child, code: -9 });
    place.run.advance(seconds(31));

    const lines = place.machine.started.map(({ line }) => line);
    expect(lines.filter((line) => line.includes("+monitor"))).toHaveLength(2);
  });
});

test("a run of guests is the same again from what came in and what the machine answered", () => {
  const place = new Place();
  place.machine.files.set("/home/me/my.conf", "maxmemory 1mb\n");
  const node = place.start("redis-server", 7000);
  place.ask(node, "CONFIG", "REWRITE");
  place.machine.directories.add("/home/me/my.conf");
  place.ask(node, "CONFIG", "REWRITE");
  place.run.take({ does: "inject", fault: { kind: "kill", node, signal: "TERM" } });
  place.run.advance(seconds(1));

  const answers = place.records.flatMap((each) => (each.kind === "machine" ? [each.answer] : []));
  const again = new Run({
    scenario: loneHostScenario(host),
    seed: "guests",
    outside: loneHostName,
    real: new RememberedMachine(answers.values()),
  });
  for (const each of place.records) {
    if (each.kind !== "outside") continue;
    again.advance(microseconds(each.at - again.now));
    again.take(each.input);
  }
  again.advance(microseconds(place.run.now - again.now));

  expect(answers).toContain("Is a directory");
  expect(again.fingerprint).toBe(place.run.fingerprint);
});
