/**
 * The same cluster twice, once of real nodes and once of simulated ones: what a Sentinel of each says to
 * the same commands, what it writes to its file, and what the leader of a failover logs.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encode } from "../../../src/redis/wire/encode.js";
import { version } from "../release.js";
import { MixedCluster } from "./mixed-cluster.js";
import { ask, type Place, type RealNode, text, until } from "./real-node.js";

const settings = ["down-after-milliseconds 1000", "failover-timeout 6000"];
const names = ["R1", "R2", "R3", "S1", "S2", "S3"];

let cluster: MixedCluster;
let servers: RealNode[];
let sentinels: RealNode[];
/** In the order of `names`. */
let real: readonly Place[];
let simulated: readonly Place[];

beforeAll(async () => {
  cluster = await MixedCluster.start(
    [
      "duration: 1h",
      `version: ${version}`,
      "nodes: { replicas: 2, sentinels: 3, quorum: 2 }",
      'server: { save: "", repl-diskless-sync-delay: 0 }',
      "sentinel: { down-after-milliseconds: 1000, failover-timeout: 6000 }",
      "",
    ].join("\n"),
  );
  const master = await cluster.server(1);
  const { ip, port } = master.address;
  const follow = `replicaof ${ip} ${port}`;
  servers = [master, await cluster.server(2, follow), await cluster.server(3, follow)];
  const own = settings.map((line) => `sentinel ${line.replace(" ", " mymaster ")}`);
  const lines = [`sentinel monitor mymaster ${ip} ${port} 2`, ...own];
  sentinels = [];
  for (const number of [11, 12, 13]) sentinels.push(await cluster.sentinel(number, ...lines));
  real = [...servers, ...sentinels].map(({ address }) => address);
  simulated = names.map((name) => cluster.at(name.toLowerCase()));
  for (const places of [real, simulated])
    for (const sentinel of places.slice(3))
      await until(
        async () => (await text(sentinel, "INFO", "sentinel")).includes("slaves=2,sentinels=3"),
        "every Sentinel knows all others",
      );
});

afterAll(() => cluster?.stop());

/** Without what differs from cluster to cluster: addresses, ids, moments and what was measured. */
function comparable(told: string, places: readonly Place[]): string {
  let text = told;
  places.forEach(({ ip }, i) => {
    text = text.replace(new RegExp(`\\b${ip.replaceAll(".", "\\.")}\\b`, "g"), names[i] as string);
  });
  return text
    .replaceAll(/\b[0-9a-f]{40}\b/g, "<id>")
    .replaceAll(/((?:last|info|role|slave)-[a-z-]+\r\n)\$\d+\r\n\d+/g, "$1<measured>")
    .replaceAll(/^\$\d+\r\n/gm, "");
}

const commands = `PING|ROLE|SENTINEL MASTER mymaster|SENTINEL MASTERS|SENTINEL MASTERS x
  SENTINEL CKQUORUM mymaster|SENTINEL CKQUORUM x|SENTINEL CKQUORUM|SENTINEL MASTER x|SENTINEL MASTER
  SENTINEL REPLICAS x|SENTINEL SLAVES x|SENTINEL SENTINELS x|SENTINEL GET-MASTER-ADDR-BY-NAME mymaster
  SENTINEL GET-MASTER-ADDR-BY-NAME x|SENTINEL IS-MASTER-DOWN-BY-ADDR 1.2.3.4 5 0 *
  SENTINEL IS-MASTER-DOWN-BY-ADDR 1.2.3.4 x 0 *|SENTINEL RESET x|SENTINEL RESET|SENTINEL FAILOVER x
  SENTINEL FAILOVER|SENTINEL PENDING-SCRIPTS|SENTINEL MONITOR x|SENTINEL MONITOR a b 1 1
  SENTINEL MONITOR a 1.2.3.4 x 1|SENTINEL MONITOR a 1.2.3.4 1 0|SENTINEL MONITOR a 1.2.3.4 99999 1
  SENTINEL MONITOR mymaster 1.2.3.4 1 1|SENTINEL REMOVE x|SENTINEL SET x y z|SENTINEL SET mymaster x y
  SENTINEL SET mymaster quorum 0|SENTINEL SET mymaster quorum x|SENTINEL SET mymaster quorum
  SENTINEL SET mymaster down-after-milliseconds 0|SENTINEL SET mymaster parallel-syncs -1
  SENTINEL SET mymaster notification-script /x|SENTINEL SET mymaster rename-command a
  SENTINEL SET mymaster rename-command CONFIG abc|SENTINEL SET mymaster auth-user u
  SENTINEL SET mymaster|SENTINEL SET mymaster master-reboot-down-after-period 0|SENTINEL FLUSHCONFIG
  SENTINEL FLUSHCONFIG x|SENTINEL INFO-CACHE x|SENTINEL SIMULATE-FAILURE x
  SENTINEL SIMULATE-FAILURE help|SENTINEL SIMULATE-FAILURE|SENTINEL CONFIG GET x
  SENTINEL CONFIG GET announce*|SENTINEL CONFIG GET resolve* announce*|SENTINEL CONFIG SET x y
  SENTINEL CONFIG SET resolve-hostnames x|SENTINEL CONFIG SET announce-port x
  SENTINEL CONFIG SET announce-hostnames no|SENTINEL CONFIG SET loglevel x|SENTINEL CONFIG
  SENTINEL CONFIG x|SENTINEL DEBUG|SENTINEL DEBUG x|SENTINEL DEBUG x y|SENTINEL DEBUG ping-period x
  SENTINEL DEBUG ping-period 0|SENTINEL MYID x|SENTINEL MYID|SENTINEL x|SENTINEL|SENTINEL HELP
  INFO sentinel|INFO x|CLIENT x|CLIENT GETNAME|CONFIG GET *|GET a|SET a b|PUBLISH a b
  PUBLISH __sentinel__:hello x|PUBLISH __sentinel__:hello 1.2.3.4,1,a,b,c,d,e,f|SHUTDOWN x|AUTH x
  AUTH a b|ACL LIST|ACL WHOAMI|ACL CAT|ACL USERS|MULTI|EXEC|SELECT 0|TIME|QUIT|RESET|ECHO a
  COMMAND COUNT|SUBSCRIBE|UNSUBSCRIBE|REPLICAOF no one|WAIT 0 0|MONITOR|FLUSHALL`
  .split(/\||\n\s*/)
  .map((line) => line.split(" "));

