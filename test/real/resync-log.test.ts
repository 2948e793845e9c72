/**
 * What a master and its replica log, beside real ones to whom the same happens: a full resynchronisation, a
 * partial one after the connection broke, and another one after the replica was started again.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { freePorts } from "../../src/calibrate/real/processes.js";
import { milliseconds } from "../../src/kernel/time.js";
import { World } from "../redis/replication/world.js";
import { RealNode } from "./border/real-node.js";
import { version } from "./release.js";

type Name = "master" | "replica";

/** A master, and a server that may become its replica. */
interface Couple {
  ask(node: Name, command: string): Promise<unknown>;
  /** `REPLICAOF` of the master. */
  follow(): Promise<unknown>;
  /** The replica's process ends, and begins again. */
  restart(): Promise<void>;
  /** Level and text of each line, oldest first. */
  log(node: Name): readonly string[];
  wait(): Promise<void>;
}

const servers: RealNode[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((each) => each.discard()));
});

async function realCouple(lines: readonly string[]): Promise<Couple> {
  const ports = await freePorts(2);
  const [master, replica] = ports.map(
    (port) => new RealNode("redis-server", { ip: "127.0.0.1", port }, lines),
  ) as [RealNode, RealNode];
  servers.push(master, replica);
  await master.start();
  await replica.start();
  const nodes = { master, replica };
  return {
    ask: (node, command) => nodes[node].ask(...command.split(" ")),
    follow: () => replica.ask("REPLICAOF", "127.0.0.1", String(master.address.port)),
    async restart() {
      await replica.ended();
      await replica.start();
    },
    log: (node) => nodes[node].lines,
    wait: () => sleep(20),
  };
}

function simulatedCouple(lines: readonly string[]): Couple {
  const world = new World(version).server("master", ...lines).server("replica", ...lines);
  world.run(1);
  return {
    ask: async (node, command) => world.tell(node, command),
    follow: async () => world.ask("replica", `REPLICAOF ${world.ip("master")} 6379`),
    async restart() {
      world.run(1).restart("replica");
    },
    log: (node) =>
      world.notes
        .filter((each) => each.node === node && each.note.kind === "log")
        .map(({ note }) => `${note["level"]} ${note["text"]}`),
    wait: async () => {
      world.pass(milliseconds(20));
    },
  };
}

/** Lets time pass until this node has logged so many lines with this text. */
async function logged(couple: Couple, node: Name, text: string, times = 1): Promise<void> {
  const count = () => couple.log(node).filter((line) => line.includes(text)).length;
  for (let i = 0; count() < times; i++) {
    if (i === 1_000) throw new Error(`${node} never logged so often: ${text}`);
    await couple.wait();
  }
}

/** Both logs of all that happens. */
async function story(couple: Couple): Promise<Record<Name, readonly string[]>> {
  await couple.ask("master", "SET a 1");
  await couple.ask("replica", "SET b 2");
  await couple.follow();
  await logged(couple, "master", "Synchronization with replica");
  await logged(couple, "replica", "Finished with success");
  await logged(couple, "master", "terminated with success");

  await couple.ask("master", "CLIENT KILL TYPE replica");
  await logged(couple, "replica", "accepted a Partial Resynchronization");

  await couple.ask("replica", "CONFIG REWRITE");
  await couple.ask("replica", "SHUTDOWN SAVE");
  await logged(couple, "replica", "bye bye");
  await couple.restart();
  await logged(couple, "replica", "accepted a Partial Resynchronization", 2);
  return { master: toldBy(couple, "master"), replica: toldBy(couple, "replica") };
}

/** Debug lines, and what is said of the machine and of a child's memory. */
const leftOut =
  /^[-.]|CoW|^. RDB: |overcommit|Memory|maximum|open files|THP|backlog setting|jemalloc|SIGTERM|^. (?:Redis (?:is|version)|oO0|Configuration loaded|Supervised|monotonic)|^# (?:WARNING|Warning)/;

function toldBy(couple: Couple, node: Name): readonly string[] {
  return couple
    .log(node)
    .filter((line) => !leftOut.test(line))
    .map((line) =>
      line
        .replaceAll(/\b[0-9a-f]{40}\b/g, "<id>")
        .replaceAll(/\b(?:127\.0\.0\.1|10\.0\.0\.\d):\d+/g, "<address>")
        .replace(/\b(pid|process|client id) \d+/i, "$1 <pid>")
        .replace(/'id=[^']*'/, (client) => fieldsOf(client).join(" "))
        .replace(/port=\d+/, "port=<port>")
        .replace(/age \d+ seconds/, "age <n> seconds")
        .replace(/\d+\.\d\d Mb/, "<n> Mb")
        .replace(/\d+\.\d{3} seconds/, "<n> seconds"),
    );
}

/** Of a client: what does not hang on when it came, and on the memory that its buffers take. */
function fieldsOf(client: string): readonly string[] {
  return client
    .slice(1, -1)
    .split(" ")
    .filter((field) => /^(?:name|flags|db|multi|cmd|user)=/.test(field));
}

// syncCommand(), replicationSetupSlaveForFullResync(), readSyncBulkPayload(), slaveTryPartialResynchronization()
test.each([
  ["from disk", ["repl-diskless-sync no"]],
  ["from a socket", ["repl-diskless-sync yes"]],
  ["from a socket into memory", ["repl-diskless-sync yes", "repl-diskless-load swapdb"]],
])("resynchronising %s is logged in Redis's words on both sides", async (_, own) => {
  const lines = [...own, "repl-ping-replica-period 3600", 'save ""'];

  const theirs = await story(await realCouple(lines));
  const ours = await story(simulatedCouple(lines));

  expect(ours.master).toEqual(theirs.master);
  expect(ours.replica).toEqual(theirs.replica);
  expect(ours.replica.length).toBeGreaterThan(30);
});