async function told(places: readonly Place[], command: readonly string[]): Promise<string> {
  const reply = await ask(places[3] as Place, ...command);
  return reply === undefined ? "(closed)" : comparable(encode(reply), places);
}

describe("a simulated Sentinel says what a real one says", () => {
  test.each(commands)("to %s %s %s %s %s %s", async (...command) => {
    expect(await told(simulated, command)).toBe(await told(real, command));
  });

  // addReplySentinelRedisInstance(), in the order of a hash table.
  test.each(["REPLICAS", "SENTINELS"])("to SENTINEL %s of each of them", async (kind) => {
    const each = async (places: readonly Place[]) => {
      const list = await told(places, ["SENTINEL", kind, "mymaster"]);
      return list.split(/^(?=\*)/m).sort();
    };

    expect(await each(simulated)).toEqual(await each(real));
  });
});

/** Directives that are about this machine, and the order of a hash table. */
function linesOf(file: string, places: readonly Place[]): readonly string[] {
  const local = /^(?:dir|logfile|loglevel|bind|port|protected-mode) |^bind-source-addr /;
  const lines = comparable(file.replaceAll("\n", "\r\n"), places).split("\r\n");
  return lines.filter((line) => line !== "" && !local.test(line)).sort();
}

function rewritten(): { readonly theirs: readonly string[]; readonly ours: readonly string[] } {
  const file = cluster.run.file("s1", "/etc/redis/s1.conf") ?? "";
  return {
    theirs: linesOf((sentinels[0] as RealNode).configuration, real),
    ours: linesOf(file, simulated),
  };
}

describe("a simulated Sentinel's file", () => {
  // rewriteConfigSentinelOption()
  test("is rewritten as a real one's", () => {
    const { theirs, ours } = rewritten();

    expect(ours.length).toBeGreaterThan(8);
    expect(ours).toEqual(theirs);
  });
});

/**
 * The events of the leader that brought the failover to its end, with their levels, but for who was heard
 * when. Another may have begun one before, and been told of this one's.
 */
function failoverOf(logs: readonly (readonly string[])[]): readonly string[] {
  const log = logs.find((lines) => lines.some((line) => line.includes("+failover-end"))) ?? [];
  const events = log.map((line) => line.split(" ").slice(0, 2).join(" "));
  const to = events.findIndex((line) => line.endsWith("+switch-master"));
  const from = events.slice(0, to).findLastIndex((line) => line.endsWith("+try-failover"));
  return events.slice(from, to + 1).filter((line) => /^[*#] \+(?!sdown|odown)/.test(line));
}

describe("a failover", () => {
  // sentinelFailoverStateMachine(), sentinelEvent()
  test("is logged by its simulated leader in the words and levels of a real one", async () => {
    cluster.breaker.kill("r1");
    await servers[0]?.stop();
    const ours = () => failoverOf(["s1", "s2", "s3"].map((name) => cluster.logOf(name)));
    const theirs = () => failoverOf(sentinels.map(({ lines }) => lines));
    for (const told of [ours, theirs])
      await until(
        async () => told().at(-1)?.endsWith("+switch-master") === true,
        "a failover is over",
        { within: 60_000 },
      );

    expect(ours().length).toBeGreaterThan(10);
    expect(ours()).toEqual(theirs());
    expect(ours()[0]).toBe("# +try-failover");
  });
});
